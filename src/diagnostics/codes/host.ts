import type { ErrorTable } from "./entry.ts";

/** Codes of src/host; the format is told in entry.ts. */
export const hostCodes = {
  HOST_AUTH_FAILED: [
    "the host refused every way to authenticate, or a key could not be used; nothing was changed on it",
    "lb-a: deploy@10.0.0.11:22 refused every way to authenticate (tried key ~/.ssh/id_ed25519)",
    "put the public key into the user's authorized_keys, or correct user and keys in the node's ssh section",
  ],
  HOST_COMMAND_TIMEOUT: [
    "a command on the host did not finish in time; what it did is not known, and an armed rollback reverts by itself",
    "lb-a: sh did not finish within 60 s",
    "look at the load of the host, or raise ssh.timeouts.command in the stack",
  ],
  HOST_CONNECTION_LOST: [
    "the connection broke while a command ran; an armed rollback reverts by itself",
    "lb-a: the connection to 10.0.0.11:22 broke",
    "run the command again when the host answers: every step is idempotent",
  ],
  HOST_KEY_FILE: [
    "the known_hosts file cannot be read, or the key of a new host cannot be recorded in it",
    "lb-a: cannot read known_hosts file /etc/tandem/known_hosts: ENOENT",
    "create the file with ssh-keyscan and compare the fingerprints, or pin the fingerprint in the stack",
  ],
  HOST_KEY_MISMATCH: [
    "the host shows another key than the known or pinned one: another machine may be answering at its address",
    "lb-a: 10.0.0.11:22 shows ssh-ed25519 host key SHA256:abc…, but known_hosts has SHA256:def…",
    "when the host was reinstalled, compare its key on its console and put the new one in place of the old",
  ],
  HOST_KEY_UNKNOWN: [
    "no known_hosts entry names the host, so its identity cannot be verified",
    "lb-a: no known_hosts entry for 10.0.0.11, which shows ssh-ed25519 host key SHA256:abc…",
    "compare the fingerprint on the host's console, then pin it in the stack or add it to known_hosts",
  ],
  HOST_NO_SUDO: [
    "the user may not become root, which installing the service needs",
    "lb-a: deploy may not become root without a password: sudo: a password is required",
    "allow it in sudoers, give ssh.sudo.password, or connect as root",
  ],
  HOST_UNREACHABLE: [
    "the host did not answer or its SSH handshake failed; nothing was changed on it",
    "lb-a: 10.0.0.11:22 did not answer within 10 s",
    "check the address, that sshd listens there and that no firewall is between",
  ],
} as const satisfies ErrorTable;
