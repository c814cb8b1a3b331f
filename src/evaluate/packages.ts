import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { externalImports } from "./bundle.ts";

export interface Absent {
  /** As the import names it. */
  readonly specifier: string;
  /** What would have to be installed. */
  readonly name: string;
  readonly importer: string;
}

/**
 * Packages that a file, or one that it names by path, imports and that are not installed for it, in the order of the
 * files. Node.js names only the first, and none where it takes the file for CommonJS first.
 */
export function absentPackages(file: string): readonly Absent[] {
  return externalImports(file).flatMap(({ specifier, importer }) => {
    if (isBuiltin(specifier) || !/^[@\w]/.test(specifier) || specifier.includes(":")) return [];
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    return installed(name, dirname(importer)) ? [] : [{ specifier, name, importer }];
  });
}

/** Whether one of the folders from here upwards has the package, or is it, as Node.js looks for it. */
function installed(name: string, folder: string): boolean {
  if (existsSync(join(folder, "node_modules", name)) || isPackage(folder, name)) return true;
  const above = dirname(folder);
  return above !== folder && installed(name, above);
}

function isPackage(folder: string, name: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name === name;
  } catch {
    return false;
  }
}
