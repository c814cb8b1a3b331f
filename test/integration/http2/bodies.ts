// What both ends of a test can work out for themselves.
import { createHash } from "node:crypto";

export const long = Buffer.alloc(3 << 20, "0123456789abcdef");
export const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
