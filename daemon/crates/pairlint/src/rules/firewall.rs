//! E01, its last part: a packet filter that keeps adverts (protocol 112, AH is 51) from arriving.
//! Reads what `nft list ruleset` and `iptables-save` print; says what it can tell for certain.

use crate::finding::Findings;
use crate::node::Node;
use config::keepalived::model::{AuthKind, Instance, Version};

pub fn check(index: usize, node: &Node<'_>, found: &mut Findings) {
    let Some(text) = &node.facts.firewall else {
        return;
    };
    for instance in &node.config().instances {
        let ah = instance
            .auth
            .as_ref()
            .is_some_and(|a| a.kind.value == AuthKind::Ah);
        let ah = ah && instance.version.value == Version::V2;
        let Some(rule) = verdict(text, ah, instance) else {
            continue;
        };
        let number = if ah { 51 } else { 112 };
        let message = format!(
            "the packet filter of {} drops the adverts of '{}': {rule}",
            node.label, instance.name
        );
        found
            .error("E01", message)
            .at(index, instance.name.span)
            .why("the node hears no master, so it becomes one itself: both hold the addresses")
            .help(format!("accept IP protocol {number} in INPUT before that, e.g. nft: ip protocol {number} accept; iptables: -A INPUT -p {number} -j ACCEPT"));
    }
}

/// The rule or policy that drops, or `None` when adverts pass or it cannot be told.
fn verdict(text: &str, ah: bool, instance: &Instance) -> Option<String> {
    let mut chains = vec![Chain::default()];
    for line in text.lines().map(str::trim) {
        if let Some(policy) = line.strip_prefix(":INPUT ") {
            chains[0].policy_drop = policy.starts_with("DROP");
            chains[0].is_input = true;
        } else if let Some(rule) = line.strip_prefix("-A INPUT ") {
            chains[0].rules.push(rule.to_owned());
        } else if line.starts_with("chain ") {
            chains.push(Chain::default());
        } else if line.starts_with("type filter hook ") {
            let chain = chains.last_mut()?;
            chain.is_input = line.contains("hook input") || line.contains("hook prerouting");
            chain.policy_drop = line.contains("policy drop");
        } else if chains.len() > 1 {
            chains.last_mut()?.rules.push(line.to_owned());
        }
    }
    let mut inputs = chains.iter().filter(|chain| chain.is_input);
    inputs.find_map(|chain| chain.drops(ah, instance))
}

#[derive(Default)]
struct Chain {
    is_input: bool,
    policy_drop: bool,
    rules: Vec<String>,
}

impl Chain {
    fn drops(&self, ah: bool, instance: &Instance) -> Option<String> {
        for rule in self.rules.iter().filter(|rule| concerns(rule, ah)) {
            let words: Vec<&str> = rule.split_ascii_whitespace().collect();
            let has = |word: &str| words.contains(&word);
            let elsewhere = words.windows(2).any(|w| {
                matches!(w[0], "-i" | "iif" | "iifname")
                    && w[1].trim_matches('"') != instance.interface.value
            });
            if elsewhere {
                continue;
            }
            if has("accept") || has("ACCEPT") {
                return None;
            }
            if has("drop") || has("DROP") || has("reject") || has("REJECT") {
                return Some(format!("'{rule}'"));
            }
            if has("jump") || has("goto") {
                return None;
            }
        }
        // A chain of its own may accept what this one's policy would drop.
        let branches = self
            .rules
            .iter()
            .any(|r| r.contains("jump ") || r.contains("goto ") || jumps(r));
        (self.policy_drop && !branches)
            .then(|| "its policy is drop and no rule accepts them".to_owned())
    }
}

/// iptables: a target that is a chain of its own.
fn jumps(rule: &str) -> bool {
    let target = rule
        .split_once("-j ")
        .map(|(_, rest)| rest.split_ascii_whitespace().next());
    target
        .flatten()
        .is_some_and(|t| !matches!(t, "ACCEPT" | "DROP" | "REJECT" | "LOG" | "RETURN"))
}

/// Whether a rule can be about adverts: it names their protocol, or no protocol, port or state that
/// they do not have.
fn concerns(rule: &str, ah: bool) -> bool {
    let names: [&str; 2] = if ah { ["51", "ah"] } else { ["112", "vrrp"] };
    let words: Vec<&str> = rule
        .split([' ', ',', '{', '}'])
        .filter(|w| !w.is_empty())
        .collect();
    let protocol = words
        .windows(2)
        .find(|w| matches!(w[0], "protocol" | "l4proto" | "-p" | "nexthdr"));
    if let Some(found) = protocol {
        let negated = found[1] == "!=" || rule.contains("! -p");
        let named = words.iter().any(|word| names.contains(word));
        return named != negated;
    }
    let narrow = [
        "tcp",
        "udp",
        "icmp",
        "icmpv6",
        "dport",
        "state",
        "--ctstate",
        "--state",
        "iif",
        "\"lo\"",
        "lo",
        "arp",
        "saddr",
        "-s",
        "daddr",
        "-d",
        "set",
        "type",
        "policy",
    ];
    !words.is_empty()
        && !words.iter().any(|word| narrow.contains(word))
        && words.iter().any(|word| {
            matches!(
                *word,
                "accept" | "drop" | "reject" | "ACCEPT" | "DROP" | "REJECT"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::{Options, Source, keepalived};

    fn says(ruleset: &str) -> Option<String> {
        let text = "vrrp_instance v {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n";
        let parsed = keepalived::parse(&[Source::new("a", text)], &Options::default());
        verdict(ruleset, false, &parsed.config.instances[0])
    }

    #[test]
    fn a_rule_or_policy_that_drops_adverts_is_named() {
        let nft = |rules: &str, policy: &str| {
            format!(
                "table inet filter {{\n\tchain input {{\n\t\ttype filter hook input priority filter; policy {policy};\n{rules}\n\t}}\n}}\n"
            )
        };
        assert!(
            says(&nft("ip protocol vrrp drop", "accept"))
                .unwrap()
                .contains("vrrp drop")
        );
        assert!(says(&nft("meta l4proto 112 drop", "accept")).is_some());
        assert!(says(&nft("iifname \"eth1\" ip protocol 112 drop", "accept")).is_none());
        assert!(
            says(&nft("tcp dport 22 accept", "drop"))
                .unwrap()
                .contains("policy")
        );
        assert!(says(&nft("ip protocol 112 accept\ncounter drop", "drop")).is_none());
        assert!(says(&nft("jump services", "drop")).is_none());
        assert!(says(&nft("ct state established,related accept", "accept")).is_none());
        assert!(
            says(
                "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
            )
            .is_some()
        );
        assert!(says("*filter\n:INPUT DROP [0:0]\n-A INPUT -p vrrp -j ACCEPT\nCOMMIT\n").is_none());
        assert!(says("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p 112 -j DROP\nCOMMIT\n").is_some());
        assert!(says("").is_none());
    }
}
