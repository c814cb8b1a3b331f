// Runs the daemon's test programs side by side: most of their time they wait, for adverts, checks and timeouts, and
// `cargo test` runs one after the other. What a program says comes in one piece when it is through.
// usage: node test/programs.mjs FOLDER [FILE]   writes FOLDER/rust.jsonl: one line per test, as test/reporter.ts does;
//        one program at a time until FILE is there
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const folder = process.argv[2] ?? ".";
const mayBegin = process.argv[3];
const jobs = availableParallelism();
const daemon = join(import.meta.dirname, "../daemon");
/** A program that does not end in this time is killed: it waits for what will not come. */
const limitSeconds = 600;

/** Programs that measure milliseconds with real-time priority: beside each other they would measure each other. */
const punctualCrates = ["vrrpd", "tandemd", "failover-bench"];
/** Of the others, those that take longest begin first, so that none of them is left alone at the end. */
const firstCrates = ["config", "proxy"];
const rank = ({ crate }) => (firstCrates.indexOf(crate) + firstCrates.length + 1) % (firstCrates.length + 1);

/** Builds what is not built yet; undefined when it does not compile, which cargo has told. */
function programs() {
  const build = spawnSync(
    "cargo",
    ["test", "--locked", "--quiet", "--workspace", "--no-run", "--message-format=json-render-diagnostics"],
    { cwd: daemon, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (build.status !== 0) return undefined;
  return build.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((message) => message.reason === "compiler-artifact" && message.executable && message.profile.test)
    .map(({ executable, manifest_path, target }) => {
      const home = dirname(manifest_path);
      const crate = relative(join(daemon, "crates"), home);
      return { executable, home, crate, name: `${crate} ${relative(home, target.src_path)}` };
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** Where `name`'s output goes, what it says about each test, and whether it did what it said. */
function tell(name, text, code) {
  // Passed tests go uncounted by name: what failed or was left out is what a reader wants.
  const shown = text.split("\n").filter((line) => !/^(test .* ok|running \d+ tests?|)$/.test(line));
  console.log(`-- ${name}\n${shown.join("\n")}`);
  const results = [...text.matchAll(/^test (\S+(?: - .*?)?) \.\.\. (ok|FAILED|ignored.*)$/gm)].map(
    ([, test, outcome]) => {
      if (outcome === "ok") return { state: "passed", name: `${name}: ${test}` };
      if (outcome === "FAILED")
        return { state: "failed", name: `${name}: ${test}`, reason: lastWords(text, test) };
      const reason = outcome.replace(/^ignored,? ?/, "") || "no reason given";
      return { state: "skipped", name: `${name}: ${test}`, reason };
    },
  );
  // A program that dies names no test.
  if (code !== 0 && !results.some(({ state }) => state === "failed")) {
    results.push({ state: "failed", name: `${name}: did not run to its end (${code})` });
  }
  for (const result of results) appendFileSync(join(folder, "rust.jsonl"), `${JSON.stringify(result)}\n`);
  return results.every(({ state }) => state !== "failed");
}

/** What a failed test said last: the place and the words of its panic, or its error. */
function lastWords(text, test) {
  const [, rest = ""] = text.split(`---- ${test} stdout ----\n`);
  const [own = ""] = rest.split("\n\n");
  const [words = ""] = own.split(/\n(?:stack backtrace|note: run with)/);
  return words.replace(/^.*?panicked at /s, "");
}

/** Runs a command whose output is `name`'s; what it leaves in the background does not hold it up. */
function run(name, command, args, options) {
  const file = join(scratch, name.replaceAll(/\W/g, "_"));
  const output = openSync(file, "w");
  const begin = Date.now();
  const child = spawn(command, args, { ...options, stdio: ["ignore", output, output] });
  const killer = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
  return new Promise((resolve) => {
    const end = (code) => {
      clearTimeout(killer);
      closeSync(output);
      const took = `${((Date.now() - begin) / 1000).toFixed(1)} s`;
      resolve(tell(name, `${readFileSync(file, "utf8")}${name} took ${took}`, code));
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(code ?? signal));
  });
}

/** The crates with examples in their comments: each crate that is asked costs seconds, and most have none. */
function cratesWithExamples() {
  const crates = join(daemon, "crates");
  return readdirSync(crates).filter((crate) =>
    readdirSync(join(crates, crate, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".rs"))
      .some((path) => {
        const source = readFileSync(join(crates, crate, "src", path), "utf8");
        const comments = source.match(/^ *\/\/[/!].*$/gm)?.join("\n") ?? "";
        return comments.replaceAll(/```(text|ignore)[\s\S]*?```/g, "").includes("```");
      }),
  );
}

async function main() {
  const all = programs();
  if (!all?.length) return 1;
  const isPunctual = ({ crate }) => punctualCrates.includes(crate);
  const punctual = all.filter(isPunctual);
  const others = all.filter((program) => !isPunctual(program));
  let good = true;
  const lane = async (own) => {
    while (own !== punctual && others.length > 0 && mayBegin !== undefined && !existsSync(mayBegin))
      await sleep(500);
    for (let next = own.shift() ?? others.shift(); next; next = own.shift() ?? others.shift()) {
      const { name, home, crate, executable } = next;
      const env = { ...process.env, CARGO_MANIFEST_DIR: home, CARGO_PKG_NAME: crate };
      good = (await run(name, executable, [], { cwd: home, env })) && good;
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, at) => lane(at === 0 ? punctual : [])));
  for (const crate of cratesWithExamples()) {
    const args = ["test", "--locked", "--quiet", "--doc", "-p", crate];
    good = (await run(`${crate} examples`, "cargo", args, { cwd: daemon })) && good;
  }
  return good ? 0 : 1;
}

const scratch = mkdtempSync(join(tmpdir(), "programs-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
process.exitCode = await main();
