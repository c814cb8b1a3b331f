// Applies a release and is killed in the middle by its parent: a controller that is lost.
import { openHost } from "../../src/host/index.ts";

const { connection, release, options } = JSON.parse(process.argv[2] ?? "{}");
const host = openHost(connection);
await host.apply(release, {
  ...options,
  onProgress: ({ step }) => process.stdout.write(`${step}\n`),
});
await host.close();
