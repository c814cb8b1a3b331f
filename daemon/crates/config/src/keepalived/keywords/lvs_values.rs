//! What the keywords of the layer 4 half take (keepalived.conf(5), "LVS CONFIGURATION").

use crate::keepalived::values::parse_seconds;
use std::net::IpAddr;

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A whole number within bounds.
    Number(i64, i64),
    Seconds,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Nothing, or a truth value.
    Switch,
    Address,
    /// Anything at all.
    Text,
}

const SCHEDULERS: &[&str] = &[
    "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos",
];
const METHODS: &[&str] = &["NAT", "DR", "TUN"];

/// The shape of a keyword's first word.
pub fn shape(keyword: &str) -> Option<Shape> {
    use Shape::{Address, Number, Seconds, Switch, Text, Word};
    Some(match keyword {
        "lvs_sched" | "lb_algo" => Word(SCHEDULERS),
        "lvs_method" | "lb_kind" | "sorry_server_lvs_method" => Word(METHODS),
        "protocol" | "service_type" => Word(&["TCP", "UDP", "SCTP"]),
        "ip_family" => Word(&["inet", "inet6"]),
        "http_protocol" => Word(&["1.0", "1.1", "1.0C", "1.0K", "1.1K", "1.0c", "1.0k", "1.1k"]),
        // 0 switches it off in files in use.
        "persistence_timeout" => Number(0, 31 * 24 * 3600),
        "quorum" | "hysteresis" => Number(0, 65_535_000),
        "weight" => Number(-2_147_483_647, 65_535),
        "uthreshold" | "lthreshold" | "retry" | "nb_get_retry" => Number(0, i64::from(u32::MAX)),
        "connect_port" | "bind_port" => Number(1, 65_535),
        "min_reply_length" | "max_reply_length" => Number(0, 65_535),
        "delay_loop" | "delay_before_retry" | "warmup" | "connect_timeout" | "misc_timeout" => {
            Seconds
        }
        "connect_ip" | "bindto" | "sorry_server" => Address,
        "alpha"
        | "omega"
        | "ops"
        | "ha_suspend"
        | "inhibit_on_failure"
        | "sorry_server_inhibit"
        | "smtp_alert"
        | "enable_sni"
        | "fast_recovery" => Switch,
        "misc_path" | "quorum_up" | "quorum_down" | "notify_up" | "notify_down" | "path"
        | "digest" | "status_code" | "virtualhost" | "helo_name" => Text,
        _ => return None,
    })
}

impl Shape {
    pub fn takes(self, text: &str) -> bool {
        match self {
            Self::Number(least, most) => text
                .parse::<i64>()
                .is_ok_and(|number| (least..=most).contains(&number)),
            Self::Seconds => parse_seconds(text).is_some(),
            Self::Word(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
            Self::Switch => matches!(text, "on" | "off" | "true" | "false" | "yes" | "no"),
            Self::Address => text.parse::<IpAddr>().is_ok(),
            Self::Text => true,
        }
    }

    /// Behind "is not".
    pub fn name(self) -> String {
        match self {
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Seconds => "a time in seconds".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(" ")),
            Self::Switch => "a switch".to_owned(),
            Self::Address => "an address".to_owned(),
            Self::Text => "a text".to_owned(),
        }
    }

    /// Behind "write".
    pub fn help(self) -> String {
        match self {
            Self::Number(..) => "a whole number".to_owned(),
            Self::Seconds => "e.g. 5 or 0.5".to_owned(),
            Self::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
            Self::Switch => "yes or no, or nothing".to_owned(),
            Self::Address => "e.g. 10.0.0.2".to_owned(),
            Self::Text => "the value behind it".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_by_their_shape() {
        for (keyword, good, bad) in [
            ("lb_algo", "wlc", "fastest"),
            ("lb_kind", "dr", "bridge"),
            ("delay_loop", "0.5", "5s"),
            ("connect_port", "8080", "70000"),
            ("alpha", "on", "maybe"),
            ("connect_ip", "fe80::1", "web1"),
        ] {
            let shape = shape(keyword).unwrap();
            assert!(shape.takes(good), "{keyword} {good}");
            assert!(!shape.takes(bad), "{keyword} {bad}");
        }
        assert_eq!(shape("snmp_name"), None);
    }
}
