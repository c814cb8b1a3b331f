//! Sections of haproxy.cfg, and the keywords of `global`.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, Ignored, Label, NotYet, Supported};

pub(super) static SECTIONS: &[Entry] = entries! {
    "section" ALL {
        Supported => "global" "defaults" "frontend" "backend" "listen" "userlist"
            "http-errors" "resolvers" "ring" "mailers" "peers";
        NotYet("answers are not cached") => "cache";
        NotYet("start other programs from their own systemd unit") => "program";
        NotYet("receiving the logs of others is a log daemon's work; rsyslog forwards and balances them") => "log-forward";
        NotYet("choose the format of a section by 'option httplog' or 'log-format'") => "log-profile";
        NotYet("use an HTTP server in front of FastCGI") => "fcgi-app";
        NotYet("name certificates on bind lines") => "crt-store" "acme";
        NotYet("there is no trace facility") => "traces";
    }
    "ring" ALL {
        Supported => "format" "maxlen" "size" "timeout" "server";
        Label => "description";
        NotYet("lines are kept in memory; a server gets a copy of each") => "backing-file";
    }
    "ring server" ALL {
        Supported => "log-proto";
    }
    "mailers" ALL {
        Supported => "mailer" "timeout";
    }
    "peers" ALL {
        Supported => "peer" "server" "bind" "default-bind" "default-server" "disabled" "enabled"
            "table";
        Ignored("'show peers' on a runtime socket tells of them") => "log";
    }
    "directive" ALL {
        Supported => ".if" ".elif" ".else" ".endif" ".notice" ".warning" ".alert" ".diag";
    }
};

const LUA: Status = NotYet("there is no Lua interpreter");
const ENGINE: Status =
    Accepted("tunes the internals of another engine; this daemon has no such knob");
const ONE_PROCESS: Status = Accepted("the supervisor decides how processes are run");

pub(super) static GLOBAL: &[Entry] = entries! {
    "global" ALL {
        Supported => "log" "log-tag" "log-send-hostname" "maxconn" "nbthread" "user" "group"
            "chroot" "hard-stop-after" "spread-checks" "tune.bufsize" "tune.maxrewrite"
            "tune.http.maxhdr" "setenv" "presetenv" "unsetenv" "resetenv" "localpeer";
        Accepted("set by systemd; the value is checked but not used") => "uid" "gid";
        ONE_PROCESS => "daemon" "master-worker" "mworker-max-reloads" "pidfile" "nbproc" "quiet"
            "debug" "zero-warning" "grace";
        Supported => "node";
        Label => "description";
        Accepted("threads are placed by the kernel") => "cpu-map" "numa-cpu-mapping"
            "thread-group" "thread-groups";
        Accepted("limits come from the systemd unit") => "ulimit-n" "set-dumpable" "fd-hard-limit";
        Supported => "stats";
        Accepted("counters outlive a reload by themselves") => "stats-file";
        Supported => "ca-base" "crt-base" "ssl-default-bind-ciphers" "ssl-default-bind-ciphersuites"
            "ssl-default-bind-curves" "ssl-default-bind-options" "ssl-default-server-ciphers"
            "ssl-default-server-ciphersuites" "ssl-default-server-options" "ssl-load-extra-del-ext"
            "ssl-load-extra-files" "ssl-server-verify";
        Accepted("keys are exchanged on elliptic curves alone") => "ssl-dh-param-file"
            "tune.ssl.default-dh-param";
        Accepted("what is weak is not spoken; the strongest that both know is used")
            => "ssl-default-bind-sigalgs" "ssl-default-bind-client-sigalgs"
            "ssl-default-server-sigalgs" "ssl-default-server-client-sigalgs";
        Accepted("cryptography is built in; OpenSSL is not used") => "ssl-mode-async"
            "ssl-propquery" "ssl-provider" "ssl-provider-path" "ssl-engine";
        Accepted("chains are sent as their files have them") => "ssl-skip-self-issued-ca";
        Ignored("write the issuers into the file of the certificate") => "issuers-chain-path";
        Accepted("clients keep sessions as tickets; few need room here") => "tune.ssl.cachesize"
            "tune.ssl.lifetime" "tune.ssl.force-private-cache" "tune.ssl.ssl-ctx-cache-size";
        Accepted("records are as long as what there is to send") => "tune.ssl.maxrecord"
            "tune.ssl.hard-maxrecord";
        Accepted("hellos are looked at and not kept") => "tune.ssl.capture-buffer-size"
            "tune.ssl.capture-cipherlist-size";
        Accepted("secrets of sessions are given to nobody") => "tune.ssl.keylog";
        ENGINE => "tune.maxaccept" "tune.maxpollevents" "tune.pipesize" "tune.rcvbuf.client"
            "tune.rcvbuf.server" "tune.sndbuf.client" "tune.sndbuf.server" "tune.recv_enough"
            "tune.runqueue-depth" "tune.sched.low-latency" "tune.fd.edge-triggered"
            "tune.idle-pool.shared" "tune.idletimer" "tune.listener.multi-queue"
            "tune.pool-high-fd-ratio" "tune.pool-low-fd-ratio" "tune.pattern.cache-size"
            "tune.peers.max-updates-at-once" "tune.vars.check-max-size" "tune.vars.global-max-size"
            "tune.vars.proc-max-size" "tune.vars.reqres-max-size" "tune.vars.sess-max-size"
            "tune.vars.txn-max-size" "tune.buffers.limit" "tune.buffers.reserve" "tune.comp.maxlevel"
            "tune.http.cookielen" "tune.http.logurilen" "tune.zlib.memlevel"
            "tune.zlib.windowsize" "tune.quic.frontend.conn-tx-buffers.limit" "tune.fail-alloc"
            "noepoll" "nokqueue" "noevports" "nopoll" "nosplice" "nogetaddrinfo" "noreuseport"
            "busy-polling" "no-memory-trimming" "profiling.tasks" "max-spread-checks"
            "close-spread-time" "unix-bind" "server-state-base" "server-state-file"
            "default-path"
            "strict-limits" "insecure-setuid-wanted" "pp2-never-send-local" "h1-case-adjust" "h1-case-adjust-file"
            "h1-accept-payload-with-any-method" "httpclient.resolvers.id"
            "httpclient.resolvers.prefer" "httpclient.ssl.ca-file" "httpclient.ssl.verify"
            "cluster-secret" "wurfl-data-file" "expose-experimental-directives"
            "expose-deprecated-directives" "anonkey" "harden.reject-privileged-ports.tcp"
            "harden.reject-privileged-ports.quic" "prealloc-fd";
        Supported => "tune.h2.header-table-size" "tune.h2.max-frame-size"
            "tune.h2.initial-window-size" "tune.h2.fe.initial-window-size"
            "tune.h2.be.initial-window-size" "tune.h2.max-concurrent-streams"
            "tune.h2.fe.max-concurrent-streams" "tune.h2.be.max-concurrent-streams";
        Accepted("floods are bounded by budgets of their own") => "tune.h2.fe.glitches-threshold"
            "tune.h2.be.glitches-threshold";
        Accepted("streams hold as much as their windows allow") => "tune.h2.fe.rxbuf"
            "tune.h2.be.rxbuf" "tune.h2.zero-copy-fwd-send";
        Supported => "maxconnrate" "maxsessrate" "maxsslconn" "maxsslrate" "external-check";
        Accepted("programs run in another process, which may start them") => "insecure-fork-wanted";
        Accepted("pipes are made as they are needed, and given back") => "maxpipes";
        NotYet("answers are not compressed") => "maxcomprate" "maxcompcpuusage";
        Supported => "set-var" "set-var-fmt";
        LUA => "lua-load" "lua-load-per-thread" "lua-prepend-path" "tune.lua.forced-yield"
            "tune.lua.maxmem" "tune.lua.service-timeout" "tune.lua.session-timeout"
            "tune.lua.task-timeout" "tune.lua.bool-sample-conversion" "tune.lua.burst-timeout"
            "tune.lua.log.loggers" "tune.lua.log.stderr";
    }
    "resolvers" ALL {
        Supported => "nameserver" "parse-resolv-conf" "hold" "timeout" "resolve_retries"
            "accepted_payload_size";
    }
    "stats socket" ALL {
        Supported => "mode" "user" "group" "uid" "gid" "level" "expose-fd" "severity-output"
            "interface" "backlog" "v4v6" "v6only" "transparent";
        Label => "name" "id";
        Accepted("there is one process, and one thread of it answers") => "process" "thread" "nice";
        Accepted("all runtime sockets together have a limit: 'stats maxconn'") => "maxconn";
        NotYet("write a path with a mode, or an address of the loopback interface")
            => "accept-proxy" "accept-netscaler-cip" "namespace" "ssl" "crt";
    }
};
