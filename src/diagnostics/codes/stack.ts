import type { ErrorTable } from "./entry.ts";

/** Codes of src/stack for what only several fields together show; the format is told in entry.ts. */
export const stackCodes = {
  STACK_ADVERT_INTERVAL_FRACTION: [
    "the advert interval does not fit the packet: version 2 counts whole seconds, version 3 steps of 10 ms up to 40.95 s",
    'vrrp: { version: 2, advertInterval: "500ms" }',
    'write whole seconds, or use version 3 with e.g. "100ms"',
  ],
  STACK_AH_WITH_MASTER: [
    "an instance with AH authentication starts in state MASTER, but must first learn the sequence number from the other node",
    'authentication: { kind: "AH", … }, members: { "lb-a": { state: "MASTER" } }',
    "leave the state out",
  ],
  STACK_AUTHENTICATION_NEEDS_VERSION_2: [
    "VRRP version 3 has no authentication (RFC 5798 section 9), so a password would protect nothing",
    'vrrp: { version: 3 }, … authentication: { kind: "PASS", … }',
    "take the authentication out, or use version 2",
  ],
  STACK_BACKEND_UNCHECKED: [
    "a backend with several servers says that none is checked, so a dead one goes on getting its share",
    'healthCheck: { kind: "none" }, servers: [web1, web2]',
    'write healthCheck: { kind: "tcp" }',
  ],
  STACK_BACKEND_WITHOUT_CHECK: [
    "a backend says nothing about health checks, or all its servers opt out of them",
    'backends: [{ name: "web", mode: "http", servers: […] }]',
    'write healthCheck: { kind: "tcp" } or { kind: "http", path: "/" }, or { kind: "none" } when you mean it',
  ],
  STACK_BALANCE_NEEDS_HTTP: [
    "a tcp backend reads no requests, so it has no path, parameter, header or cookie to choose a server by",
    'backends: [{ name: "db", mode: "tcp", balance: "uri", … }]',
    'take "source", or mode: "http"',
  ],
  STACK_BALANCE_ON: [
    "balanceOn names the parameter of url_param or the header of hdr, and means nothing without them",
    'balance: "hdr" without balanceOn, or balance: "leastconn", balanceOn: "X-User"',
    'write both, e.g. balance: "hdr", balanceOn: "X-User", or neither',
  ],
  STACK_COOKIE_UNUSED: [
    "a server has a value for a cookie that its backend does not set",
    'servers: [{ name: "web-1", cookie: "w1", … }] without cookie of the backend',
    'give the backend a cookie, e.g. cookie: { name: "SRV" }, or take the value out',
  ],
  STACK_BACKEND_WITHOUT_SERVERS: [
    "a backend has no servers, so every request would fail",
    "servers: []",
    "add a server",
  ],
  STACK_BIND_FOREIGN_ADDRESS: [
    "a frontend listens on an address that does not move with the pair",
    'binds: [{ address: "10.0.0.11", port: 80 }]',
    'listen on a virtual address of the pair, on "*" or on "::"',
  ],
  STACK_BIND_NEEDS_NONLOCAL: [
    "the backup cannot listen on an address that the master holds unless ip_nonlocal_bind is set",
    "kernel: { nonlocalBind: false }",
    'take nonlocalBind out, or listen on "*"',
  ],
  STACK_DRILL_CANNOT_PASS: [
    "the drill allows a shorter outage than the protocol needs to notice a dead master",
    'vrrp: { advertInterval: "1s" }, drill: { maxOutage: "500ms", … }',
    "allow more, or shorten advertInterval",
  ],
  STACK_DRILL_WITHOUT_FRONTEND: [
    "a drill needs a frontend that its probe can ask",
    "drill: { … } in a pair without frontends",
    "add a frontend or take the drill out",
  ],
  STACK_ENGINE_LACKS: [
    "a pair on Debian's packages asks for what only Tandem's own daemon can do; nothing is left out in silence",
    'engine: "distro", … witnesses: [{ kind: "gateway" }]',
    'take it out, or write engine: "tandemd"',
  ],
  STACK_FAILOVER_SLOW: [
    "the protocol needs longer to move an address than --target-failover allows",
    'tandem check dev --target-failover 1s with advertInterval: "1s"',
    "shorten advertInterval, e.g. to 100ms, and leave the priorities to the defaults 254 and 253",
  ],
  STACK_FRONTEND_WITHOUT_BIND: [
    "a frontend has no address to listen on",
    "binds: []",
    'add e.g. { address: "10.0.0.100", port: 80 }',
  ],
  STACK_HOST_ADDRESS_TWICE: [
    "two hosts have the same address",
    'both nodes with interfaceAddress: "10.0.0.11/24"',
    "write each host's own address",
  ],
  STACK_INSTANCE_WITHOUT_VIP: ["a VRRP instance has no virtual address", "vips: []", "add one"],
  STACK_IPV6_LINK_LOCAL_FIRST: [
    "RFC 5798 section 5.2.9 wants a link-local address first among IPv6 virtual addresses; without one, routers of other makers may refuse the adverts",
    'vips: [{ address: "2001:db8::100/64" }]',
    'put e.g. { address: "fe80::100/64" } first',
  ],
  STACK_IPV6_NEEDS_VERSION_3: [
    "VRRP version 2 carries IPv4 addresses only",
    'version: 2, vips: [{ address: "2001:db8::100/64" }]',
    "write version: 3",
  ],
  STACK_LABEL_NEEDS_IPV4: [
    "the kernel labels IPv4 addresses only",
    '{ address: "fe80::100/64", label: "eth0:vip" }',
    "take the label out",
  ],
  STACK_LABEL_TOO_LONG: [
    "an address label has more than the 15 characters that the kernel holds",
    'label: "enp0s31f6:virtual"',
    "take a shorter tag",
  ],
  STACK_HSTS_WITHOUT_TLS: [
    "a frontend without TLS tells browsers to come only by TLS, which they do not believe",
    'hsts: "365d" at the frontend of port 80',
    "write it at the frontend whose binds have tls",
  ],
  STACK_LISTEN_TWICE: [
    "two frontends listen on one address and port, so connections would go to either at random; a wildcard covers every address of its family",
    'binds on "*:80" and "10.0.0.100:80"',
    "give each an address or port of its own",
  ],
  STACK_LOG_FORMAT_NEEDS_HTTP: [
    "a tcp frontend wants the http log format, but reads no requests",
    'mode: "tcp", logFormat: "http"',
    'write "tcp" or "short"',
  ],
  STACK_MASTER_NOT_PREFERRED: [
    "the node called master has the lower priority, so the other one would be master",
    'master: "lb-a", members: { "lb-a": { priority: 100 } }',
    "swap the priorities, or name the other node",
  ],
  STACK_MODES_DIFFER: [
    "a frontend and its backend have different modes, so traffic would be read as what it is not",
    "frontend http → backend tcp",
    "give both the same mode",
  ],
  STACK_NOPREEMPT_WITH_MASTER: [
    "a start state of MASTER clears nopreempt and preemptDelay (keepalived.conf(5)), so the node would take the addresses back",
    'nopreempt: true, members: { "lb-a": { state: "MASTER" } }',
    "leave the state out; the priority decides who is master",
  ],
  STACK_NOPREEMPT_WITH_WEIGHTS: [
    "a backup with nopreempt accepts a master of lower priority, so a weight never hands over",
    'nopreempt: true, trackScripts: ["chk"] with weight: -20',
    "use weight 0, so that a failure is a FAULT, or take nopreempt out",
  ],
  STACK_NO_SOURCE_ADDRESS: [
    "adverts need an own address of their family on the interface",
    'interface: "eth1" in an instance, and a node without address on eth1',
    "name the address in extraAddresses of the node",
  ],
  STACK_PAIR_WITHOUT_INSTANCE: [
    "a pair has no VRRP instance, so its nodes share no address",
    "vrrpInstances: []",
    "add an instance with a virtual address",
  ],
  STACK_PEER_IS_OWN: [
    "a further unicast peer is one of the two nodes or a virtual address",
    'transport: { kind: "unicast", peers: ["10.0.0.12"] } with the node 10.0.0.12',
    "name other routers alone, or leave peers out",
  ],
  STACK_PREEMPT_DELAY_WITHOUT_EFFECT: [
    "a node that never takes the addresses back has no use for a delay",
    'nopreempt: true, preemptDelay: "60s"',
    "take one of the two out",
  ],
  STACK_PRIORITIES_EQUAL: [
    "both nodes have the same priority, so the order of start decides who is master",
    'members: { "lb-a": { priority: 100 }, "lb-b": { priority: 100 } }',
    "give the master the higher one, or leave both out",
  ],
  STACK_PRIORITY_CLAMPED: [
    "priority and positive weights exceed 254, so a part of the weights is lost",
    "priority: 254 with a script of weight 10",
    "lower the priority by the sum of the weights",
  ],
  STACK_PRIORITY_OWNER: [
    "priority 255 says that the node owns the virtual addresses (RFC 9568): it is master whenever it runs, and no weight moves it",
    'members: { "lb-a": { priority: 255 } }',
    "write 254, unless the addresses are its own",
  ],
  STACK_SERVERS_ALL_BACKUP: [
    "all servers of a backend are backups, so only the first is used",
    "every server with backup: true",
    "take backup from at least one",
  ],
  STACK_SERVERS_ALL_IDLE: [
    "all servers of a backend have weight 0, so none gets a request",
    "every server with weight: 0",
    "give at least one a weight",
  ],
  STACK_SERVER_IS_FRONTEND: [
    "a server is a frontend of the same pair, so requests would go round in a circle",
    "frontend and server on 10.0.0.100:80",
    "write the address of the server behind it",
  ],
  STACK_SILENCE_TWICE: [
    "a code is silenced twice: only the first reason would be shown",
    'silences: [{ code: "STACK_UNUSED", reason: "…" }, { code: "STACK_UNUSED", reason: "…" }]',
    "keep one of the two, with the reason of both",
  ],
  STACK_SILENCE_UNKNOWN: [
    "a silence names a code that does not exist, so nothing is silenced by it",
    'silences: [{ code: "STACK_FAILOVER_SLO", reason: "…" }]',
    "write the code as `tandem check` shows it: of this list, of docs/lint.md, or of tandemd's own (docs/config-codes.md)",
  ],
  STACK_STATE_TWICE_MASTER: [
    "both nodes of an instance start as MASTER",
    'members: { "lb-a": { state: "MASTER" }, "lb-b": { state: "MASTER" } }',
    "let at most one start as MASTER",
  ],
  STACK_STATISTICS_HIDDEN: [
    "metrics are wanted where the statistics page is, which would be nowhere then",
    'statistics: { uri: "/stats", prometheus: "/stats" }',
    'write prometheus: "/metrics"',
  ],
  STACK_STATISTICS_NEEDS_HTTP: [
    "the statistics page shall be at a frontend that reads no requests",
    'statistics: { at: { kind: "frontend", frontend: "mail" } } with mode: "tcp"',
    "name an http frontend, or give the page a port of its own",
  ],
  STACK_SYNC_GROUP_CROSSED: [
    "the instances of a sync group prefer different masters, so the group would never rest",
    "VI_1 with master lb-a and VI_2 with master lb-b in one group",
    "give all of them the same master",
  ],
  STACK_SYNC_GROUP_TOO_SMALL: [
    "a sync group of fewer than two instances keeps nothing together",
    'instances: ["VI_1"]',
    "name two or more, or take the group out",
  ],
  STACK_SYNC_GROUP_TWICE: [
    "an instance is in two sync groups, or twice in one",
    "VI_1 in groups G1 and G2",
    "put it into one",
  ],
  STACK_SYNC_GROUP_WEIGHT: [
    "weights of synced instances are dropped (keepalived.conf(5)), as they could pull the group apart",
    "a script with weight -20 in an instance of a sync group",
    "use weight 0, so that a failure is a FAULT",
  ],
  STACK_VIPS_TOO_MANY: [
    "an advert carries at most 20 addresses",
    "21 vips in one instance",
    "move the others to excludedVips, which move along",
  ],
  STACK_VIP_FAMILIES_MIXED: [
    "an advert carries IPv4 or IPv6 addresses, not both",
    'vips: [{ address: "10.0.0.100/24" }, { address: "2001:db8::100/64" }]',
    "use excludedVips or two instances",
  ],
  STACK_VIP_IS_HOST_ADDRESS: [
    "a virtual address is the own address of a host, so it would be on two hosts at once",
    'vips: [{ address: "10.0.0.11/24" }] with a node at 10.0.0.11',
    "take an address that no host has",
  ],
  STACK_VIP_OUTSIDE_SUBNET: [
    "a virtual address is in no subnet of the interface that carries it, so neighbours would not look for it there",
    'vips: [{ address: "10.0.1.100/24" }] with nodes in 10.0.0.0/24',
    "take an address of the subnet, or name the subnet in extraAddresses of both nodes",
  ],
  STACK_VIP_PREFIX_DIFFERS: [
    "a virtual address has another prefix length than its subnet, which gives the master a second route",
    'vips: [{ address: "10.0.0.100/16" }] with nodes in 10.0.0.0/24',
    "write the subnet's prefix length, or /32",
  ],
  STACK_VIP_TWICE: [
    "two instances have the same virtual address and would fight over it",
    "10.0.0.100 in VI_1 and VI_2",
    "give each address to one instance",
  ],
  STACK_VRID_IN_OTHER_STACK: [
    "another stack of the folder has the virtual router id on a subnet that overlaps; where that is one segment, each group would take the other's adverts for its own",
    "virtualRouterId: 51 on 10.0.0.0/24 in stacks/dev.ts and stacks/prod.ts",
    "take an id that no other stack has, unless the two networks are apart",
  ],
  STACK_VRID_TWICE: [
    "two groups on one segment have the same virtual router id, so each takes the other's adverts for its own",
    "virtualRouterId: 51 in two pairs of one subnet",
    "take an id that no other group on the segment has",
  ],
  STACK_WEIGHT_POWERLESS: [
    "whatever fails along with it, the weight never makes the other node master (found by trying every set of failures)",
    "priorities 150 and 140 with weight: 2",
    "take a larger weight, closer priorities, or weight 0",
  ],
  STACK_WEIGHT_WEAK: [
    "the weight makes the other node master only when other checks fail too",
    "priorities 150 and 140 with two scripts of weight: -8",
    "take a larger weight unless that is meant",
  ],
} as const satisfies ErrorTable;
