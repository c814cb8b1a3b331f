import type { ErrorTable } from "./entry.ts";

/** Codes of src/provider; the format is told in entry.ts. */
export const providerCodes = {
  PROVIDER_BINARY_CHANGED: [
    "the tandemd executable is not the one whose digest was previewed",
    "dist/tandemd: the executable has SHA-256 6d0c…, but the plan says 91af… (version 0.1.0)",
    "preview again, so that what is shipped is what was shown",
  ],
  PROVIDER_BINARY_MISSING: [
    "the tandemd executable that is to be shipped cannot be read, or does not tell its version",
    "dist/tandemd: cannot read the tandemd executable: ENOENT: no such file or directory",
    "build it with `npm run build:daemon`, or name another one with `pulumi config set tandem:binary PATH`",
  ],
  PROVIDER_CANCELLED: [
    "the engine cancelled the run; hosts stop at their next safe point",
    "cancelled by the engine",
    "run again: every step is idempotent",
  ],
  PROVIDER_DRILL_NO_TARGET: [
    "the pair wants a drill, but no frontend listens on the virtual addresses of the instance",
    "nothing to ask on instance VI_1: no http frontend listens on its virtual addresses",
    "add a frontend on the address, use a tcp probe, or leave the drill out",
  ],
  PROVIDER_HOST_UNREACHABLE: [
    "a host does not answer, so it can be neither read nor cleaned; it is never taken for deleted",
    "host lb-a: cannot clean lb-a, so it stays in the state",
    "bring the host back and run again, or, when it is gone for good, run `TANDEM_ON_UNREACHABLE=forget pulumi destroy`",
  ],
  PROVIDER_IMPORT_ID: [
    "the id given to an import does not say how to reach the node",
    '"lb-a" is not the id of a node',
    "write NAME@ADDRESS or NAME@ADDRESS:PORT, e.g. lb-a@10.0.0.11",
  ],
  PROVIDER_IMPORT_NOTHING: [
    "the host to import has no release of Tandem",
    "host lb-a: lb-a has no release: /etc/tandem/current is absent",
    "leave the node out of the import: the next `pulumi up` creates it",
  ],
  PROVIDER_SECRET_MISSING: [
    "a secret that the stack refers to has no value",
    'no configuration value "vrrpPassword" (secret vrrp of pair web)',
    "run `pulumi config set --secret KEY VALUE`, set the environment variable, or create the file",
  ],
  PROVIDER_SETTINGS: [
    "a configuration value of the provider is wrong",
    "onUnreachable: expected one of fail, forget",
    "see `pulumi config` for keys that start with tandem: and set them again",
  ],
  PROVIDER_STATE_UNREADABLE: [
    "a node's resource in the state of a Pulumi stack is not one that this version writes",
    "error[PROVIDER_STATE_UNREADABLE]: what the state has of web-lb-a cannot be understood: requires.vips",
    "use the version of Tandem that deployed it, or deploy it with this one (`pulumi up`)",
  ],
  PROVIDER_UNKNOWN_TYPE: [
    "the program declares a resource that this version of the plugin does not have",
    'no resource type "tandem:index:Nodes"',
    "use program and plugin of one version of the package",
  ],
} as const satisfies ErrorTable;
