//! Rules get a preference, and static entries the instances that track them.

use crate::keepalived::context::Context;
use crate::keepalived::model::{Config, Rule};
use crate::source::{Span, Spanned};

/// The first preference that is given out; the next ones lie below.
const HIGHEST: u32 = 16384;

pub fn resolve(cx: &mut Context<'_>, config: &mut Config) {
    preferences(cx, config);
    for group in &config.track_groups {
        for member in &group.tracking {
            if !config
                .instances
                .iter()
                .any(|it| it.name.value == member.value)
            {
                let message = format!("there is no vrrp_instance '{member}'");
                cx.error("keepalived/unknown-instance", member.span, message)
                    .suggest("name an instance of this file");
            }
        }
    }
    let addresses = config.static_addresses.iter().map(|it| &it.track_group);
    let routes = config.static_routes.iter().map(|it| &it.track_group);
    let rules = config.static_rules.iter().map(|it| &it.track_group);
    let named: Vec<Spanned<String>> = addresses
        .chain(routes)
        .chain(rules)
        .flatten()
        .cloned()
        .collect();
    for name in named {
        let mut groups = config.track_groups.iter();
        if !groups.any(|group| group.group_name.value == name.value) {
            let message = format!("there is no track_group '{name}'");
            cx.error("keepalived/unknown-tracker", name.span, message)
                .suggest(format!("add track_group {name} {{ group {{ INSTANCE }} }}"));
        }
    }
}

/// In the order of the file, for each family. Without one the kernel would choose, and the order
/// of rules would depend on which instance became master first.
fn preferences(cx: &mut Context<'_>, config: &mut Config) {
    let fixed = config.static_rules.iter_mut();
    let moving = config.instances.iter_mut().flat_map(|it| &mut it.rules);
    let mut unsaid: Vec<&mut Rule> = fixed
        .chain(moving)
        .filter(|rule| rule.preference.is_none())
        .collect();
    unsaid.sort_by_key(|rule| position(rule.text.span));
    let mut next = [HIGHEST; 2];
    for rule in unsaid {
        let next = &mut next[usize::from(rule.ipv6)];
        rule.preference = Some(*next);
        let message = format!("the rule has no preference and gets {next}");
        *next -= 1;
        cx.warning("keepalived/missing-value", rule.text.span, message)
            .suggest("add e.g. 'preference 1000': it decides which rule comes first");
    }
}

fn position(span: Span) -> (u32, u32) {
    (span.file.0, span.start)
}
