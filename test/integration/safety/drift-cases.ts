import { DAEMON, NAMES, type Name, SECOND_VIP, VIP } from "./pair.ts";

/** One kind of drift: what somebody does by hand, what is told, and what undoes it. */
export interface Case {
  readonly kind: string;
  readonly on: readonly Name[];
  readonly by: string;
  /** `where message`, as a line of the table has them. */
  readonly says: RegExp;
  readonly undo: string;
  /** What `tandem adopt` prints for it. */
  readonly adopt?: RegExp;
  /** Something tells when it came about. */
  readonly dated?: true;
}

export const current = "/etc/tandem/current";
const unit = "/etc/systemd/system/tandem.service";

/** What can be made and seen at once, in its order; lb-a leads. */
export const cases: readonly (readonly [what: string, cases: readonly Case[]])[] = [
  [
    "files, kernel, unit, executable, orders, filter and a foreign address",
    [
      {
        kind: "file",
        on: ["lb-b"],
        by: `sed -i 's/balance roundrobin/balance leastconn/' ${current}/haproxy.cfg; systemctl reload tandem`,
        says: /lb-b +file +haproxy\.cfg was changed/,
        undo: `sed -i 's/balance leastconn/balance roundrobin/' ${current}/haproxy.cfg; systemctl reload tandem`,
        adopt:
          /pairs\["edge"\]\.backends\["web"\]\.balance {2}\(as on lb-b\)\n- "roundrobin"\n\+ "leastconn"/,
        dated: true,
      },
      {
        kind: "mode",
        on: ["lb-b"],
        by: `chmod 644 ${current}/keepalived.conf`,
        says: /lb-b +mode +keepalived\.conf has mode 0644, not 0600/,
        undo: `chmod 600 ${current}/keepalived.conf`,
        adopt: /lb-b: keepalived\.conf has mode 0644, not 0600/,
        dated: true,
      },
      {
        kind: "owner",
        on: ["lb-b"],
        by: `chown nobody:nogroup ${unit}`,
        says: /lb-b +owner +tandem\.service belongs to nobody:nogroup, not root:root/,
        undo: `chown root:root ${unit}`,
        adopt: /lb-b: tandem\.service belongs to nobody:nogroup/,
        dated: true,
      },
      {
        kind: "sysctl",
        on: ["lb-b"],
        by: "sysctl -qw net.ipv4.ip_nonlocal_bind=0",
        says: /lb-b +sysctl +sysctl net\.ipv4\.ip_nonlocal_bind is 0, not 1/,
        undo: "sysctl -qw net.ipv4.ip_nonlocal_bind=1",
        adopt: /pairs\["edge"\]\.kernel\.nonlocalBind {2}\(as on lb-b\)\n- true\n\+ false/,
      },
      {
        kind: "sysctl-boot",
        on: ["lb-b"],
        by: "echo 'net.ipv4.ip_nonlocal_bind = 0' >/etc/sysctl.d/99-local.conf",
        says: /lb-b +sysctl-boot +net\.ipv4\.ip_nonlocal_bind will be 0 after a boot, not 1: \/etc\/sysctl\.d\/99-local\.conf has the last word/,
        undo: "rm /etc/sysctl.d/99-local.conf",
        adopt: /pairs\["edge"\]\.kernel\.nonlocalBind {2}\(as on lb-b\)\n- true\n\+ false/,
        dated: true,
      },
      {
        kind: "service",
        on: ["lb-b"],
        by: "systemctl disable tandem.service",
        says: /lb-b +service +the service is not enabled/,
        undo: "systemctl enable tandem.service",
        adopt: /lb-b: the service is not enabled/,
      },
      {
        kind: "binary",
        on: ["lb-b"],
        by: `program=${DAEMON}; cp -p "$program" /run/program; cp -p "$program" "$program.new"; echo altered >>"$program.new"; mv "$program.new" "$program"`,
        says: /lb-b +binary +tandemd [0-9a-f]{12} was altered on the host/,
        undo: `program=${DAEMON}; cp -p /run/program "$program.new"; mv "$program.new" "$program"; rm /run/program`,
        adopt: /lb-b: tandemd [0-9a-f]{12} was altered on the host/,
        dated: true,
      },
      {
        kind: "runtime",
        on: ["lb-b"],
        by: "echo 'disable server web/web-1' | socat - UNIX-CONNECT:/run/tandem/admin.sock",
        says: /lb-b +runtime +server web\/web-1 is under order: maintenance/,
        undo: "echo 'enable server web/web-1' | socat - UNIX-CONNECT:/run/tandem/admin.sock",
        adopt: /lb-b: server web\/web-1 is under order: maintenance/,
        dated: true,
      },
      {
        kind: "firewall",
        on: ["lb-b"],
        by: "nft 'add table inet tandem; add chain inet tandem byhand { type filter hook input priority 0; }'",
        says: /lb-b +firewall +the rules of table inet tandem are not those of the release/,
        undo: `nft -f ${current}/nftables.nft`,
        adopt: /lb-b: the rules of table inet tandem are not those of the release/,
      },
      {
        kind: "address-foreign",
        on: ["lb-b"],
        by: `ip address add ${VIP}/32 dev lo`,
        says: new RegExp(
          `lb-b +address-foreign +lo has the virtual address ${VIP}/24, and the node is not master of it`,
        ),
        undo: `ip address delete ${VIP}/32 dev lo`,
        adopt: /lb-b: lo has the virtual address/,
      },
    ],
  ],
  [
    "a running text, and a link to another release",
    [
      {
        kind: "running-config",
        on: ["lb-b"],
        by: `cp -p ${current}/haproxy.cfg /run/kept; echo '# by hand' >>${current}/haproxy.cfg; systemctl reload tandem; cp -p /run/kept ${current}/haproxy.cfg`,
        says: /lb-b +running-config +the service runs another text than haproxy\.cfg has/,
        undo: "systemctl reload tandem",
        dated: true,
      },
      {
        kind: "release",
        on: ["lb-b"],
        by: `cd /etc/tandem; cp -a "$(readlink current)" releases/0123456789abcdef; readlink current >/run/link; ln -sfn /etc/tandem/releases/0123456789abcdef current`,
        says: /lb-b +release +the current release is 0123456789abcdef, not [0-9a-f]{16}/,
        undo: `cd /etc/tandem; ln -sfn "$(cat /run/link)" current; rm -r releases/0123456789abcdef`,
        dated: true,
      },
    ],
  ],
  [
    "a stopped service",
    [
      {
        kind: "service",
        on: ["lb-b"],
        by: "systemctl stop tandem.service",
        says: /lb-b +service +the service is not active/,
        undo: "systemctl start tandem.service",
        adopt: /lb-b: the service is not active/,
      },
    ],
  ],
  [
    "a master without one of its addresses",
    [
      {
        kind: "address-missing",
        on: ["lb-a"],
        // The kernel takes the addresses of that family away, and the daemon cannot put them back.
        by: "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1",
        says: new RegExp(`lb-a +address-missing +VI_1 is master, and no interface has ${SECOND_VIP}/64`),
        undo: "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; systemctl restart tandem.service",
        adopt: /lb-a: VI_1 is master, and no interface has/,
        dated: true,
      },
    ],
  ],
  [
    "two masters",
    [
      {
        kind: "two-masters",
        on: NAMES,
        by: "nft 'add table ip byhand; add chain ip byhand input { type filter hook input priority 0; }; add rule ip byhand input ip protocol vrrp drop'",
        says: /pair edge +two-masters +VRRP instance VI_1 has 2 masters \(split brain\): lb-a MASTER, lb-b MASTER/,
        undo: "nft delete table ip byhand",
        dated: true,
      },
    ],
  ],
  [
    "no master",
    [
      {
        kind: "no-master",
        on: ["lb-a"],
        by: "ip link set eth0 down",
        says: /pair edge +no-master +VRRP instance VI_1 has no master: lb-a FAULT, lb-b FAULT/,
        undo: "ip link set eth0 up",
        dated: true,
      },
    ],
  ],
];
