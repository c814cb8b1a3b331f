import type { ErrorTable } from "./entry.ts";

/** Codes of src/stack for single fields, names and values; the format is told in entry.ts. */
export const stackFieldCodes = {
  STACK_ADDRESS_INVALID: [
    "a text that should be an IP address, an address with prefix length or a host name is none",
    'vips: [{ address: "10.0.0.300/24" }]',
    'write e.g. "10.0.0.100/24" or "2001:db8::100/64"',
  ],
  STACK_DURATION_INVALID: [
    "a time has no unit that Tandem knows",
    'interval: "2sec"',
    'write a number and us, ms, s, m, h or d, e.g. "2s"',
  ],
  STACK_MISSING: ["something required is missing", "a server without port", "add it"],
  STACK_NAME_INVALID: [
    "a name, interface, user or kernel parameter has characters that a configuration file or the kernel would take for something else",
    'name: "web site"',
    'use letters, digits, "_", "-" and "."',
  ],
  STACK_NAME_TWICE: [
    "two things of one kind have the same name, so one would be lost",
    'two backends named "web"',
    "rename one",
  ],
  STACK_PASSWORD_EMPTY: [
    "a password is empty",
    'password: { kind: "env", name: "VRRP_PASSWORD" } with VRRP_PASSWORD=""',
    "take 1 to 8 characters for VRRP, more for the statistics page",
  ],
  STACK_PASSWORD_TOO_LONG: [
    "a VRRP packet holds 8 characters of password; the rest would be cut in silence, and different passwords may agree",
    "a password of 12 characters",
    "take 1 to 8 characters",
  ],
  STACK_PASSWORD_UNSAFE: [
    "a password holds white space or a character that keepalived.conf or haproxy.cfg reads as something else",
    'ab#cd, of which only "ab" would count',
    "take letters, digits and plain punctuation",
  ],
  STACK_WITNESS_FAMILY: [
    "the gateway that is to be a witness has an address of another family than the adverts",
    'vips: [{ address: "10.0.0.100/24" }], witnesses: [{ kind: "gateway", address: "2001:db8::1" }]',
    "name its address of the same family, or leave the address out",
  ],
  STACK_WITNESS_MISSING: [
    "strictWitness asks a master to give up when no witness answers, and there is no witness",
    "strictWitness: true without witnesses",
    "add witnesses, or take strictWitness out",
  ],
  STACK_SCRIPT_SEEKS_HAPROXY: [
    "a track script looks for a process called haproxy, but tandemd serves the frontends, so it always fails",
    'script: "killall -0 haproxy"',
    "take it out: trackProxy follows the proxy without a script",
  ],
  STACK_SCRIPT_TIMEOUT_LONG: [
    "a script may hang for several intervals before it counts as failed",
    'interval: "1s", timeout: "1m"',
    "take a timeout of one interval",
  ],
  STACK_SCRIPT_SLOW: [
    "a track script notices a dead service later than --target-failover allows: interval times fall",
    'tandem check dev --target-failover 1s with interval: "2s", fall: 3',
    "shorten interval or lower fall; trackProxy follows the own proxy within milliseconds",
  ],
  STACK_SCRIPT_UNSAFE: [
    "no shell runs scripts, so quotes, pipes, redirections and variables would be arguments, or break the file",
    'script: "curl -s localhost | grep ok"',
    "put the shell code into a file and name that",
  ],
  STACK_SYSCTL_TWICE: [
    "a kernel parameter is set in sysctls and by a field of kernel",
    'sysctls: { "net.ipv4.ip_forward": 1 }',
    "write kernel: { forwarding: true }",
  ],
  STACK_TEXT_UNSAFE: [
    "a text holds white space, a control character or a character that would end or change a line of a configuration file",
    'healthCheck: { kind: "http", path: "/a b" }',
    "write one plain word",
  ],
  STACK_UNKNOWN_KEY: [
    "a key is not part of the definition; ignoring it would hide a misspelling",
    '{ adress: "10.0.0.21" }',
    "take the suggestion, or see docs/definition.md",
  ],
  STACK_UNKNOWN_REFERENCE: [
    "a name refers to something that the pair does not have",
    'defaultBackend: "wbe"',
    "take the suggestion, or define it",
  ],
  STACK_UNUSED: [
    "a track script, backend or certificate is defined and used by nothing",
    "a backend that no frontend names",
    "refer to it, or take it out",
  ],
  STACK_VALUE_INVALID: [
    "a value does not fit, in a way that has no code of its own",
    "see the message",
    "see docs/definition.md",
  ],
  STACK_VALUE_OUT_OF_RANGE: [
    "a number or a time is outside its limits",
    "virtualRouterId: 300",
    "write a value within the limits of the message",
  ],
  STACK_VALUE_UNKNOWN: ["a value is none of those allowed", 'balance: "roundrobbin"', "take the suggestion"],
  STACK_WRONG_COUNT: [
    "a list has too few or too many elements",
    "nodes: [lb-a, lb-b, lb-c]",
    "a pair has exactly two nodes",
  ],
  STACK_WRONG_TYPE: [
    "a value has the wrong type",
    'virtualRouterId: "51"',
    "write the type that the message names",
  ],
} as const satisfies ErrorTable;
