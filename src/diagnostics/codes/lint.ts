import type { ErrorTable } from "./entry.ts";

/** Rules of the two-node lint; the format is told in entry.ts. docs/lint.md shows them at length. */
export const lintRules = {
  E01: [
    "the two nodes do not agree on what adverts carry (router id, version, authentication, address list, multicast group or unicast, interval) or a packet filter drops them: each node drops the other's adverts, both become master, and clients land on either",
    "error[E01]: the passwords of 'VI_1' differ\n  --> a.conf:8:19\n  --> b.conf:8:19",
    "write the same value on both nodes, and accept IP protocol 112 (51 for AH) between them",
  ],
  E02: [
    "a virtual router id is used by two groups on one segment: each takes the other's adverts for its own, so one of them has no master or both flap",
    "error[E02]: virtual_router_id 51 of 'VI_1' is that of another group, 'DB', on eth0",
    "give each group of a segment its own id from 1 to 255, or another multicast group",
  ],
  E03: [
    "the election is played through for every set of failed checks on both nodes: a weight that no set makes count leaves the addresses on a node whose service is dead",
    "priority 150 and 100 with weight -20\nerror[E03]: weight -20 of script chk_web cannot change who is master of 'VI_1': no set of failed checks moves it\n  why: with script chk_web failed, a.conf has 130 then, b.conf 100",
    "take a weight larger than the distance of the priorities, closer priorities, or weight 0, so that a failure is a FAULT",
  ],
  E04: [
    "nopreempt or preempt_delay does nothing (state MASTER clears it, or it stands on the wrong node), or it keeps a lowered priority from handing over",
    "nopreempt on both nodes, chk_web with weight -60\nerror[E04]: nopreempt in b.conf keeps 'VI_1' on a node whose checks fail",
    "write state BACKUP and nopreempt on the node that must not come back, and weight 0 for its checks",
  ],
  E05: [
    "both nodes have one priority, or both start as MASTER: the order of start decides who is master, and nobody takes the addresses back",
    "warning[E05]: both nodes have priority 100 in 'VI_1'",
    "give the node that is to be master the higher priority, e.g. 254 and 253",
  ],
  E06: [
    "a password is not what it looks like: only 8 bytes of it travel, a comment character cuts it off, version 3 ignores it, or AH waits with MASTER",
    "auth_pass ab#cd\nerror[E06]: '#' starts a comment in the middle of the value of 'auth_pass'",
    "take at most 8 letters and digits, version 2 if there must be a password, and state BACKUP with AH",
  ],
  E07: [
    "a virtual address lies in no connected network, is a host's own, stands twice or in two groups: neighbours do not look for it, or two hosts hold it",
    "virtual_ipaddress { 10.78.0.100/24 } on hosts of 10.77.0.0/24\nerror[E07]: 10.78.0.100 is in no network of a.conf on eth0",
    "write a free address of a network that both nodes are connected to, once, in one group",
  ],
  E08: [
    "unicast peers do not name each other: a node that is not in the other's list never hears it, a peer that is the node itself or a virtual address hears nothing",
    "error[E08]: a.conf does not send to 10.77.0.2, the address of b.conf in 'VI_1'",
    "write on each node the other one's own address in unicast_peer, and the own one in unicast_src_ip",
  ],
  E09: [
    "a check script cannot run as written or tells too late: keepalived leaves such a check out and stays master when the service is dead",
    "error[E09]: the check 'chk_web' runs /usr/local/bin/chek.sh, which does not exist",
    "install an executable file that only root may change, define it above its use, write \"/bin/sh -c '…'\" for a shell, and shorten interval or fall",
  ],
  E10: [
    "vrrp_strict or no_accept keeps packets from the virtual address, and a service listens on it: clients get no answer",
    "error[E10]: 10.77.0.100 takes no packets because of vrrp_strict, and the proxy listens on 0.0.0.0:80 (haproxy.cfg:8)",
    "remove vrrp_strict and no_accept, or write 'accept' in the instance",
  ],
  E11: [
    "a keyword or block is unknown, or more than one stands on a line: keepalived goes on without it, and `keepalived -t` may even say nothing",
    "nopreempt garp_master_delay 1\nerror[E11]: 'garp_master_delay' is a second keyword on this line",
    "correct the word as suggested, and write one keyword or entry on each line",
  ],
  E12: [
    "a time cannot be kept: version 2 counts whole seconds, version 3 carries 0.01 to 40.95 s, and a debounce of two adverts or more outlasts the other node's patience",
    "error[E12]: an advert_int of 0.5 s cannot be sent in version 2",
    "write whole seconds, or version 3 on both nodes; interface_up_down_delays below two adverts",
  ],
  E13: [
    "priority 255 says that the host owns the address: without that the node becomes master at once, and no weight moves it",
    "warning[E13]: 'VI_1' has priority 255 ('state MASTER' without a priority) without owning its addresses",
    "write a priority of 254 or less on both nodes",
  ],
  E14: [
    "a virtual MAC and the way adverts leave do not fit: unicast adverts do not leave a macvlan, and adverts of the physical MAC never refresh the switch, so a failback leaves clients in the dark",
    "warning[E14]: 'VI_1' has vmac_xmit_base without garp_master_refresh",
    "with multicast leave vmac_xmit_base out; else add garp_master_refresh 1; write use_vmac on both nodes or on none",
  ],
  E15: [
    "the members of a sync group prefer different nodes, have weights, which a group drops, or are not grouped on the other node: the group flaps or never moves",
    "error[E15]: the members 'VI_1' and 'VI_2' of the sync group 'WEB' prefer different nodes",
    "give all members of a node one priority and checks of weight 0, and write the same group on both nodes",
  ],
  E16: [
    "the proxy binds a virtual address that the backup does not hold: without ip_nonlocal_bind it does not start there, and after a failover nobody serves",
    "error[E16]: the proxy binds 10.77.0.100:80 (haproxy.cfg:8), which a.conf holds only while it is master, and net.ipv4.ip_nonlocal_bind is not 1",
    "set net.ipv4.ip_nonlocal_bind = 1 on both nodes, write 'transparent' on the bind line, or bind the wildcard",
  ],
  E17: [
    "the failover takes longer than wanted, as the protocol predicts: three adverts and the skew after a crash, the skew after a farewell",
    "--target-failover 1s\nwarning[E17]: 10.77.0.100 is away for up to 3609 ms after a crash of a.conf, 1000 ms are wanted",
    "shorten advert_int (version 3: 0.1) and give the backup a high priority, e.g. 254 and 253",
  ],
} as const satisfies ErrorTable;

export type LintRule = keyof typeof lintRules;

/** The codes under which the rules are told of a definition; what is missing cannot be written there. */
export const codesOfRules: Readonly<Record<LintRule, readonly string[]>> = {
  E01: ["STACK_VIP_PREFIX_DIFFERS"],
  E02: ["STACK_VRID_TWICE", "STACK_VRID_IN_OTHER_STACK"],
  E03: ["STACK_WEIGHT_POWERLESS", "STACK_WEIGHT_WEAK", "STACK_PRIORITY_CLAMPED"],
  E04: ["STACK_NOPREEMPT_WITH_MASTER", "STACK_NOPREEMPT_WITH_WEIGHTS", "STACK_PREEMPT_DELAY_WITHOUT_EFFECT"],
  E05: ["STACK_PRIORITIES_EQUAL", "STACK_STATE_TWICE_MASTER", "STACK_MASTER_NOT_PREFERRED"],
  E06: [
    "STACK_PASSWORD_EMPTY",
    "STACK_PASSWORD_TOO_LONG",
    "STACK_PASSWORD_UNSAFE",
    "STACK_AH_WITH_MASTER",
    "STACK_AUTHENTICATION_NEEDS_VERSION_2",
  ],
  E07: [
    "STACK_VIP_OUTSIDE_SUBNET",
    "STACK_VIP_IS_HOST_ADDRESS",
    "STACK_VIP_TWICE",
    "STACK_HOST_ADDRESS_TWICE",
  ],
  E08: ["STACK_NO_SOURCE_ADDRESS", "STACK_PEER_IS_OWN"],
  E09: [
    "STACK_SCRIPT_UNSAFE",
    "STACK_SCRIPT_SEEKS_HAPROXY",
    "STACK_SCRIPT_TIMEOUT_LONG",
    "STACK_SCRIPT_SLOW",
  ],
  E10: [],
  E11: ["STACK_UNKNOWN_KEY"],
  E12: ["STACK_ADVERT_INTERVAL_FRACTION"],
  E13: ["STACK_PRIORITY_OWNER"],
  E14: [],
  E15: [
    "STACK_SYNC_GROUP_CROSSED",
    "STACK_SYNC_GROUP_WEIGHT",
    "STACK_SYNC_GROUP_TOO_SMALL",
    "STACK_SYNC_GROUP_TWICE",
  ],
  E16: ["STACK_BIND_NEEDS_NONLOCAL"],
  E17: ["STACK_FAILOVER_SLOW", "STACK_DRILL_CANNOT_PASS"],
};

/** The rule that a code of a definition belongs to. */
export function ruleOf(code: string): LintRule | undefined {
  const rules = Object.keys(codesOfRules) as LintRule[];
  return rules.find((rule) => rule === code || codesOfRules[rule].includes(code));
}
