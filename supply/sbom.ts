// The bill of materials: what is delivered, as CycloneDX JSON (https://cyclonedx.org/docs/1.6/json). Equal inputs
// give equal bytes: no time, no serial number.
import type { Part } from "./part.ts";

/** The product as its package.json names it. */
export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Component {
  readonly type: "library" | "application";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly hashes?: readonly NonNullable<Part["hash"]>[];
}

export interface Bom {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** `roots`: purls of what the product itself asks for. */
export function bom(product: Product, roots: readonly string[], parts: readonly Part[]): Bom {
  const shipped = parts.filter((part) => part.shipped).sort((a, b) => order(a.purl, b.purl));
  const there = new Set(shipped.map(({ purl }) => purl));
  const known = (purls: readonly string[]) =>
    [...new Set(purls)].filter((purl) => there.has(purl)).sort(order);
  const purl = `pkg:npm/${product.name}@${product.version}`;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": purl,
        name: product.name,
        version: product.version,
        purl,
        licenses: [{ expression: product.license }],
      },
    },
    components: shipped.map(component),
    dependencies: [
      { ref: purl, dependsOn: known(roots) },
      ...shipped.map((part) => ({ ref: part.purl, dependsOn: known(part.needs) })),
    ],
  };
}

function component({ name, version, purl, licence, hash }: Part): Component {
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
    ...(hash === undefined ? {} : { hashes: [hash] }),
  };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
