export interface TarFile {
  /** Relative path, at most 99 bytes. */
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

const BLOCK = 512;

/**
 * A ustar archive (POSIX.1-1988) of files that belong to root, so that several files with their
 * modes travel in one stream, secrets included, and none of it in a command line.
 */
export function tar(files: readonly TarFile[]): Buffer {
  const entries = files.flatMap(({ name, mode, bytes }) => {
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
    return [header(name, mode, bytes.length), bytes, padding];
  });
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, mode: number, size: number): Buffer {
  if (Buffer.byteLength(name) > 99) throw new RangeError(`name too long for an archive: ${name}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, "ascii");
  block.write(name, 0, "utf8");
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        0", 148, "ascii");
  block.write("ustar\x0000", 257, "ascii");
  block.write("root", 265, "ascii");
  block.write("root", 297, "ascii");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return block;
}
