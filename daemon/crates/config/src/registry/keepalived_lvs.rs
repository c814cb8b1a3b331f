//! The layer 4 half: read with its places and values, not executed yet.

use super::table::entries;
use super::{Entry, Status};
use Status::{NotYet, Removed};

const LVS: Status = NotYet("the layer 4 director is not executed yet");
const GUE: Status =
    NotYet("tunnels in UDP need a kernel module of their own; write lvs_method TUN");

pub(super) static LVS_TABLE: &[Entry] = entries! {
    "virtual_server" ALL {
        LVS => "lvs_sched" "lb_algo" "lvs_method" "lb_kind" "protocol" "persistence_timeout"
            "persistence_granularity" "persistence_engine" "delay_loop" "quorum" "hysteresis"
            "quorum_up" "quorum_down" "alpha" "omega" "ops" "sh-port" "sh-fallback" "mh-port"
            "mh-fallback" "flag-1" "flag-2" "flag-3" "hashed" "sorry_server"
            "sorry_server_inhibit" "sorry_server_lvs_method" "inhibit_on_failure" "retry"
            "delay_before_retry" "warmup" "virtualhost" "ha_suspend" "connect_timeout"
            "smtp_alert" "real_server" "weight" "ip_family" "snmp_name" "service_type"
            "log_all_failures";
        Removed("remove it: keepalived 2 has no such keyword") => "nat_mask";
    }
    "virtual_server_group" ALL {
        LVS => "fwmark";
    }
    "real_server" ALL {
        LVS => "weight" "notify_up" "notify_down" "uthreshold" "lthreshold" "inhibit_on_failure"
            "lvs_method" "lb_kind" "smtp_alert" "virtualhost" "snmp_name" "delay_loop" "retry"
            "delay_before_retry" "warmup" "connect_timeout" "alpha" "log_all_failures"
            "HTTP_GET" "SSL_GET" "TCP_CHECK" "UDP_CHECK" "SMTP_CHECK" "DNS_CHECK" "MISC_CHECK"
            "PING_CHECK" "BFD_CHECK" "FILE_CHECK";
    }
    "checker" ALL {
        LVS => "connect_ip" "connect_port" "connect_timeout" "bindto" "bind_if" "bind_port"
            "fwmark" "alpha" "retry" "nb_get_retry" "delay_before_retry" "delay_loop" "warmup"
            "log_all_failures" "url" "http_protocol" "virtualhost" "enable_sni" "fast_recovery"
            "payload" "require_reply" "min_reply_length" "max_reply_length" "helo_name" "host"
            "type" "name" "misc_path" "misc_timeout" "misc_dynamic" "user" "track_file" "dynamic"
            "weight" "reverse";
    }
    "url" ALL {
        LVS => "path" "digest" "status_code" "virtualhost" "regex" "regex_no_match"
            "regex_options" "regex_min_offset" "regex_max_offset" "regex_stack"
            "tls_compliant";
    }
    "SSL" ALL {
        LVS => "password" "ca" "certificate" "key";
    }
    "lvs_method" ALL {
        LVS => "NAT" "DR" "TUN";
        GUE => "gue";
    }
};
