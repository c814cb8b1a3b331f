import { type Connection, openHost, type Progress } from "../../../src/host/index.ts";
import type { Release, SecretValues } from "../../../src/render/index.ts";
import { type Executable, SECRETS } from "./releases.ts";

/** What a controller is told to do with a host. */
export type Job =
  | {
      readonly kind: "apply";
      readonly release: Release;
      readonly executable: Executable;
    }
  | { readonly kind: "destroy" };

/** With seconds until the host goes back by itself and with secrets, where not the usual ones. */
export type TimedJob = Job & { readonly rollbackAfter?: number; readonly secrets?: SecretValues };

const OWNER = "alice@desk pid 1";

/** Does it over connections of its own, and leaves none behind. */
export async function runJob(
  job: TimedJob,
  connection: Connection,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<void> {
  const host = openHost(connection);
  try {
    if (job.kind === "destroy") await host.destroy({ owner: OWNER, onProgress });
    else
      await host.apply(job.release, {
        secrets: job.secrets ?? SECRETS,
        binaryPath: job.executable.path,
        owner: OWNER,
        onProgress,
        ...(job.rollbackAfter === undefined ? {} : { rollbackAfter: job.rollbackAfter }),
      });
  } finally {
    await host.close();
  }
}
