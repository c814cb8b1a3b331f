import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import ssh2, { type AnyAuthMethod } from "ssh2";
import type { Problem } from "../../diagnostics/index.ts";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { Authentication, Connection } from "../host.ts";
import { hostProblem, reasonOf } from "../problem.ts";

/**
 * The methods to offer to the server, in the order of the definition. Keys are read and parsed
 * here, so that a missing file or a wrong passphrase is told before anything is contacted.
 * Throws TandemError with every key that cannot be used.
 */
export function authMethods(connection: Connection): AnyAuthMethod[] {
  const problems: Problem[] = [];
  const methods = connection.auth.flatMap((auth): AnyAuthMethod[] => {
    try {
      return methodsFor(connection.user, auth);
    } catch (error) {
      problems.push(
        hostProblem(connection.name, "HOST_AUTH_FAILED", reasonOf(error), {
          detail: `${connection.user}@${connection.address}`,
          why: "the host was not contacted: nobody could log in",
          hint: "check the key and its passphrase in the node's ssh section",
        }),
      );
      return [];
    }
  });
  if (connection.auth.length === 0) {
    problems.push(
      hostProblem(connection.name, "HOST_AUTH_FAILED", "no way to authenticate is given", {
        detail: `${connection.user}@${connection.address}`,
        why: "the host was not contacted: nobody could log in",
        hint: "give a private key, the agent or a password in the node's ssh section",
      }),
    );
  }
  if (problems.length > 0) throw new TandemError(problems, { exitCode: ExitCode.unreachable });
  return methods;
}

function methodsFor(username: string, auth: Authentication): AnyAuthMethod[] {
  switch (auth.kind) {
    case "privateKey":
      return [keyMethod(username, auth.pem, auth.passphrase, "the private key")];
    case "privateKeyFile": {
      const path = auth.path.replace(/^~(?=\/)/, homedir());
      return [keyMethod(username, readKey(path), auth.passphrase, `private key ${path}`)];
    }
    case "agent": {
      const agent = auth.socket ?? process.env.SSH_AUTH_SOCK;
      if (agent === undefined || agent === "")
        throw new Error("SSH_AUTH_SOCK is not set: no ssh agent to ask");
      return [{ type: "agent", username, agent }];
    }
    case "password":
      // Many servers offer the password only as the one question of keyboard-interactive.
      return [
        { type: "password", username, password: auth.password },
        {
          type: "keyboard-interactive",
          username,
          prompt: (_name, _instructions, _language, prompts, finish) =>
            finish(prompts.map(() => auth.password)),
        },
      ];
  }
}

function readKey(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`cannot read private key ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function keyMethod(
  username: string,
  pem: string,
  passphrase: string | undefined,
  what: string,
): AnyAuthMethod {
  const parsed = ssh2.utils.parseKey(pem, passphrase);
  const [key] = Array.isArray(parsed) ? parsed : [parsed];
  if (key === undefined) throw new Error(`${what} is empty`);
  if (key instanceof Error) throw new Error(`${what} cannot be used: ${key.message}`);
  if (!key.isPrivateKey()) throw new Error(`${what} is a public key; the private one is needed`);
  return passphrase === undefined
    ? { type: "publickey", username, key: pem }
    : { type: "publickey", username, key: pem, passphrase };
}
