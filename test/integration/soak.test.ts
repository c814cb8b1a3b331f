import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { soak } from "../../bench/soak/soak.ts";
import { tandemd } from "../../lab/setup/paths.ts";

const built = existsSync(tandemd);

describe.skipIf(!built)(`the soak (${built ? "12 s of it" : "skipped: dist/tandemd is not built"})`, () => {
  it("explains every lost request by a log line and holds no more at the end than before", async () => {
    const result = await soak({
      seconds: 12,
      seed: 20_261_121,
      clients: 5,
      binary: tandemd,
      say: () => undefined,
      signal: new AbortController().signal,
    });
    expect(result.problems).toEqual([]);
    expect(result.requests).toBeGreaterThan(100);
    expect(result.reloads).toBeGreaterThan(0);
    expect(Object.keys(result.faults).length).toBeGreaterThan(2);
  });
});
