// What the pair of the pictures balances: a shop as it could be anywhere, with a few things that are not well.

/** Ports of the servers on the host itself; `web.ts` serves them. */
export const servers = {
  web: [9001, 9002, 9003, 9004, 9005],
  api: [9011, 9012, 9013],
  mail: [9021, 9022],
} as const;

const line = (name: string, port: number, more = "") =>
  `    server ${name} 127.0.0.1:${port} check ${more}\n`;

export function haproxy(): string {
  const [w1, w2, w3, w4, w5] = servers.web;
  const [a1, a2, a3] = servers.api;
  const [m1, m2] = servers.mail;
  return `global
    maxconn 4000
    node lb-a
    description Shop, production
defaults
    mode http
    maxconn 2000
    timeout client 30s
    timeout server 30s
    timeout connect 1s
    timeout queue 5s
    timeout check 500ms
    default-server inter 300ms fall 2 rise 2 weight 100
frontend www
    bind 127.0.0.1:8080
    use_backend api if { path_beg /api }
    default_backend web
backend web
    balance roundrobin
    cookie WEBSRV insert indirect nocache
    option httpchk GET /healthz
${line("web-1", w1, "cookie w1 maxconn 200")}${line("web-2", w2, "cookie w2 maxconn 200")}${line("web-3", w3, "cookie w3 maxconn 200 weight 50")}${line("web-4", w4, "cookie w4")}${line("web-5", w5, "cookie w5 backup")}
backend api
    balance leastconn
${line("api-1", a1, "maxconn 3")}${line("api-2", a2, "maxconn 3")}${line("api-3", a3, "maxconn 3")}
listen mail
    mode tcp
    bind 127.0.0.1:2525
    balance source
${line("mail-1", m1)}${line("mail-2", m2)}
frontend statistics
    bind 127.0.0.1:8404
    bind 127.0.0.1:8405
    stats uri /stats
    stats show-node
    stats show-desc Shop, production
    stats admin if { dst_port 8404 }
    http-request use-service prometheus-exporter if { path /metrics }
`;
}

/** One host prefers the address of the shop, the other one that of the mail. */
export function keepalived(first: boolean): string {
  const instance = (name: string, id: number, preferred: boolean, address: string) => `vrrp_instance ${name} {
    state BACKUP
    interface eth0
    virtual_router_id ${id}
    priority ${preferred ? 200 : 100}
    version 3
    advert_int 0.1
    virtual_ipaddress {
        ${address}
    }
}
`;
  return instance("VI_SHOP", 51, first, "10.77.0.100/24") + instance("VI_MAIL", 52, !first, "10.77.0.101/24");
}
