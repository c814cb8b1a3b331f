/** What both registries say of a package, in one shape. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** Its name over all registries (https://github.com/package-url/purl-spec). */
  readonly purl: string;
  /** SPDX expression, or what its author wrote in its place; undefined: nothing. */
  readonly licence: string | undefined;
  readonly hash: { readonly alg: "SHA-256" | "SHA-512"; readonly content: string } | undefined;
  /** It is in what is delivered, and not only used to build or test it. */
  readonly shipped: boolean;
  /** purls of what it needs. */
  readonly needs: readonly string[];
}
