// Adds up what the parts of test/run.sh left in a folder and prints it; the last line is
// "N passed, N failed, N skipped". Exit code 1 when anything failed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dir = process.argv[2] ?? ".";
const read = (name) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : "");
const failed = [];
const skipped = [];
let passed = 0;

for (const line of read("checks").split("\n").filter(Boolean)) {
  if (line.startsWith("pass ")) passed += 1;
  else failed.push(line.slice("fail ".length));
}

const cargo = read("cargo.log");
for (const [, name, outcome] of cargo.matchAll(/^test (\S+(?: - .*?)?) \.\.\. (ok|FAILED|ignored.*)$/gm)) {
  if (outcome === "ok") passed += 1;
  else if (outcome === "FAILED") failed.push(`cargo: ${name}`);
  else skipped.push(`cargo: ${name} (${outcome.replace(/^ignored,? ?/, "") || "no reason given"})`);
}
// A crate that does not compile, or a test program that dies, names no test.
if (cargo !== "" && read("cargo.code").trim() !== "0" && !failed.some((name) => name.startsWith("cargo:"))) {
  failed.push("cargo test: did not run to its end");
}

for (const file of readdirSync(dir).filter((name) => /^vitest-.*\.code$/.test(name))) {
  const project = file.slice("vitest-".length, -".code".length);
  const before = failed.length;
  for (const line of read(`vitest-${project}.jsonl`).split("\n").filter(Boolean)) {
    const { state, name, reason } = JSON.parse(line);
    if (state === "passed") passed += 1;
    else if (state === "failed") failed.push(`${project}: ${name}`);
    else skipped.push(`${project}: ${name} (${reason})`);
  }
  const code = read(file).trim();
  if (code !== "0" && failed.length === before) {
    failed.push(`vitest ${project}: did not run to its end (exit code ${code})`);
  }
}

console.log("");
for (const name of skipped) console.log(`skipped  ${name}`);
for (const name of failed) console.log(`FAILED   ${name}`);
const line = `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
console.log(line);
const summary = process.env.TANDEM_TEST_SUMMARY;
if (summary) writeFileSync(summary, `${line}\n`);
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0;
