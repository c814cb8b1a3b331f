//! `last_rule_file` and `last_rule_line`: where the rule stands that decided last, of an exchange
//! (configuration manual, 7.3.2).

use super::context::Context;
use super::sample::Get;
use super::value::Value;
use config::Location;

/// A rule has decided: nothing is looked at behind it.
pub fn note(location: Option<&Location>, ctx: &Context<'_>) {
    if let Some(location) = location.filter(|_| ctx.plan.notes_rules) {
        ctx.remember(|memory| memory.last_rule = Some(location.clone()));
    }
}

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "last_rule_file" => |_, c| {
            let file = last(c)?.file;
            Some(Value::owned(file.as_bytes().to_vec()))
        },
        "last_rule_line" => |_, c| Some(Value::Int(last(c)?.line.into())),
        _ => return None,
    })
}

fn last(ctx: &Context<'_>) -> Option<Location> {
    ctx.remember(|memory| memory.last_rule.clone()).flatten()
}
