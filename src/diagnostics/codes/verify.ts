import type { ErrorTable } from "./entry.ts";

/** Codes of src/verify; the format is told in entry.ts. */
export const verifyCodes = {
  VERIFY_CANNOT_PROBE: [
    "the host that is to send the probes of a drill cannot do it",
    "host client: cannot ask from here: perl: command not found",
    "install perl-base on that host, or leave `from` out to ask from this machine",
  ],
  VERIFY_FAULT_FAILED: [
    "a fault could not be injected or undone: without it a drill proves nothing",
    "host lb-a: systemctl kill --signal=SIGKILL tandem.service ended with exit code 1: Unit not loaded",
    "look at the host; drills need systemd and root or sudo",
  ],
  VERIFY_NO_ANSWER: [
    "the virtual address does not answer steadily, so no outage can be measured",
    "http 10.0.0.100 port 80 does not answer steadily before the fault: ECONNREFUSED",
    "check that this machine has a route to the address and that the frontend has a healthy server",
  ],
  VERIFY_NO_DAEMON: [
    "a node of the pair has no tandem.service",
    "host lb-a: tandem.service is not installed",
    "run `pulumi up` first",
  ],
  VERIFY_PAIR_DEAF: [
    "after a deployment one node of the pair does not hear the other, so there are two masters now or after the next failover",
    "host lb-b: error[VERIFY_PAIR_DEAF]: lb-b does not hear lb-a in instance VI_1 (nothing arrived)",
    "let IP protocol 112 (51 with AH) and UDP port 8112 pass between the nodes, use transport unicast where multicast is dropped, and run `pulumi up` again",
  ],
  VERIFY_PAIR_NOT_READY: [
    "the pair does not have exactly one master and a backup, so no fault is injected",
    "pair web, instance VI_1: lb-a MASTER, lb-b FAULT for 30 s",
    "look at `tandemd status` on both nodes",
  ],
} as const satisfies ErrorTable;
