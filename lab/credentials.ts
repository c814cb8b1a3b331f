import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPlan } from "./plan.ts";
import { run } from "./run.ts";
import { labDir } from "./state/record.ts";

/** What a client of the lab's hosts needs: files in the lab's own folder. */
export interface LabSsh {
  /** Private key that root and ops of every host accept. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** For `ssh -F`: every host by name, keys verified. */
  readonly configFile: string;
}

export function sshFiles(lab: string): LabSsh {
  const dir = labDir(lab);
  return {
    keyFile: join(dir, "key"),
    knownHostsFile: join(dir, "known_hosts"),
    configFile: join(dir, "ssh_config"),
  };
}

export const randomPassword = (): string => randomBytes(9).toString("base64url");

const hostKeyFile = (lab: string, host: string): string => join(labDir(lab), `host-key-${host}`);

export function hostKey(lab: string, host: string): { readonly secret: string; readonly public: string } {
  const file = hostKeyFile(lab, host);
  return { secret: readFileSync(file, "utf8"), public: readFileSync(`${file}.pub`, "utf8") };
}

export function clientPublicKey(lab: string): string {
  return readFileSync(`${sshFiles(lab).keyFile}.pub`, "utf8");
}

const keygen = (file: string, comment: string) =>
  run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);

/** Makes the client's key and every host's key, so that clients can know the hosts before they boot. */
export async function createKeys(plan: LabPlan): Promise<void> {
  const files = sshFiles(plan.name);
  await Promise.all([
    keygen(files.keyFile, `tandem-lab-${plan.name}`),
    ...plan.hosts.map((host) => keygen(hostKeyFile(plan.name, host.name), host.name)),
  ]);
  const known = plan.hosts.flatMap((host) => {
    const key = hostKey(plan.name, host.name).public.split(" ").slice(0, 2).join(" ");
    return [host.name, host.address, host.address6].map((name) => `${name} ${key}\n`);
  });
  writeFileSync(files.knownHostsFile, known.join(""));
  const hosts = plan.hosts.map((host) => `Host ${host.name}\n  HostName ${host.address}\n`);
  const all = [
    "Host *",
    "  User root",
    `  IdentityFile ${files.keyFile}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${files.knownHostsFile}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  ConnectTimeout 5",
  ];
  writeFileSync(files.configFile, `${hosts.join("")}${all.join("\n")}\n`);
}
