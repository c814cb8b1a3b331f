import { buildCommand } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { adopt, drift } from "./drift/commands.ts";
import { json, node, ofEach, pair, stackOnly, worded } from "./flags.ts";
import { check, explain, graph, init, render } from "./offline-commands.ts";
import { rollout } from "./rollout/commands.ts";
import { status } from "./status/commands.ts";
import { top } from "./top/commands.ts";

// Commands are data; what they do is loaded only when they run, so that `--help` answers at once.

export interface DiffFlags {
  readonly node?: string;
  readonly json: boolean;
}

const diff = buildCommand<DiffFlags, [string], CliContext>({
  docs: { brief: "Compare the stack as written with the hosts as they are; exit 2 when they differ" },
  parameters: { flags: { node, json }, positional: stackOnly },
  loader: async () => (await import("./actions/diff.ts")).diffAction,
});

export interface UpFlags {
  readonly yes: boolean;
  readonly preview: boolean;
}

const up = buildCommand<UpFlags, [string], CliContext>({
  docs: { brief: "Check the stack, then run `pulumi up` on it" },
  parameters: {
    flags: {
      yes: { kind: "boolean", brief: "Do not ask", default: false, withNegated: false },
      preview: {
        kind: "boolean",
        brief: "Only preview, reading the live hosts",
        default: false,
        withNegated: false,
      },
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/up.ts")).upAction,
});

const faultKinds = ["handover", "kill", "stop", "linkDown"] as const;

export interface DrillFlags {
  readonly pair?: string;
  readonly fault?: readonly (typeof faultKinds)[number][];
  readonly json: boolean;
  readonly yes: boolean;
}

const drill = buildCommand<DrillFlags, [string], CliContext>({
  docs: {
    brief: "Inject faults on the master and measure what a client sees; exit 5 when the verdict is bad",
  },
  parameters: {
    flags: {
      pair,
      fault: {
        kind: "enum",
        values: faultKinds,
        variadic: true,
        optional: true,
        brief: "Which faults (default: those of the definition)",
      },
      yes: { kind: "boolean", brief: "Do not ask", default: false, withNegated: false },
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/drill.ts")).drillAction,
});

export interface ImportFlags {
  readonly haproxy?: readonly string[];
  readonly keepalived?: readonly string[];
  readonly host?: readonly string[];
  readonly interface?: readonly string[];
  readonly interfaceAddress?: readonly string[];
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const importCommand = buildCommand<ImportFlags, [string], CliContext>({
  docs: {
    brief: "Turn haproxy.cfg and keepalived.conf into a stack file; exit 2 when something is left to do",
    fullDescription:
      "tandem import NAME --haproxy FILE --keepalived FILE reads files: keepalived.conf of one node, or of both.\n" +
      "tandem import NAME --host A --host B reads those of two live hosts over SSH, and their addresses.\n" +
      "What could not be carried over is listed with its place (docs/import.md).",
  },
  parameters: {
    flags: {
      haproxy: ofEach("haproxy.cfg; several are read as one, as with haproxy -f"),
      keepalived: ofEach("keepalived.conf of one node, or of both in the order of --host"),
      host: ofEach("Node as [NAME=][USER@]ADDRESS[:PORT], once for each"),
      interface: ofEach("Interface that carries VRRP, once for both nodes or once for each"),
      interfaceAddress: ofEach("Own address of a node there with prefix length, once for each"),
      identity: worded("Private key for SSH (default: the agent)"),
      knownHosts: worded("known_hosts file (default: ~/.ssh/known_hosts)"),
      out: worded("File to write (default: stacks/NAME.ts)"),
      force: { kind: "boolean", brief: "Overwrite the file", default: false, withNegated: false },
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Name of the stack", placeholder: "name", parse: String }],
    },
  },
  loader: async () => (await import("./actions/import.ts")).importAction,
});

export interface DoctorFlags {
  readonly stack?: string;
  readonly json: boolean;
}

const doctor = buildCommand<DoctorFlags, [], CliContext>({
  docs: { brief: "Look for what is missing on this machine and on the stack's hosts; changes nothing" },
  parameters: {
    flags: {
      stack: worded("Also look at this stack's hosts"),
      json,
    },
    positional: { kind: "tuple", parameters: [] },
  },
  loader: async () => (await import("./actions/doctor.ts")).doctorAction,
});

export const commands = {
  render,
  check,
  diff,
  up,
  drift,
  adopt,
  drill,
  status,
  top,
  rollout,
  graph,
  import: importCommand,
  doctor,
  init,
  explain,
};
