//! Words inside lines: parameters of `bind`, `server`, `balance`, `cookie`, `http-check`, rules.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, Label, NotYet, Supported};

const CACHE: Status = NotYet("answers are not cached");
const FILTER: Status = NotYet("filters are not run");
const SERVICE: Status =
    NotYet("there are no services of other programs here; 'http-request return' answers by itself");
const NPN: Status = Accepted("TLS clients ask by ALPN today; write 'alpn'");
const EARLY: Status = Accepted("data before the handshake's end is not taken: it can be replayed");
const SIGNATURES: Status =
    Accepted("what is weak is not spoken; the strongest that both know is used");
const TRACK: Status = NotYet("write track-sc0, track-sc1 or track-sc2");
const STRICT: Status = Accepted("a rule that cannot be carried out is passed over");
const NICE: Status = Accepted("requests share the processor evenly");

pub(super) static WORDS: &[Entry] = entries! {
    "bind" ALL {
        Supported => "v4v6" "v6only" "interface" "transparent" "backlog" "mode" "user" "group"
            "uid" "gid" "tfo" "defer-accept" "mss" "tcp-ut" "maxconn";
        Label => "name" "id";
        Accepted("all threads share the load") => "process" "thread" "shards" "nice" "level"
            "severity-output" "expose-fd";
        Supported => "accept-proxy" "accept-netscaler-cip";
        NotYet("sockets belong to the namespace that the daemon runs in; start it there (systemd: NetworkNamespacePath=)") => "namespace";
        Supported => "proto";
        Supported => "ssl" "crt" "crt-list" "ca-file" "verify" "ca-verify-file" "tls-ticket-keys"
            "strict-sni" "alpn" "ciphers" "ciphersuites" "curves" "ecdhe" "crl-file" "ssl-min-ver"
            "ssl-max-ver" "force-sslv3" "force-tlsv10" "force-tlsv11" "force-tlsv12"
            "force-tlsv13" "no-sslv3" "no-tlsv10" "no-tlsv11" "no-tlsv12" "no-tlsv13"
            "no-tls-tickets" "no-ca-names" "prefer-client-ciphers" "ca-ignore-err"
            "crt-ignore-err";
        NPN => "npn";
        EARLY => "allow-0rtt";
        SIGNATURES => "sigalgs" "client-sigalgs";
        NotYet("certificates are not made on the way; name them by 'crt'") => "generate-certificates"
            "ca-sign-file" "ca-sign-pass";
    }
    "crt-list" ALL {
        Supported => "ca-file" "verify" "ca-verify-file" "alpn" "ciphers" "ciphersuites" "curves"
            "ecdhe" "crl-file" "ssl-min-ver" "ssl-max-ver" "no-ca-names";
        NPN => "npn";
        EARLY => "allow-0rtt";
        SIGNATURES => "sigalgs" "client-sigalgs";
    }
    "server" ALL {
        Supported => "check" "no-check" "inter" "fastinter" "downinter" "rise" "fall" "port" "addr"
            "weight" "backup" "no-backup" "maxconn" "maxqueue" "disabled" "enabled" "source";
        Label => "id" "guid";
        Supported => "cookie" "minconn" "slowstart" "on-marked-down" "on-marked-up";
        Supported => "send-proxy" "send-proxy-v2" "check-send-proxy" "no-send-proxy"
            "no-send-proxy-v2" "no-check-send-proxy";
        Supported => "send-proxy-v2-ssl" "send-proxy-v2-ssl-cn" "no-send-proxy-v2-ssl"
            "no-send-proxy-v2-ssl-cn" "proxy-v2-options" "set-proxy-v2-tlv-fmt";
        Accepted("turns off what is off") => "no-tfo";
        Supported => "ssl" "check-ssl" "ca-file" "crt" "verify" "verifyhost" "sni" "check-sni" "alpn"
            "check-alpn" "ciphers" "ciphersuites" "curves" "crl-file" "ssl-min-ver" "ssl-max-ver"
            "ssl-reuse" "force-sslv3" "force-tlsv10" "force-tlsv11" "force-tlsv12" "force-tlsv13"
            "no-sslv3" "no-tlsv10" "no-tlsv11" "no-tlsv12" "no-tlsv13" "no-tls-tickets"
            "tls-tickets" "no-ssl" "no-check-ssl" "no-ssl-reuse" "no-verifyhost";
        NPN => "npn";
        EARLY => "allow-0rtt";
        SIGNATURES => "sigalgs" "client-sigalgs";
        Supported => "agent-check" "agent-port" "agent-inter" "agent-addr" "agent-send"
            "no-agent-check" "track" "observe" "error-limit" "on-error";
        Supported => "resolvers" "resolve-prefer" "resolve-net" "resolve-opts" "init-addr";
        Supported => "pool-max-conn" "pool-purge-delay" "max-reuse" "redir" "stick" "non-stick"
            "tcp-ut" "usesrc";
        Accepted("threads do not take connections of each other") => "pool-low-conn";
        Accepted("saves one round trip; the kernel decides") => "tfo";
        NotYet("SOCKS is not spoken") => "socks4" "check-via-socks4";
        Supported => "proto" "ws" "check-proto";
        NotYet("logs go to no servers") => "log-proto";
        NotYet("sockets belong to the namespace that the daemon runs in; start it there (systemd: NetworkNamespacePath=)") => "namespace";
        Accepted("servers start as their check finds them") => "init-state";
    }
    "balance" ALL {
        Supported => "roundrobin" "static-rr" "leastconn" "first" "source" "uri" "url_param" "hdr"
            "random" "rdp-cookie" "hash";
    }
    "http-check" ALL {
        Supported => "expect" "send" "connect" "comment" "disable-on-404" "send-state" "set-var"
            "set-var-fmt" "unset-var";
    }
    "tcp-check" ALL {
        Supported => "connect" "send" "send-lf" "send-binary" "send-binary-lf" "expect" "comment"
            "set-var" "set-var-fmt" "unset-var";
    }
    "email-alert" ALL {
        Supported => "from" "to" "level" "mailers" "myhostname";
    }
    "stats" ALL {
        Supported => "enable" "uri"
            "realm" "auth" "refresh" "hide-version" "show-legends" "show-node" "show-desc"
            "scope" "admin" "http-request";
        Accepted("CSV and JSON have the columns of TLS, HTTP/2 and HTTP/1 in any case") => "show-modules";
    }
    "http-request" ALL {
        Supported => "set-header" "add-header" "del-header" "replace-header" "replace-value"
            "set-method" "set-path" "replace-path" "set-pathq" "replace-pathq" "set-query" "set-uri"
            "replace-uri" "allow" "deny" "tarpit" "silent-drop" "reject" "redirect" "return" "auth"
            "capture" "set-var" "set-var-fmt" "unset-var" "set-log-level" "set-src" "set-src-port"
            "track-sc0" "track-sc1" "track-sc2" "sc-inc-gpc" "sc-inc-gpc0" "sc-inc-gpc1"
            "sc-set-gpt" "sc-set-gpt0";
        STRICT => "strict-mode";
        Supported => "disable-l7-retry" "early-hint" "set-mark" "set-tos" "set-priority-class"
            "set-priority-offset";
        NICE => "set-nice";
        Accepted("handshakes are over before a request is read") => "wait-for-handshake";
        Supported => "add-acl" "del-acl" "set-map" "del-map" "wait-for-body";
        Supported => "do-resolve" "set-dst" "set-dst-port" "normalize-uri" "set-timeout";
        TRACK => "track-sc";
        CACHE => "cache-use";
        FILTER => "send-spoe-group" "ot-group";
        Supported => "use-service";
    }
    "http-response" ALL {
        Supported => "set-header" "add-header" "del-header" "replace-header" "replace-value" "allow"
            "deny" "silent-drop" "redirect" "return" "set-status" "capture" "set-var" "set-var-fmt"
            "unset-var" "set-log-level" "track-sc0" "track-sc1" "track-sc2" "sc-inc-gpc"
            "sc-inc-gpc0" "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0";
        STRICT => "strict-mode";
        Supported => "add-acl" "del-acl" "set-map" "del-map";
        Supported => "set-mark" "set-tos";
        NICE => "set-nice";
        TRACK => "track-sc";
        Supported => "wait-for-body";
        CACHE => "cache-store";
        FILTER => "send-spoe-group" "ot-group";
    }
    "http-after-response" ALL {
        Supported => "set-header" "add-header" "del-header" "replace-header" "replace-value" "allow"
            "set-status" "capture" "set-var" "set-var-fmt" "unset-var" "set-log-level"
            "sc-inc-gpc" "sc-inc-gpc0" "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0";
        STRICT => "strict-mode";
        FILTER => "ot-group";
        Supported => "add-acl" "del-acl" "set-map" "del-map";
    }
    "tcp phase" ALL {
        Supported => "inspect-delay";
    }
    "tcp-request connection" ALL {
        Supported => "accept" "reject" "silent-drop" "set-var" "set-var-fmt" "unset-var" "set-src"
            "set-src-port" "track-sc0" "track-sc1" "track-sc2" "sc-inc-gpc" "sc-inc-gpc0"
            "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0" "expect-proxy";
        Supported => "set-mark" "set-tos";
        Supported => "set-dst" "set-dst-port" "expect-netscaler-cip";
        NotYet("write 'tcp-request content capture', which runs when there is something to log") => "capture";
    }
    "tcp-request session" ALL {
        Supported => "accept" "reject" "silent-drop" "set-var" "set-var-fmt" "unset-var" "set-src"
            "set-src-port" "track-sc0" "track-sc1" "track-sc2" "sc-inc-gpc" "sc-inc-gpc0"
            "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0";
        Supported => "set-mark" "set-tos" "set-dst" "set-dst-port";
    }
    "tcp-request content" ALL {
        Supported => "accept" "reject" "silent-drop" "set-var" "set-var-fmt" "unset-var" "capture"
            "set-src" "set-src-port" "set-log-level" "track-sc0" "track-sc1" "track-sc2"
            "sc-inc-gpc" "sc-inc-gpc0" "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0";
        Supported => "set-mark" "set-tos" "set-priority-class" "set-priority-offset";
        NICE => "set-nice";
        Supported => "do-resolve" "set-dst" "set-dst-port";
        Supported => "switch-mode";
        FILTER => "send-spoe-group" "ot-group";
        SERVICE => "use-service";
    }
    "tcp-response content" ALL {
        Supported => "accept" "reject" "close" "silent-drop" "set-var" "set-var-fmt" "unset-var"
            "set-log-level" "sc-inc-gpc" "sc-inc-gpc0" "sc-inc-gpc1" "sc-set-gpt" "sc-set-gpt0";
        Supported => "set-mark" "set-tos";
        NICE => "set-nice";
        FILTER => "send-spoe-group" "ot-group";
    }
};
