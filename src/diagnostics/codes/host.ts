import type { ErrorTable } from "./entry.ts";

/** Codes of src/host; the format is told in entry.ts. */
export const hostCodes = {
  HOST_ARCHITECTURE: [
    "the host's processor is not the one that tandemd was built for",
    "lb-a: the host is aarch64, tandemd is built for x86_64",
    "build tandemd for the host's architecture, or use another host",
  ],
  HOST_AUTH_FAILED: [
    "the host refused every way to authenticate, or a key could not be used; nothing was changed on it",
    "lb-a: deploy@10.0.0.11:22 refused every way to authenticate (tried key ~/.ssh/id_ed25519)",
    "put the public key into the user's authorized_keys, or correct user and keys in the node's ssh section",
  ],
  HOST_BASELINE_UNREADABLE: [
    "the record of what the host was before the first apply cannot be understood, so its kernel parameters cannot be given back",
    "lb-a: /var/lib/tandem/baseline.json cannot be understood",
    "restore the file from a backup, or remove it to destroy without giving anything back",
  ],
  HOST_BINARY_BROKEN: [
    "the shipped tandemd does not run on the host",
    "lb-a: tandemd does not run on this host: Exec format error",
    "build it for the host's architecture and check that /opt is not mounted noexec",
  ],
  HOST_BINARY_UNREADABLE: [
    "the tandemd to ship cannot be read on this machine, or is not the planned one",
    "lb-a: cannot read the executable dist/tandemd: ENOENT",
    "build it with npm run build:daemon, then plan again",
  ],
  HOST_CERTIFICATE: [
    "a certificate that a file on the host holds ends soon, has ended or is not valid yet, or its OCSP response is of no use",
    "lb-a: the certificate in '/etc/ssl/private/site.pem' expires in 12 days, on 2026-01-31",
    "renew the file on both hosts; a new one is taken up while the proxy runs",
  ],
  HOST_COMMAND_TIMEOUT: [
    "a command on the host did not finish in time; what it did is not known, and an armed rollback reverts by itself",
    "lb-a: sh did not finish within 60 s",
    "look at the load of the host, or raise ssh.timeouts.command in the stack",
  ],
  HOST_CONFIG_REFUSED: [
    "tandemd on the host refuses a rendered file; the host keeps the configuration it has",
    "lb-a:haproxy.cfg:12:5: unknown directive",
    "correct what the line comes from in the stack; the place names file, line and column as rendered, and the whole text is on the host in /var/lib/tandem/failed",
  ],
  HOST_CONNECTION_LOST: [
    "the connection broke while a command ran; an armed rollback reverts by itself",
    "lb-a: the connection to 10.0.0.11:22 broke",
    "run the command again when the host answers: every step is idempotent",
  ],
  HOST_DAEMON_NEWER: [
    "the daemon on the host is newer than this Tandem: what it reports cannot be judged, and an apply would replace it by an older one",
    "lb-a: tandemd 2.0.0 runs there and speaks protocol 2; this version of Tandem knows up to 1",
    "use a Tandem as new as the daemon; to go back on purpose, stop the service on the host first (systemctl stop tandem)",
  ],
  HOST_DISK_FULL: [
    "a file system of the host has no room for the executable or the release; nothing was taken over",
    "lb-a: / has 100 KiB free, the release needs 9200 KiB",
    "free space on the named file system",
  ],
  HOST_FOREIGN_DAEMON: [
    "a keepalived or haproxy that is not ours runs on the host: both would fight for addresses and ports",
    "lb-a: keepalived runs already (pid 812, keepalived.service)",
    "take it out of service: systemctl disable --now keepalived.service",
  ],
  HOST_INTERFACE_DOWN: [
    "an interface that the release needs is down",
    "lb-a: interface eth1 is down",
    "bring it up and check the cable",
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
  HOST_LOCKED: [
    "another run works on the host; the lock ends with that run, at the latest half a minute after its machine is gone",
    "lb-a: locked by bob@ci pid 7 since 2026-01-31T12:00:00Z",
    "wait for it, or end it by force with the kill command that the message names",
  ],
  HOST_NO_INTERFACE: [
    "an interface that the release needs does not exist on the host",
    "lb-a: there is no interface eth7; the host has eth0",
    "correct the interface of the node in the stack",
  ],
  HOST_NO_NFT: [
    "nftables is not installed, so the rule that accepts adverts from the peer only is not loaded",
    "lb-a: /usr/sbin/nft is not installed",
    "install nftables, or leave it when another firewall does this",
  ],
  HOST_NO_SUDO: [
    "the user may not become root, which installing the service needs",
    "lb-a: deploy may not become root without a password: sudo: a password is required",
    "allow it in sudoers, give ssh.sudo.password, or connect as root",
  ],
  HOST_PACKAGE_MISSING: [
    "the pair runs on Debian's packages, and the host has not got them: an apply installs them, and this is said when its package sources do not have them, or where nothing may be installed",
    "lb-a: packages are missing and cannot be installed: haproxy, keepalived\n    E: Unable to locate package haproxy",
    "give the host package sources that have them, or install them by hand (apt-get install --no-install-recommends haproxy keepalived)",
  ],
  HOST_PORT_IN_USE: [
    "another process listens where a frontend shall listen",
    "lb-a: 0.0.0.0:80 is in use by nginx (pid 700, nginx.service); frontend web needs it",
    "stop that process, or choose another port or address",
  ],
  HOST_PROBE_FAILED: [
    "nobody could be asked whether a virtual address is in use on the segment",
    "lb-a: cannot ask on eth0 who has the virtual addresses",
    "check that the interface is up, and with arping that the address is free",
  ],
  HOST_READ_ONLY: [
    "a folder that an apply has to write to is on a read-only file system",
    "lb-a: /opt/tandem/bin cannot be written: the file system is read-only",
    "mount it read-write; after a disk error the kernel remounts it read-only",
  ],
  HOST_ROLLBACK_INCOMPLETE: [
    "an apply failed and not everything on the host could be put back",
    "lb-a: not everything could be put back: cannot restart tandem.service",
    "look at the host; tandem drift names what differs",
  ],
  HOST_ROLLBACK_PENDING: [
    "an apply failed and the host could not be told to go back; its own timer does so",
    "lb-a: the host cannot be told to go back; it does so by itself",
    "look at it when it answers again; running the command again finishes either way",
  ],
  HOST_ROLLED_BACK: [
    "an apply failed and the host is as it was before; the other problems say why",
    "lb-a: the host is as it was before",
    "correct what the other problems name and apply again; what could not be taken over is on the host in /var/lib/tandem/failed, with the reason, until a release is",
  ],
  HOST_SELF_CHECK_FAILED: [
    "after the switch the host did not run what it was given, so it was taken back",
    "lb-a: frontend web does not listen on *:80",
    "look at the service's journal (journalctl -u tandem) for the reason",
  ],
  HOST_STEP_FAILED: [
    "a step on the host failed with an error of the host's own",
    "lb-a: sending the files failed: tar: Cannot open: Permission denied",
    "put right what the text names, then run again: every step is idempotent",
  ],
  HOST_SWITCH_FAILED: [
    "the release could not be taken over; the message has what systemd or the kernel said",
    "lb-a: the release could not be taken over: systemctl start tandem.service: …",
    "read the service's last words in the message, correct the stack and apply again",
  ],
  HOST_SYSCTL_UNKNOWN: [
    "the host's kernel has no parameter of that name",
    "lb-a: the kernel has no parameter net.ipv4.no_such_thing",
    "correct its name in the stack, or load the module that brings it",
  ],
  HOST_TOOL_MISSING: [
    "programs that applying and going back need are missing on the host",
    "lb-a: programs are missing: flock, ip",
    "install systemd, iproute2, coreutils, tar and util-linux",
  ],
  HOST_UNREACHABLE: [
    "the host did not answer or its SSH handshake failed; nothing was changed on it",
    "lb-a: 10.0.0.11:22 did not answer within 10 s",
    "check the address, that sshd listens there and that no firewall is between",
  ],
  HOST_USER_MISSING: [
    "the user of the proxy is not there, and systemd-sysusers cannot make it; nothing was taken over",
    "lb-a: there is no user and group tandem, and systemd-sysusers cannot make them: Failed to take /etc/passwd lock: Read-only file system",
    "put right what the text names, make user and group by hand (useradd --system), or name another user in proxy.user",
  ],
  HOST_USER_TAKEN: [
    "a user of the host has the name of the proxy's own: the proxy would have that one's groups, and what is that one's",
    "lb-a: the user tandem (number 1001, /bin/bash) is somebody's own",
    'name another one in the definition (proxy.user), or write proxy: { user: "tandem" } to take this one all the same',
  ],
  HOST_VIP_CONFIGURED: [
    "a virtual address is configured on the host itself, so it would stay there after a failover",
    "lb-a: 10.0.0.100 is configured on eth0 of this host itself",
    "take the address out of the host's network configuration",
  ],
  HOST_VIP_TAKEN: [
    "another machine on the segment answers for a virtual address: both would cut each other off",
    "lb-a: 10.0.0.100 is already answered by 52:54:00:12:34:56 on eth0",
    "find the machine (ip neigh) and free the address, or choose another virtual address",
  ],
} as const satisfies ErrorTable;
