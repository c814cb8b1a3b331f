/** Files of a new project, path → text. They pass `tandem check` as they are. */
export function projectFiles(name: string, toolVersion: string): Readonly<Record<string, string>> {
  return {
    "package.json": `${JSON.stringify(packageJson(name, toolVersion), null, 2)}\n`,
    "Pulumi.yaml": pulumiYaml(name),
    "index.ts": program,
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
      tsx: "^4.23.15",
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
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --import tsx
# Reads the live hosts before every preview and update, so that drift shows.
options:
  refresh: always
plugins:
  providers:
    - name: tandem
      path: node_modules/tandem-lb/src/provider/plugin
  # Only where Pulumi came without its Node language host; leave out with the official bundle.
  # languages:
  #   - name: nodejs
  #     path: node_modules/tandem-lb/src/provider/langhost
`;

const program = `import { getStack } from "@pulumi/pulumi";
import { deploy } from "tandem-lb/pulumi";

const { stack } = await import(\`./stacks/\${getStack()}.ts\`);
export const outputs = deploy(stack);
`;

const definition = (name: string) => `import { defineStack } from "tandem-lb";

// Replace the addresses by those of your hosts, then: tandem check dev && pulumi up
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
        { name: "VI_WEB", virtualRouterId: 51, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
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
    pulumi stack init dev
    pulumi up                    # both hosts, backup first, then the failover drill

Definitions live in \`stacks/\`, one file per environment.
`;
