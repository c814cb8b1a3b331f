//! The layer 4 half: known by name, not executed yet, its blocks passed over as a whole.

use super::table::entries;
use super::{Entry, Status};
use Status::NotYet;

const LVS: Status = NotYet("the layer 4 director is not executed yet");

pub(super) static LVS_TABLE: &[Entry] = entries! {
    "virtual_server" ALL {
        LVS => "lvs_sched" "lb_algo" "lvs_method" "lb_kind" "protocol" "persistence_timeout"
            "persistence_granularity" "persistence_engine" "delay_loop" "quorum" "hysteresis"
            "quorum_up" "quorum_down" "alpha" "omega" "ops" "sh-port" "sh-fallback" "mh-port"
            "mh-fallback" "sorry_server" "sorry_server_inhibit" "sorry_server_lvs_method"
            "inhibit_on_failure" "retry" "delay_before_retry" "warmup" "virtualhost"
            "ha_suspend" "connect_timeout" "smtp_alert" "real_server" "weight" "ip_family"
            "nat_mask";
    }
    "real_server" ALL {
        LVS => "weight" "notify_up" "notify_down" "uthreshold" "lthreshold" "inhibit_on_failure"
            "lvs_method" "smtp_alert" "virtualhost" "snmp_name" "delay_loop" "retry"
            "delay_before_retry" "warmup" "connect_timeout" "alpha" "HTTP_GET" "SSL_GET"
            "TCP_CHECK" "UDP_CHECK" "SMTP_CHECK" "DNS_CHECK" "MISC_CHECK" "PING_CHECK"
            "BFD_CHECK" "FILE_CHECK";
    }
    "checker" ALL {
        LVS => "connect_ip" "connect_port" "bindto" "bind_if" "bind_port" "fwmark" "nb_get_retry"
            "url" "path" "digest" "status_code" "http_protocol" "enable_sni" "fast_recovery"
            "tls_compliant" "payload" "require_reply" "min_reply_length" "max_reply_length"
            "helo_name" "host" "type" "name" "misc_path" "misc_timeout" "misc_dynamic" "user"
            "track_file" "dynamic";
    }
};
