//! `option …` and `timeout …`.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, NotYet, Removed, Supported};

const NO_CHECK: Status =
    NotYet("agents for filters are not used, nor checked; 'option tcp-check' opens a connection");
const SPLICE: Status = Accepted("data is spliced whenever that is cheaper");

pub(super) static OPTIONS: &[Entry] = entries! {
    "option" ALL {
        Supported => "http-keep-alive" "http-server-close" "httpclose" "forwardfor";
        Supported => "originalto";
        Supported => "http-buffer-request";
        Accepted("small packets are sent at once") => "http-no-delay" "nolinger"
            "independent-streams";
        SPLICE => "splice-auto" "splice-request" "splice-response";
        Removed("use 'option httpclose'") => "forceclose" "tcpsplice";
        Removed("use 'option http-server-close'") => "http-tunnel" "http-use-htx";
        Supported => "tcpka";
    }
    "option" FRONT {
        Supported => "httplog" "tcplog" "dontlognull" "dontlog-normal" "clitcpka"
            "http-ignore-probes" "disable-h2-upgrade";
        Supported => "log-separate-errors" "logasap";
        Accepted("counters are kept while a session runs") => "contstats";
        Supported => "socket-stats";
        Supported => "accept-invalid-http-request" "accept-unsafe-violations-in-http-request"
            "http-strict";
        Accepted("header names keep the client's spelling") => "h1-case-adjust-bogus-client";
        Accepted("has no counterpart in this engine") => "http-use-proxy-header" "idle-close-on-response" "tcp-smart-accept"
            "http-restrict-req-hdr-names" "http-drop-response-trailers"
            "http-drop-request-trailers";
    }
    "option" BACK {
        Supported => "redispatch" "httpchk" "tcp-check" "srvtcpka" "abortonclose" "allbackups";
        Supported => "log-health-checks";
        Accepted("a kept connection is taken again when its server is chosen")
            => "prefer-last-server";
        Supported => "persist";
        Supported => "mysql-check" "pgsql-check" "redis-check" "smtpchk" "ssl-hello-chk"
            "ldap-check";
        Supported => "external-check";
        NO_CHECK => "spop-check";
        Supported => "transparent";
        Supported => "accept-invalid-http-response" "accept-unsafe-violations-in-http-response"
            "checkcache";
        Accepted("header names keep the server's spelling") => "h1-case-adjust-bogus-server";
        Accepted("has no counterpart in this engine") => "http-pretend-keepalive"
            "tcp-smart-connect" "dontlog-unknown";
    }
    "timeout" ALL {
        Supported => "http-request" "http-keep-alive" "tunnel";
        Supported => "tarpit";
    }
    "timeout" FRONT {
        Supported => "client" "client-fin";
        Accepted("there is no TLS handshake yet") => "client-hs";
        Removed("use 'timeout client'") => "clitimeout";
    }
    "timeout" BACK {
        Supported => "server" "server-fin" "connect" "queue" "check";
        Removed("use 'timeout connect'") => "contimeout";
        Removed("use 'timeout server'") => "srvtimeout";
    }
};
