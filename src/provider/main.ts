import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { openHost } from "../host/index.ts";
import { whenEngineGone } from "./engine-gone.ts";
import { packageVersion, projectRoot } from "./package-root.ts";
import { Provider } from "./provider.ts";
import { serve } from "./server.ts";
import { scrubEnvironment } from "./settings.ts";
import { engineLog } from "./wire/log.ts";

// The engine starts the plugin with its own address as the last argument and reads one line:
// the port. Nothing else may be printed before it.
const engine = process.argv.slice(2).at(-1);
// Paths of the configuration and of SSH keys count from the project's folder; the engine starts
// plugins in it or, with a `main` in a folder of its own, below it.
process.chdir(projectRoot(process.cwd()));
const environment = { ...process.env };
scrubEnvironment(process.env);
const provider = new Provider({ openHost, environment });
if (engine !== undefined && /^[\w.:[\]-]+:\d+$/.test(engine)) provider.log = engineLog(engine);
const server = await serve(provider, packageVersion());
process.stdout.write(`${server.port}\n`);

/** Milliseconds for connections to end: the engine waits for five seconds, and a dead host for longer. */
const FAREWELL = 3_000;

// The engine gives every plugin a process group of its own and interrupts it when the work is done.
const leave = (): void => {
  provider.cancel();
  Promise.race([server.stop(), sleep(FAREWELL)]).finally(() => process.exit(0));
};
process.on("SIGINT", leave);
process.on("SIGTERM", leave);

/** Milliseconds for what is under way on hosts when nobody waits for it any more. */
const LAST_STEPS = 10_000;

// What has not been switched stops and tidies up; what has comes to its end, or its host goes back by its timer.
whenEngineGone(() => {
  provider.cancel();
  Promise.race([provider.idle(), sleep(LAST_STEPS)]).finally(leave);
});
