import type { ErrorTable } from "./entry.ts";

/** Mistakes that configuration files in the wild have, and that a parser takes without a word; see entry.ts. */
export const fileCodes = {
  LINT_ADVERT_FLAPS: [
    "adverts every few milliseconds: a host that is busy for a moment is taken for dead, and the addresses move unasked",
    "advert_int 0.01",
    "write 0.1: the failover then takes 0.3 s, and no load has been seen to move the addresses",
  ],
  LINT_ALPN_CLEAR: [
    "alpn on a bind line without ssl does nothing: protocols are negotiated in the TLS handshake",
    "bind *:80 alpn h2,http/1.1",
    "add ssl and crt, or write proto h2 for HTTP/2 in clear text",
  ],
  LINT_CHECK_SHALLOW: [
    "a check that looks for a process says that it exists, not that it answers",
    'vrrp_script chk { script "killall -0 nginx" }',
    "ask the service itself, e.g. with curl --fail --max-time 1, or track the proxy (trackProxy)",
  ],
  LINT_HEAL_SILENT: [
    "after a partition keepalived's loser steps back without a word, so the winner never announces itself again, and clients keep the loser's hardware address until it ages",
    "vrrp_instance VI_1 { … } without higher_prio_send_advert and garp_master_refresh",
    "write vrrp_higher_prio_send_advert true in global_defs, or garp_master_refresh 10 in the instance; tandemd does it by itself",
  ],
  LINT_LVS_SAMPLE: [
    "a value or word that samples of keepalived 1 have and keepalived 2 does not take: it goes on without it, with a line in its log",
    "persistence_timeout 0, lb_kind nat, nb_get_retry inside TCP_CHECK",
    "take persistence_timeout out, write NAT, DR or TUN in capitals, and retry instead of nb_get_retry",
  ],
  LINT_MODE_NOT_HTTP: [
    "servers that speak another protocol stand in a section of mode http, mostly one that the defaults give it: their traffic is read as HTTP and refused",
    "defaults with mode http above backend db with server a 10.0.0.21:3306",
    "write mode tcp in the section, and in the frontend that leads there",
  ],
  LINT_NAME_SAMPLE: [
    "router_id LVS_DEVEL is the sample's: mails and logs of all such hosts have the same name",
    "router_id LVS_DEVEL",
    "write the host's name",
  ],
  LINT_NOT_CONFIGURATION: [
    "a line was pasted or left behind and is no configuration: keepalived reads on without a word, so what stands beside it may come from two versions of the file, or from none",
    "<<<<<<< HEAD, [root@lb1 ~]# cat keepalived.conf, priority {{ priority }}",
    "resolve the conflict, take the prompt out, or fill the template in before the file is used",
  ],
  LINT_PASSWORD_SAMPLE: [
    "the password of the adverts is one that everybody tries first",
    "auth_pass 1111",
    "take a random one of 8 characters, or VRRP version 3 and rules that let adverts of the other node alone pass",
  ],
  LINT_REALTIME_LIMIT: [
    "with real-time priority the kernel kills keepalived's VRRP process when it computes for 10 ms on end, which is the default of vrrp_rlimit_rttime",
    "vrrp_rt_priority 50",
    "add vrrp_rlimit_rttime 1000000 (microseconds) beside it; tandemd has no such limit",
  ],
  LINT_REAL_UNCHECKED: [
    "a real server without a checker stays in the table when it is dead, and gets its share of the connections",
    "real_server 10.0.0.21 80 { weight 1 }",
    "add TCP_CHECK, HTTP_GET or another checker to it",
  ],
  LINT_RULE_ORDER: [
    "rules act by their phase, not by their line: what stands above is done after what stands below",
    "use_backend api if { path_beg /api }  above  http-request deny if { src 10.0.0.0/8 }",
    "write them in the order that they act: tcp-request connection, session, content, http-request, redirect, use_backend",
  ],
  LINT_SERVER_UNVERIFIED: [
    "verify none encrypts towards whoever answers at the server's address: nobody proves to be the server",
    "server a 10.0.0.21:443 ssl verify none",
    "write verify required ca-file FILE, and verifyhost or sni with check-sni",
  ],
  LINT_SOCKET_OPEN: [
    "every user of the host can write to the runtime socket, and so stop servers or read what they serve",
    "stats socket /run/haproxy.sock mode 666 level admin",
    "write mode 660 with a group, or level user",
  ],
  LINT_STATS_OPEN: [
    "the statistics page is for everybody who reaches the port: it names all servers, and with stats admin it stops them",
    "listen stats with stats enable and without stats auth",
    "write stats auth USER:PASSWORD, or http-request auth, or deny other networks than your own",
  ],
  LINT_STATS_PASSWORD: [
    "the password of the statistics page is one that everybody tries first",
    "stats auth admin:admin",
    "take a random one, or a userlist with hashed passwords",
  ],
  LINT_VARIABLE_BARE: [
    "a variable of the environment is replaced within double quotes and in addresses only: here it stays as it is written",
    "bind *:443 ssl crt $CERT",
    'write it in double quotes, e.g. "${CERT}"',
  ],
  LINT_VRID_SAMPLE: [
    "router id 51 is the sample's: the next pair on the segment has it, too, and each takes the other's adverts for its own",
    "virtual_router_id 51",
    "take another id from 1 to 255, and note it where those of the network are kept",
  ],
} as const satisfies ErrorTable;
