import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

const known = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();

/** SHA-256 of a file of this machine, lower-case hex; read once for all hosts, while its size and times stay. */
export async function fileDigest(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const stamp = `${ino}:${size}:${mtimeMs}`;
  const earlier = known.get(path);
  if (earlier?.stamp === stamp) return await earlier.sha256;
  const sha256 = digestOf(path);
  known.set(path, { stamp, sha256 });
  // What could not be read is tried again.
  sha256.catch(() => known.delete(path));
  return await sha256;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
