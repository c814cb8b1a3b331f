import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { repository, tandemd } from "../../lab/setup/paths.ts";
import { type Imported, type ImportHost, importStack, syntaxSchema } from "../../src/import/index.ts";
import { render } from "../../src/render/index.ts";
import { inspectStack, type ResolvedNode } from "../../src/stack/index.ts";
import { binary } from "../render/scenarios.ts";

/** Real files beside the project; absent on other machines. */
export const corpus = resolve(repository, "../shared/corpus");
const inTrees = resolve(repository, "../../shared/corpus");

export function corpusFiles(kind: "haproxy" | "keepalived"): readonly string[] {
  const folder = [corpus, inTrees].find((candidate) => existsSync(candidate));
  if (folder === undefined) return [];
  return readdirSync(join(folder, kind))
    .sort()
    .map((name) => join(folder, kind, name));
}

export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "tandem-import-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function importFiles(
  files: { readonly haproxy?: readonly string[]; readonly keepalived?: readonly string[] },
  hosts: readonly ImportHost[] = [],
): Imported {
  const each = (flag: string, names: readonly string[] = []) => names.flatMap((name) => [flag, name]);
  const argv = ["parse", ...each("--haproxy", files.haproxy), ...each("--keepalived", files.keepalived)];
  const { status, stdout, stderr } = spawnSync(tandemd, argv, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return importStack({ name: "imported", syntax: syntaxSchema.parse(JSON.parse(stdout)), hosts });
}

export interface RenderedAgain {
  readonly haproxy: string;
  readonly keepalived: string;
  readonly node: ResolvedNode;
}

/** The files of the first node as the imported definition renders them, or why it does not. */
export function renderAgain(imported: Imported): RenderedAgain | readonly string[] {
  const { stack, problems } = inspectStack(imported.input);
  const pair = stack?.pairs[0];
  if (pair === undefined)
    return problems
      .filter(({ severity }) => severity === "error")
      .map(({ code, message, where }) => `${code} ${JSON.stringify(where)}: ${message}`);
  const release = render(pair, pair.nodes[0].name, binary);
  const text = (name: "haproxy.cfg" | "keepalived.conf") => release.files[name]?.text ?? "";
  return { haproxy: text("haproxy.cfg"), keepalived: text("keepalived.conf"), node: pair.nodes[0] };
}

/** What tandemd takes a text to mean: its model without places. */
export function meaning(kind: "haproxy" | "keepalived", text: string): readonly string[] {
  return inFolder((folder) => {
    const file = join(folder, "file");
    writeFileSync(file, text);
    const { stdout } = spawnSync(tandemd, ["parse", `--${kind}`, file, "--meaning"], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
    });
    return stdout.replaceAll(file, "FILE").split("\n");
  });
}

/**
 * The model of haproxy.cfg without what has no effect (logs are those of frontends, and TLS begins at 1.2) and without
 * the user and the root directory that a definition gives its proxy.
 */
export function proxyMeaning(text: string): readonly string[] {
  const lines = meaning("haproxy", text)
    .join("\n")
    .replace(/(user|group): Some\(\s*"tandem",?\s*\)/g, "$1: None")
    .replace(/chroot: Some\(\s*"\/run\/tandem\/empty",?\s*\)/, "chroot: None")
    .replace(/min_version: Some\(\s*Tls12,\s*\)/g, "min_version: None")
    .split("\n");
  let backend = false;
  return lines.filter((line, index) => {
    if (/^ {8}Proxy \{/.test(line)) {
      const end = lines.findIndex((other, at) => at > index && /^ {8}\}/.test(other));
      backend = lines.slice(index, end).some((other) => /^ {12}kind: Backend,/.test(other));
    }
    return !(backend && /^\s*(dontlognull|log_format): (true|false|Http|Tcp|Connect),/.test(line));
  });
}

/** Whether haproxy takes a text once names, certificates and files are there. */
export function haproxyTakes(text: string): { readonly taken: boolean; readonly output: string } {
  return inFolder((folder) => {
    const file = join(folder, "haproxy.cfg");
    writeFileSync(file, supplied(text, folder));
    const run = spawnSync("haproxy", ["-c", "-f", file], {
      encoding: "utf8",
      env: { ...process.env, ...variables(text) },
    });
    return { taken: run.status === 0, output: `${run.stdout}${run.stderr}` };
  });
}

function variables(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{?([A-Z_][A-Z0-9_]*)/g)].map((match) => match[1] ?? "");
  return Object.fromEntries(names.map((name) => [name, /PORT/.test(name) ? "8080" : "127.0.0.1"]));
}

/** The text with what its own machine would have: names that resolve, certificates, users, files. */
function supplied(text: string, folder: string): string {
  const pem = join(folder, "all.pem");
  writeFileSync(pem, certificate());
  writeFileSync(join(folder, "list"), `${pem}\n`);
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "page.http"), "HTTP/1.0 503 Gone\r\nContent-Length: 0\r\n\r\n");
  const lines = text.split(/\r?\n/).map((line) =>
    line
      .replace(/^(\s*(?:server)\s+\S+\s+)([A-Za-z][\w.-]*)((?::\d+)?)(?=\s|$)/, "$1127.0.0.1$3")
      .replace(/^(\s*peer\s+\S+\s+)([A-Za-z][\w.-]*)(:\d+)/, "$1127.0.0.1$3")
      .replace(/^(\s*server-template\s+\S+\s+\S+\s+)([A-Za-z][\w.-]*)/, "$1127.0.0.1")
      .replace(
        /^(\s*log\s+)([a-z][\w.-]*)((?::\d+)?\s+(?:local|format|len|daemon|user))/,
        (all, head, host, rest) =>
          ["stdout", "stderr", "global"].includes(host) ? all : `${head}127.0.0.1${rest}`,
      )
      .replace(/\b(crt|ca-file|ca-verify-file|crl-file)\s+\S+/g, `$1 ${pem}`)
      .replace(/\bcrt-list\s+\S+/g, `crt-list ${join(folder, "list")}`)
      .replace(/(errorfile\s+\d+\s+)\S+/, `$1${join(folder, "page.http")}`)
      .replace(/(-f\s+|lua-load(?:-per-thread)?\s+)\/\S+/g, `$1${join(folder, "empty")}`)
      .replace(/((?:map|map_str|map_ip|map_beg)\()[^,)]+/g, `$1${join(folder, "empty")}`)
      .replace(/^(\s*)(user|group)\s+(\S+)\s*$/, "$1$2 root")
      .replace(/^(\s*)ssl-default-(bind|server)-ciphers\s+PROFILE=SYSTEM/, "$1ssl-default-$2-ciphers ALL"),
  );
  return `${lines.join("\n")}\n`;
}

let pem: string | undefined;

function certificate(): string {
  pem ??= inFolder((folder) => {
    const [key, cert] = [join(folder, "key"), join(folder, "cert")];
    spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      "-subj",
      "/CN=test",
      "-days",
      "2",
    ]);
    return readFileSync(cert, "utf8") + readFileSync(key, "utf8");
  });
  return pem;
}

/** Lines that only one side has. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...before];
  const added = after.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...left.map((line) => `- ${line.trim()}`), ...added.map((line) => `+ ${line.trim()}`)];
}

export const nameOf = (file: string): string => basename(file);

interface Definition {
  readonly pairs: readonly [
    {
      readonly nodes: readonly { readonly interface: string; readonly interfaceAddress: string }[];
      readonly vrrpInstances: readonly {
        readonly interface?: string;
        readonly vips: readonly { readonly address: string; readonly interface?: string }[];
        readonly excludedVips?: readonly { readonly address: string; readonly interface?: string }[];
      }[];
    },
  ];
}

/** Hosts that have an address in the network of every virtual address of the definition. */
export function hostsOf(imported: Imported): readonly ImportHost[] {
  const [pair] = (imported.input as Definition).pairs;
  const taken = new Set(
    pair.vrrpInstances.flatMap(({ vips }) => vips.map(({ address }) => address.split("/")[0])),
  );
  return pair.nodes.map((node, index) => {
    const wanted = new Map<string, Set<string>>();
    const add = (name: string, address: string) =>
      wanted.set(name, (wanted.get(name) ?? new Set()).add(address));
    if (!node.interfaceAddress.startsWith("192.0.2.")) add(node.interface, node.interfaceAddress);
    for (const instance of pair.vrrpInstances)
      for (const vip of [...instance.vips, ...(instance.excludedVips ?? [])])
        add(vip.interface ?? instance.interface ?? node.interface, neighbour(vip.address, index, taken));
    const interfaces = [...wanted].map(([name, addresses]) => ({ name, addresses: [...addresses] }));
    return { address: `198.51.100.${index + 1}`, interface: node.interface, interfaces };
  });
}

/** An address of the same network that no router has. */
function neighbour(vip: string, index: number, taken: ReadonlySet<string | undefined>): string {
  const [address = "", prefix = "32"] = vip.split("/");
  const length = prefix === "32" ? "24" : prefix;
  for (let last = 201 + index; ; last += 2) {
    const candidate = address.replace(/\d+$/, String(last));
    if (!taken.has(candidate)) return `${candidate}/${length}`;
  }
}

/** Whether keepalived takes a text on a host that has the interfaces and addresses. */
export function keepalivedTakes(
  text: string,
  interfaces: readonly string[],
): { readonly taken: boolean; readonly output: string } {
  return inFolder((folder) => {
    const file = join(folder, "keepalived.conf");
    writeFileSync(file, runnable(text));
    const links = [...new Set(interfaces)].map(
      (name, i) => `ip link add ${name} type veth peer name peer${i} && ip link set ${name} up`,
    );
    const run = spawnSync(
      "unshare",
      ["-n", "sh", "-c", [...links, `exec keepalived -t -f ${file}`].join(" && ")],
      { encoding: "utf8" },
    );
    const output = `${run.stdout}${run.stderr}`;
    // 5 says that it goes on: with what it warns of, or without words that it does not know.
    return { taken: run.status === 0 || (run.status === 5 && !LEFT_OUT.test(output)), output };
  });
}

const LEFT_OUT = /Unknown keyword|Unexpected|Non-existent|already defined|invalid|No VIP specified/;

/** Programs of the file's own machine are not here: each is one that does nothing, and root runs it. */
function runnable(text: string): string {
  const commands = text
    .replace(/^(\s*(?:script|notify\w*)\s+).*?(\s*\}?\s*)$/gm, (line, head: string, end: string) =>
      /notify_priority_changes|notification/.test(head) ? line : `${head}"/bin/true"${end}`,
    )
    .replace(/^(\s*(?:script_user|user)\s+).*$/gm, "$1root");
  if (/script_user/.test(commands)) return commands;
  return `global_defs {\n    script_user root\n    enable_script_security\n}\n${commands}`;
}

export function interfacesIn(text: string): readonly string[] {
  const found = [...text.matchAll(/\b(?:interface|dev|lvs_sync_daemon_interface)\s+([A-Za-z0-9._-]{1,15})/g)];
  const tracked = [...text.matchAll(/track_interface\s*\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? "").trim().split(/\s+/),
  );
  return [...new Set([...found.map((match) => match[1] ?? ""), ...tracked])].filter(
    (name) => /^[a-z]/i.test(name) && name !== "lo" && name.length < 16,
  );
}

/**
 * The model of keepalived.conf with what a definition always says: the node's name as router id, root as the user
 * of scripts, a time for each script, the interface of each address, and a loser that says that it has lost.
 */
export function routerMeaning(text: string): readonly string[] {
  const said =
    "global_defs {\n    router_id lb-a\n    vrrp_higher_prio_send_advert true\n    script_user root\n    enable_script_security\n}\n";
  const model = meaning("keepalived", `${text}\n${said}`).join("\n");
  const whole = model
    .replace(/user: Some\(\s*ScriptUser \{\s*user: "root",\s*group: None,\s*\},\s*\)/g, "user: None")
    .replace(/(interval: (\S+),\s*)timeout: None/g, "$1timeout: Some(\n$2,\n)");
  let own = "";
  return whole
    .replace(/interface: Some\(\s*("[^"]*"),\s*\)/g, "interface: $1")
    .split("\n")
    .map((line) => {
      own = /^ {12}interface: ("[^"]*"),/.exec(line)?.[1] ?? own;
      return line.replace("interface: None", `interface: ${own}`).trim();
    });
}
