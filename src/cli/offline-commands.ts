import { buildCommand } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { json, node, ofEach, stackOnly, worded } from "./flags.ts";

// Commands that touch no host.

export interface RenderFlags {
  readonly out?: string;
  readonly node?: string;
  readonly json: boolean;
}

export const render = buildCommand<RenderFlags, [string], CliContext>({
  docs: { brief: "Print or write every file that the stack puts on its hosts" },
  parameters: {
    flags: {
      out: worded("Write into this folder, one subfolder a node"),
      node,
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/render.ts")).renderAction,
});

export interface CheckFlags {
  readonly json: boolean;
  readonly keepalived: boolean;
  readonly targetFailover?: string;
  readonly haproxy?: readonly string[];
  readonly sysctl?: readonly string[];
  readonly addresses?: readonly string[];
  readonly firewall?: readonly string[];
  readonly root?: readonly string[];
  readonly segment?: readonly string[];
  readonly id?: readonly string[];
  readonly silence?: readonly string[];
  readonly sarif: boolean;
}

export const check = buildCommand<CheckFlags, string[], CliContext>({
  docs: {
    brief: "Find mistakes in a stack, or in two keepalived.conf files of a pair; touches no host",
    fullDescription:
      "tandem check STACK reads a definition, with the real parser where it is built.\n" +
      "tandem check --keepalived A.conf B.conf compares the files of two nodes (rules E01 to E17, docs/lint.md).\n" +
      "What is told of the machines is given once for both nodes, or twice in the order of the files.",
  },
  parameters: {
    flags: {
      keepalived: {
        kind: "boolean",
        brief: "Compare two keepalived.conf files",
        default: false,
        withNegated: false,
      },
      targetFailover: worded("Longest failover that is wanted, e.g. 1s or 500ms"),
      haproxy: ofEach("haproxy.cfg of the node: listeners on virtual addresses (E10, E16)"),
      sysctl: ofEach("sysctl.conf of the node, or what `sysctl -a` prints (E16)"),
      addresses: ofEach("What `ip -j address` prints on the node (E07, E08, E13)"),
      firewall: ofEach("What `nft list ruleset` or `iptables-save` prints on the node (E01)"),
      root: ofEach("/ or a copied tree of the node: scripts and users (E09)"),
      segment: ofEach("keepalived.conf of another router on the segment (E02)"),
      id: ofEach("Configuration id of the node (@ID lines), when one file serves both"),
      silence: ofEach("CODE=REASON: a warning that is meant so; in a definition its `silences`"),
      sarif: { kind: "boolean", brief: "Print SARIF 2.1.0 on stdout", default: false, withNegated: false },
      json,
    },
    positional: {
      kind: "array",
      parameter: { brief: "Stack, or the two files", placeholder: "stack", parse: String },
      maximum: 2,
    },
  },
  loader: async () => (await import("./actions/check.ts")).checkAction,
});

export interface GraphFlags {
  readonly format: "svg" | "mermaid";
  readonly out?: string;
}

export const graph = buildCommand<GraphFlags, [string], CliContext>({
  docs: { brief: "Draw the pairs, virtual addresses, frontends and backends" },
  parameters: {
    flags: {
      format: { kind: "enum", values: ["svg", "mermaid"], default: "mermaid", brief: "Picture format" },
      out: worded("File to write (default: stdout)"),
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/graph.ts")).graphAction,
});

export interface InitFlags {
  readonly name?: string;
}

export const init = buildCommand<InitFlags, [string], CliContext>({
  docs: { brief: "Write a project that passes `tandem check` at once" },
  parameters: {
    flags: {
      name: worded("Project name (default: the folder's)"),
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Folder to create", placeholder: "folder", parse: String }],
    },
  },
  loader: async () => (await import("./actions/init.ts")).initAction,
});

export const explain = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  docs: { brief: "Say what an error code means and what to do" },
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Code, e.g. HOST_UNREACHABLE", placeholder: "code", parse: String }],
    },
  },
  loader: async () => (await import("./actions/explain.ts")).explainAction,
});
