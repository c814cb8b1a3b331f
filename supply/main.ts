// usage: npm run sbom [-- FILE]      writes dist/sbom.cdx.json, or FILE
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { crates } from "./crates.ts";
import { clarified, readRules } from "./licences.ts";
import { packages, wanted } from "./packages.ts";
import { bom, type Product } from "./sbom.ts";

const product = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Product;
const parts = clarified([...packages(), ...crates()], readRules());
const daemon = parts.find(({ name }) => name === "tandemd");
const file = resolve(process.argv[2] ?? new URL("../dist/sbom.cdx.json", import.meta.url).pathname);
const document = bom(product, [...wanted(), ...(daemon === undefined ? [] : [daemon.purl])], parts);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
console.log(`${file}: ${document.components.length} components`);
