// usage: node --import tsx supply/bundle.ts      writes the JavaScript of dist/, beside the declarations of tsc
//
// Most of what a command took was Node looking for the hundreds of files that it is made of. So everything that is
// loaded together is one file here; what only some commands need stays in files of its own.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** What package.json, Pulumi.yaml of a project and the starters of the plugins name. */
const ENTRIES = [
  "index",
  "cli/main",
  "provider/main",
  "provider/program",
  "provider/start",
  "provider/langhost/main",
];

/** What packages in CommonJS take for granted. */
const COMMONJS = `import { createRequire as nodeRequire } from "node:module";
const require = nodeRequire(import.meta.url), { dirname: __dirname, filename: __filename } = import.meta;`;

/** Files of other packages that stay where they are. */
const outside: Plugin = {
  name: "outside",
  setup({ onResolve }) {
    // A program has one SDK, whichever loads it; the messages of its protocol are data.
    onResolve({ filter: /^@pulumi\/pulumi(\/|$)/ }, ({ path }) =>
      path.startsWith("@pulumi/pulumi/proto/") ? undefined : { path, external: true },
    );
    // Built where they are installed, and done without where they are not.
    onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path).replace(/^.*\/node_modules\//, ""),
      external: true,
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ENTRIES.map((entry) => `src/${entry}.ts`),
  outbase: "src",
  outdir: "dist",
  // As deep as every module of ours that looks for files of the package beside itself.
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["cpu-features", "esbuild", "tsx", "typescript"],
  plugins: [outside],
  banner: { js: COMMONJS },
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  write: true,
});

// Chunks are named by what is in them: those of earlier builds would stay for ever.
const written = new Set(Object.keys(metafile.outputs).map((path) => join(root, path)));
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }))
  if (/\.js(\.map)?$/.test(name) && !written.has(join(dist, name))) rmSync(join(dist, name));

const folders = Object.keys(metafile.inputs).flatMap(
  (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
);
writeFileSync(join(dist, "licences.txt"), [...new Set(folders)].sort().map(licence).join("\n"));

/** Under what terms a package stands in these files. */
function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
    readonly [key in "name" | "version" | "license"]?: string;
  };
  const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? `${license}\n` : readFileSync(join(root, folder, file), "utf8");
  return `== ${name} ${version}\n\n${text}`;
}
