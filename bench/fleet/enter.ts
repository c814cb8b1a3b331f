// A run lives in network, mount and process namespaces of its own: what it starts is gone when it is, however it ends.
import { spawnSync } from "node:child_process";

const INSIDE = "TANDEM_BENCH_INSIDE";

/** Runs this program again inside, and ends as that one does; true inside. */
export function insideOwnNamespaces(): boolean {
  if (process.env[INSIDE] === "1") return true;
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];
  // The shell is the first process: it takes in what loses its parent, as ssh's kept connections do.
  const argv = [...namespaces, "sh", "-c", '"$@"; exit $?', "bench", process.execPath];
  const ran = spawnSync("unshare", [...argv, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "1" },
  });
  if (ran.error !== undefined) throw ran.error;
  process.exitCode = ran.status ?? 1;
  return false;
}
