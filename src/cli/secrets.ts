import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { ExitCode, type Problem, TandemError, together } from "../diagnostics/index.ts";
import type { Authentication, Connection, HostKeyPolicy } from "../host/index.ts";
import type { SecretValues } from "../render/release.ts";
import type { ResolvedConnection, ResolvedPair, SecretRef } from "../stack/index.ts";
import type { CliContext } from "./context.ts";
import { runPulumi } from "./pulumi.ts";

/** Looks secrets up for commands that reach hosts without Pulumi's engine. */
export interface SecretLookup {
  value(ref: SecretRef): Promise<string>;
  of(pair: ResolvedPair): Promise<SecretValues>;
  connection(resolved: ResolvedConnection): Promise<Connection>;
}

/** `stackFile` names the Pulumi stack whose configuration holds `{ kind: "config" }` secrets. */
export function secretLookup(context: CliContext, stackFile: string): SecretLookup {
  const cache = new Map<string, Promise<string>>();
  const value = (ref: SecretRef): Promise<string> => {
    const key = JSON.stringify(ref);
    const known = cache.get(key) ?? lookUp(ref, context, basename(stackFile, ".ts"));
    cache.set(key, known);
    return known;
  };
  const of = async (pair: ResolvedPair): Promise<SecretValues> => {
    const entries = Object.entries(pair.secrets).map(
      async ([name, ref]) => [name, await value(ref)] as const,
    );
    return Object.fromEntries(await together(entries));
  };
  const connection = (resolved: ResolvedConnection) => toConnection(resolved, value);
  return { value, of, connection };
}

async function lookUp(ref: SecretRef, context: CliContext, stack: string): Promise<string> {
  switch (ref.kind) {
    case "plain":
      return ref.value;
    case "env": {
      const found = context.env[ref.name];
      if (found !== undefined && found !== "") return found;
      throw missing(`environment variable ${ref.name} is not set`, `export ${ref.name}=…`);
    }
    case "file":
      try {
        return readFileSync(resolve(context.cwd, ref.path), "utf8").replace(/\n$/, "");
      } catch (cause) {
        throw missing(
          `secret file ${ref.path} cannot be read: ${(cause as Error).message}`,
          "name a file that this user can read, from the folder of the project",
          cause,
        );
      }
    case "config": {
      const { exitCode, stdout } = await runPulumi(["config", "get", ref.key, "--stack", stack], {
        cwd: context.cwd,
        env: context.env,
        inherit: false,
        signal: context.signal,
      });
      if (exitCode === 0) return stdout.replace(/\n$/, "");
      // A stack that is not there, a wrong passphrase, a missing key: Pulumi says which, on standard error.
      throw missing(
        `Pulumi does not give the secret ${JSON.stringify(ref.key)} of stack ${stack}; what it said stands above`,
        `where the value is missing, set it: pulumi config set --secret ${ref.key} --stack ${stack}`,
      );
    }
  }
}

function missing(message: string, hint: string, cause?: unknown): TandemError {
  const why = "the definition refers to it: without it a file or a login is not whole";
  const problem: Problem = { code: "CLI_SECRET_MISSING", severity: "error", message, why, hint };
  return new TandemError([problem], { exitCode: ExitCode.invalidStack, cause });
}

async function toConnection(
  resolved: ResolvedConnection,
  value: (ref: SecretRef) => Promise<string>,
): Promise<Connection> {
  const auth = await together(resolved.auth.map((way) => authentication(way, value)));
  const { sudo } = resolved;
  return {
    name: resolved.name,
    address: resolved.address,
    port: resolved.port,
    user: resolved.user,
    auth,
    hostKey: resolved.hostKey satisfies HostKeyPolicy,
    timeouts: resolved.timeouts,
    ...(resolved.jump === undefined ? {} : { jump: await toConnection(resolved.jump, value) }),
    ...(sudo === undefined
      ? {}
      : { sudo: sudo.password === undefined ? {} : { password: await value(sudo.password) } }),
  };
}

async function authentication(
  way: ResolvedConnection["auth"][number],
  value: (ref: SecretRef) => Promise<string>,
): Promise<Authentication> {
  switch (way.kind) {
    case "agent":
      return way;
    case "password":
      return { kind: "password", password: await value(way.password) };
    case "privateKey":
      return { kind: "privateKey", pem: await value(way.key), ...(await passphrase(way.passphrase, value)) };
    case "privateKeyFile":
      return { kind: "privateKeyFile", path: way.path, ...(await passphrase(way.passphrase, value)) };
  }
}

async function passphrase(
  ref: SecretRef | undefined,
  value: (ref: SecretRef) => Promise<string>,
): Promise<{ passphrase?: string }> {
  return ref === undefined ? {} : { passphrase: await value(ref) };
}
