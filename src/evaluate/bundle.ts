import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import type { Location } from "esbuild";

type Bundler = typeof import("esbuild");

const options = (file: string) => ({
  entryPoints: [file],
  absWorkingDir: dirname(file),
  bundle: true,
  packages: "external" as const,
  platform: "node" as const,
  target: "node20",
  write: false as const,
  logLevel: "silent" as const,
});

/** A file and those that it names by path, as one CommonJS text. Undefined for a file that CommonJS cannot hold. */
export function asOneText(file: string): string | undefined {
  const { outputFiles, warnings } = bundler().buildSync({ ...options(file), format: "cjs" });
  // One is for import.meta, which such a text does not have.
  return warnings.length > 0 ? undefined : outputFiles[0]?.text;
}

/** The same text, and the source map that leads from it back to the files. */
export function asOneMappedText(file: string): { readonly text: string; readonly map: string } | undefined {
  const { outputFiles } = bundler().buildSync({
    ...options(file),
    format: "cjs",
    sourcemap: "external",
    outfile: "stack.js",
  });
  const [map, text] = [".map", ".js"].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text);
  return map === undefined || text === undefined ? undefined : { text, map };
}

/** What cannot be read in a file or in those that it names by path, and paths that lead nowhere. */
export function syntaxErrors(
  file: string,
): readonly { readonly text: string; readonly location: Location }[] {
  try {
    bundler().buildSync({ ...options(file), format: "esm" });
    return [];
  } catch (cause) {
    const { errors } = cause as { readonly errors?: readonly { text: string; location: Location | null }[] };
    return (errors ?? []).flatMap(({ text, location }) => (location === null ? [] : [{ text, location }]));
  }
}

/** What a file, and those that it names by path, import by another name than a path, as it is written, and where. */
export function externalImports(
  file: string,
): readonly { readonly specifier: string; readonly importer: string }[] {
  const { metafile } = bundler().buildSync({ ...options(file), format: "esm", metafile: true });
  return Object.entries(metafile.inputs).flatMap(([path, { imports }]) =>
    imports
      .filter(({ external }) => external === true)
      .map((one) => ({ specifier: one.path, importer: resolve(dirname(file), path) })),
  );
}

/** esbuild reads once, when it is loaded, whether to start a thread for what it is asked at once: one file pays none. */
function bundler(): Bundler {
  const before = process.env.ESBUILD_WORKER_THREADS;
  process.env.ESBUILD_WORKER_THREADS = "0";
  try {
    return createRequire(import.meta.url)("esbuild");
  } finally {
    if (before === undefined) delete process.env.ESBUILD_WORKER_THREADS;
    else process.env.ESBUILD_WORKER_THREADS = before;
  }
}
