import { expect, test } from "vitest";
import { Turns } from "../../../src/host/ssh/turns.ts";

/** Something that lasts until it is told to end. */
function job(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined;
  const lasting = new Promise<string>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve(name) : reject(error));
  });
  const begin = () => {
    log.push(name);
    return lasting;
  };
  return { begin, end: (error?: Error) => end(error) };
}

test("no more than so many are at work, and who came first is next", async () => {
  const [turns, log] = [new Turns(2), [] as string[]];
  const jobs = ["a", "b", "c", "d"].map((name) => job(log, name));
  const results = jobs.map(({ begin }) => turns.run(begin));
  expect(log).toEqual(["a", "b"]);
  jobs[1]?.end();
  expect(await results[1]).toBe("b");
  expect(log).toEqual(["a", "b", "c"]);
  for (const { end } of jobs) end();
  expect(await Promise.all(results)).toEqual(["a", "b", "c", "d"]);
  expect(turns.idle).toBe(true);
});

test("one that fails gives its turn to the next", async () => {
  const [turns, log] = [new Turns(1), [] as string[]];
  const [bad, good] = [job(log, "bad"), job(log, "good")];
  const [failed, done] = [turns.run(bad.begin), turns.run(good.begin)];
  bad.end(new Error("no route"));
  good.end();
  await expect(failed).rejects.toThrow("no route");
  expect(await done).toBe("good");
  expect(turns.idle).toBe(true);
});

test("who is told to stop waits no longer, and nobody's turn is lost", async () => {
  const [turns, log] = [new Turns(1), [] as string[]];
  const [first, last] = [job(log, "first"), job(log, "last")];
  const stop = new AbortController();
  const working = turns.run(first.begin);
  const waiting = turns.run(() => Promise.reject(new Error("it was its turn")), stop.signal);
  const behind = turns.run(last.begin);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(turns.run(async () => "never", stop.signal)).rejects.toThrow("stopped");
  first.end();
  last.end();
  expect(await Promise.all([working, behind])).toEqual(["first", "last"]);
  expect(log).toEqual(["first", "last"]);
});
