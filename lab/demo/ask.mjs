// Asks for a page every few milliseconds, a connection per request, until its standard input ends; then prints
// what it saw as one line of JSON. Plain JavaScript: it runs inside a host's network without a loader.
import http from "node:http";

const [url, interval] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: false });
const servers = {};
const failures = [];
let asked = 0;
let failed = 0;
let open = 0;
let ending = false;
let lastAnswer = performance.now();
let longestGapMs = 0;
let gapEnded = new Date().toISOString();
let lastFailure = "";

function settle(error) {
  open -= 1;
  if (error !== undefined) {
    failed += 1;
    lastFailure = error;
    if (failures.length < 20) failures.push(error);
  }
  finish();
}

function answered(body) {
  const now = performance.now();
  if (now - lastAnswer > longestGapMs) {
    longestGapMs = now - lastAnswer;
    gapEnded = new Date().toISOString();
  }
  lastAnswer = now;
  const server = /web-\d+/.exec(body)?.[0] ?? "unknown";
  servers[server] = (servers[server] ?? 0) + 1;
}

function ask() {
  asked += 1;
  open += 1;
  const began = Date.now();
  // When it was asked is what tells which event of the hosts it met.
  const lost = (reason) =>
    settle(`${new Date(began).toISOString()} ${reason} after ${Date.now() - began} ms`);
  const request = http.get(url, { agent, timeout: 2000 }, (response) => {
    let body = "";
    response.on("data", (chunk) => (body += chunk));
    response.on("error", (error) => lost(error.message));
    response.on("end", () => {
      if (response.statusCode !== 200) return lost(`status ${response.statusCode}`);
      answered(body);
      settle();
    });
  });
  request.on("timeout", () => request.destroy(new Error("no answer within 2 s")));
  request.on("error", (error) => lost(error.code ?? error.message));
}

function finish() {
  if (!ending || open > 0) return;
  const tally = { asked, failed, servers, failures, lastFailure, longestGapMs, gapEnded };
  process.stdout.write(`${JSON.stringify(tally)}\n`, () => process.exit(0));
}

const timer = setInterval(ask, Number(interval));
process.stdin.resume();
process.stdin.on("end", () => {
  clearInterval(timer);
  ending = true;
  finish();
});
