//! Keywords that begin a line in `defaults`, `frontend`, `listen` and `backend`.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, Label, NotYet, Removed, Supported};

pub(super) static PROXY: &[Entry] = entries! {
    "proxy" ALL {
        Supported => "mode" "timeout" "option" "log" "disabled" "enabled" "no" "maxconn";
        Supported => "log-tag" "errorfile";
        Supported => "stats";
        Supported => "http-request" "http-response" "http-after-response" "tcp-request" "acl"
            "http-error" "errorfiles";
        Supported => "errorloc" "errorloc302" "errorloc303";
        NotYet("answers are not compressed; let the servers do it") => "compression";
        NotYet("filters are not run") => "filter";
        Supported => "email-alert";
        Accepted("threads are placed by the kernel") => "bind-process";
    }
    "proxy" FRONT {
        Supported => "default_backend" "backlog" "monitor-uri";
        Supported => "log-format" "log-format-sd" "error-log-format" "monitor"
            "unique-id-format" "unique-id-header";
        NotYet("lines are written when a session ends") => "log-steps";
        Supported => "rate-limit";
        Removed("use 'http-request return status 200 if { src NETWORK }'") => "monitor-net";
        Accepted("keep-alive probes follow the kernel's settings")
            => "clitcpka-cnt" "clitcpka-idle" "clitcpka-intvl";
    }
    "proxy" FRONT_ONLY {
        Supported => "bind" "capture" "declare" "use_backend";
    }
    "proxy" NOT_DEFAULTS {
        Supported => "stick-table" "redirect";
        Label => "description" "id";
    }
    "proxy" BACK_ONLY {
        Supported => "server" "server-template";
        Supported => "use-server";
    }
    "proxy" BACK {
        Supported => "balance" "default-server" "retries" "http-check" "http-reuse";
        Supported => "fullconn";
        Supported => "cookie";
        Removed("use 'cookie' or a stick table") => "appsession";
        Supported => "dynamic-cookie-key";
        Supported => "ignore-persist" "force-persist";
        Supported => "hash-type" "hash-balance-factor" "source";
        NotYet("a key keeps to its server while that has room") => "hash-preserve-affinity";
        Supported => "persist";
        Supported => "stick" "tcp-check" "external-check";
        Supported => "tcp-response";
        Supported => "retry-on";
        NotYet("FastCGI is not spoken") => "use-fcgi-app";
        Accepted("server states are kept in memory over a reload") => "load-server-state-from-file"
            "server-state-file-name" "max-keep-alive-queue" "srvtcpka-cnt" "srvtcpka-idle"
            "srvtcpka-intvl" "max-session-srv-conns" "guid";
    }
    "proxy" BACK_ONLY {
        Supported => "dispatch";
    }
    "proxy" FRONT {
        Removed("use 'timeout client'") => "clitimeout";
        Removed("write the address on a 'bind' line") => "bind-addr";
    }
    "proxy" BACK {
        Removed("use 'timeout connect'") => "contimeout";
        Removed("use 'timeout server'") => "srvtimeout";
        Removed("use 'option redispatch'") => "redispatch";
    }
    "proxy" ALL {
        Removed("use 'http-request set-header' or 'add-header'") => "reqadd";
        Removed("use 'http-request replace-header', 'replace-path' or 'replace-uri'")
            => "reqrep" "reqirep";
        Removed("use 'http-request del-header'") => "reqdel" "reqidel";
        Removed("use 'http-request deny'") => "reqdeny" "reqideny" "block";
        Removed("use 'http-request allow'") => "reqallow" "reqiallow" "reqpass" "reqipass";
        Removed("use 'http-request tarpit'") => "reqtarpit" "reqitarpit";
        Removed("use 'http-response add-header'") => "rspadd";
        Removed("use 'http-response replace-header'") => "rsprep" "rspirep";
        Removed("use 'http-response del-header'") => "rspdel" "rspidel";
        Removed("use 'http-response deny'") => "rspdeny" "rspideny";
    }
};
