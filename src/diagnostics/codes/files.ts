import type { ErrorTable } from "./entry.ts";

/** Mistakes that configuration files in the wild have, and that a parser takes without a word; see entry.ts. */
export const fileCodes = {
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
  LINT_NAME_SAMPLE: [
    "router_id LVS_DEVEL is the sample's: mails and logs of all such hosts have the same name",
    "router_id LVS_DEVEL",
    "write the host's name",
  ],
  LINT_PASSWORD_SAMPLE: [
    "the password of the adverts is one that everybody tries first",
    "auth_pass 1111",
    "take a random one of 8 characters, or VRRP version 3 and rules that let adverts of the other node alone pass",
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
