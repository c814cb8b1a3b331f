import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reloadUnderLoad } from "../../bench/reload/reloads.ts";
import { tandemd } from "../../lab/setup/paths.ts";

const built = existsSync(tandemd);

describe.skipIf(!built)(
  `reloads under load (${built ? "ten" : "skipped: dist/tandemd is not built"})`,
  () => {
    it("refuse, cut and fail nothing, on kept connections and new ones, and a long transfer comes whole", async () => {
      const result = await reloadUnderLoad({
        binary: tandemd,
        reloads: 10,
        kept: 100,
        every: 200,
        fresh: 4,
        blocks: 512,
        bystanders: 20,
        say: () => undefined,
      });
      expect(result.problems).toEqual([]);
      expect(result.bytes).toBe(512 * 65_536);
      expect(result.reloads).toHaveLength(10);
      expect(result.requests).toBeGreaterThan(300);
    });
  },
);
