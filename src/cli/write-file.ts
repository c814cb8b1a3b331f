import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  type WriteFileOptions,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ExitCode, TandemError } from "../diagnostics/index.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user has no right to write there",
  EPERM: "the system forbids it",
  EROFS: "the file system is read-only",
  ENOENT: "its folder does not exist, or takes no new files",
  ENOTDIR: "a file stands where a folder has to be",
  EISDIR: "it is a folder",
  EEXIST: "it exists already",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is used up",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

/** What a code of the system means for somebody who named a path. */
export const systemReason = (code: string | undefined): string | undefined => REASONS[code ?? ""];

/** Writes a file that the command line named, and the folders to it. */
export function writeOut(path: string, text: string, options: WriteFileOptions = {}): void {
  told(path, () => {
    makeFolder(dirname(path));
    writeFileSync(path, text, options);
  });
}

/** As `writeOut`, for a file that others read at any time: they never see half of it. */
export function writeWhole(path: string, text: string): void {
  told(path, () => {
    const half = `${path}.${process.pid}.tmp`;
    try {
      makeFolder(dirname(path));
      writeFileSync(half, text);
      renameSync(half, path);
    } catch (cause) {
      rmSync(half, { force: true });
      throw cause;
    }
  });
}

/** Adds to a file that the command line named. */
export function appendOut(path: string, text: string): void {
  told(path, () => appendFileSync(path, text));
}

/** Whether a file can be written that is needed only later, after things that cannot be undone. */
export function expectWritable(path: string): void {
  told(path, () => closeSync(openSync(path, "a")));
}

/** As `mkdir -p`. Node's own does not end where a folder that exists answers ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function told(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new TandemError(
      [
        {
          code: "CLI_CANNOT_WRITE",
          severity: "error",
          message: `${path} cannot be written: ${systemReason(code) ?? message}`,
          why: "what was to stand there is nowhere",
          hint: "name another place, or make room for it there; what was written before it stays",
        },
      ],
      { exitCode: ExitCode.failed, cause },
    );
  }
}
