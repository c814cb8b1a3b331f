/** Files of a new project, path → text. They pass `tandem check` as they are. */
export function projectFiles(name: string, toolVersion: string): Readonly<Record<string, string>> {
  return {
    "package.json": `${JSON.stringify(packageJson(name, toolVersion), null, 2)}\n`,
    "Pulumi.yaml": pulumiYaml(name),
    "index.js": program,
    "stacks/dev.ts": definition(name),
    "tsconfig.json": `${JSON.stringify(tsconfig, null, 2)}\n`,
    ".gitignore": "node_modules/\n",
    "README.md": readme(name),
  };
}

function packageJson(name: string, toolVersion: string): unknown {
  return {
    name,
    private: true,
    type: "module",
    dependencies: {
      "tandem-lb": `^${toolVersion}`,
      "@pulumi/pulumi": "3.248.0",
      typescript: "^6.0.3",
    },
  };
}

const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
};

const pulumiYaml = (name: string) => `name: ${name}
description: Load-balancer pairs
main: index.js
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --import tandem-lb/start
# Reads the live hosts before every preview and update, so that drift shows.
options:
  refresh: always
plugins:
  providers:
    - name: tandem
      path: node_modules/tandem-lb/src/provider/plugin
  # So that the pulumi executable alone is enough.
  languages:
    - name: nodejs
      path: node_modules/tandem-lb/src/provider/langhost
`;

const program = `import { getStack } from "@pulumi/pulumi";
import { deploy, loadStack } from "tandem-lb/pulumi";

// The Pulumi stack NAME is what stacks/NAME.ts defines.
export const outputs = deploy(await loadStack(getStack()));
`;

/** Not 51, which every sample has: two pairs on one network need two. */
const routerId = (name: string): number =>
  52 + ([...name].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 200);

const definition = (name: string) => `import { defineStack } from "tandem-lb";

// Replace addresses and interfaces by those of your hosts; docs/definition.md has every field.
// Hosts are reached as root with the keys of your SSH agent, and their host keys have to be in ~/.ssh/known_hosts;
// ssh: { user, port, authentication, hostKey } of a node says otherwise.
export const stack = defineStack({
  name: "${name}",
  pairs: [
    {
      name: "web",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { version: 3, advertInterval: "100ms" },
      vrrpInstances: [
        { name: "VI_WEB", virtualRouterId: ${routerId(name)}, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
      ],
      frontends: [
        { name: "www", mode: "http", binds: [{ address: "192.0.2.100", port: 80 }], defaultBackend: "web" },
      ],
      backends: [
        {
          name: "web",
          mode: "http",
          healthCheck: { kind: "http", path: "/" },
          servers: [
            { name: "web-1", address: "192.0.2.21", port: 80 },
            { name: "web-2", address: "192.0.2.22", port: 80 },
          ],
        },
      ],
      drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "change" },
    },
  ],
});
`;

const readme = (name: string) => `# ${name}

    npm install
    npx tandem check dev         # mistakes, before anything is contacted
    npx tandem graph dev         # a picture
    npx tandem doctor --stack dev  # what is missing here and on the hosts

    pulumi login --local                               # or another backend: where the state is kept
    export PULUMI_CONFIG_PASSPHRASE='a long sentence'  # encrypts the secrets in it
    pulumi stack init dev
    pulumi preview --diff        # every line that would change; touches nothing
    pulumi up                    # both hosts, backup first, then the failover drill

Definitions live in \`stacks/\`, one file per environment.
`;
