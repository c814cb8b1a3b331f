// Adds up what the parts of test/run.sh left in a folder and prints it; the last line is
// "N passed, N failed, N skipped". Exit code 1 when anything failed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const dir = process.argv[2] ?? ".";
const read = (name) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : "");
/** As much as a line of a summary bears; all of it stands in the output of its part. */
const brief = (reason) => {
  const line = stripVTControlCharacters(reason).replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
const failed = [];
const skipped = [];
let passed = 0;

for (const line of read("checks").split("\n").filter(Boolean)) {
  if (line.startsWith("pass ")) passed += 1;
  else failed.push(line.slice("fail ".length));
}

for (const file of readdirSync(dir).filter((name) => name.endsWith(".code"))) {
  const part = file.slice(0, -".code".length);
  const before = failed.length;
  for (const line of read(`${part}.jsonl`).split("\n").filter(Boolean)) {
    const { state, name, reason } = JSON.parse(line);
    if (state === "passed") passed += 1;
    else if (state === "failed")
      failed.push(reason ? `${part}: ${name} (${brief(reason)})` : `${part}: ${name}`);
    else skipped.push(`${part}: ${name} (${reason})`);
  }
  const code = read(file).trim();
  if (code !== "0" && failed.length === before) {
    failed.push(`${part}: did not run to its end (exit code ${code})`);
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
