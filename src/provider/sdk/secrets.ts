import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import type { Authentication, Connection } from "../../host/host.ts";
import type { ResolvedAuthentication, ResolvedConnection, SecretRef } from "../../stack/index.ts";

/** Finds the values of secrets; what is missing is collected, so that all of it is told at once. */
export class SecretReader {
  readonly #root: string;
  readonly #problems: Problem[] = [];

  /** Files are looked up from `root`, the project's folder. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The value as an Output that Pulumi encrypts and never shows. */
  read(ref: SecretRef, use: string): pulumi.Output<string> {
    switch (ref.kind) {
      case "plain":
        return pulumi.secret(ref.value);
      case "config":
        return this.#config(ref.key, use);
      case "env":
        return this.#environment(ref.name, use);
      case "file":
        return this.#file(ref.path, use);
    }
  }

  /** A connection with the values of its secrets. */
  connection(resolved: ResolvedConnection): pulumi.Output<Connection> {
    const { name, auth, jump, sudo, ...plain } = resolved;
    const connection = {
      ...plain,
      name,
      auth: auth.map((way) => this.#authentication(way, name)),
      ...(jump === undefined ? {} : { jump: this.connection(jump) }),
      ...(sudo === undefined ? {} : { sudo: this.#sudo(sudo, name) }),
    };
    return pulumi.output(connection) as pulumi.Output<Connection>;
  }

  /** Throws when anything was missing. */
  finish(): void {
    if (this.#problems.length > 0) throw new TandemError(this.#problems, { exitCode: ExitCode.invalidStack });
  }

  #authentication(way: ResolvedAuthentication, node: string): pulumi.Input<Authentication> {
    switch (way.kind) {
      case "privateKey":
        return pulumi.output({
          kind: way.kind,
          pem: this.read(way.key, `private key for ${node}`),
          ...this.#passphrase(way.passphrase, node),
        });
      case "privateKeyFile":
        return pulumi.output({ kind: way.kind, path: way.path, ...this.#passphrase(way.passphrase, node) });
      case "agent":
        return way;
      case "password":
        return pulumi.output({ kind: way.kind, password: this.read(way.password, `password for ${node}`) });
    }
  }

  #passphrase(ref: SecretRef | undefined, node: string) {
    return ref === undefined ? {} : { passphrase: this.read(ref, `passphrase of the key for ${node}`) };
  }

  #sudo(sudo: { readonly password?: SecretRef }, node: string) {
    return sudo.password === undefined
      ? {}
      : { password: this.read(sudo.password, `sudo password for ${node}`) };
  }

  #config(key: string, use: string): pulumi.Output<string> {
    const cut = key.lastIndexOf(":");
    const config = cut < 0 ? new pulumi.Config() : new pulumi.Config(key.slice(0, cut));
    const value = config.getSecret(key.slice(cut + 1));
    if (value !== undefined) return value;
    return this.#missing(
      `no configuration value ${JSON.stringify(key)} (${use})`,
      `run \`pulumi config set --secret ${key} VALUE\``,
    );
  }

  #environment(name: string, use: string): pulumi.Output<string> {
    const value = process.env[name];
    if (value !== undefined && value !== "") return pulumi.secret(value);
    return this.#missing(`environment variable ${name} is not set (${use})`, `export ${name} before running`);
  }

  #file(path: string, use: string): pulumi.Output<string> {
    const full = resolve(this.#root, path);
    try {
      return pulumi.secret(readFileSync(full, "utf8").replace(/\r?\n$/, ""));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return this.#missing(`cannot read ${full} (${use}): ${reason}`, "create the file, or name another one");
    }
  }

  #missing(message: string, hint: string): pulumi.Output<string> {
    this.#problems.push({ code: "PROVIDER_SECRET_MISSING", severity: "error", message, hint });
    return pulumi.secret("");
  }
}
