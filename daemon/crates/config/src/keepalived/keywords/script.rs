//! `vrrp_script NAME { … }`

use super::name;
use crate::keepalived::command::script_user;
use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{Config, Script, ScriptName, Weight};
use crate::keepalived::tree::Node;
use crate::source::Spanned;
use std::time::Duration;

const BLOCK: Block = Block::new("vrrp_script");

pub fn read(cx: &mut Context<'_>, config: &mut Config, node: &Node) {
    let Some(name) = name(cx, node) else { return };
    let mut argv = None;
    let mut script = Script {
        name: name.map(ScriptName),
        argv: Spanned::implied(Vec::new()),
        interval: Spanned::implied(Duration::from_secs(1)),
        timeout: None,
        weight: Spanned::implied(Weight::default()),
        rise: Spanned::implied(1),
        fall: Spanned::implied(1),
        user: None,
        init_fail: false,
    };
    for child in node.children() {
        if !cx.known(BLOCK, child) {
            continue;
        }
        if child.keyword() == "script" {
            argv = command(cx, child);
        } else {
            keyword(cx, &mut script, child);
        }
    }
    if config.scripts.iter().any(|other| other.name == script.name) {
        let message = format!(
            "there is a vrrp_script '{}' already; this one is not used",
            script.name
        );
        cx.error("keepalived/duplicate-name", script.name.span, message)
            .suggest("remove one of them, or give it another name");
        return;
    }
    let Some(argv) = argv else {
        if !node
            .children()
            .iter()
            .any(|child| child.keyword() == "script")
        {
            let message = format!("the vrrp_script '{}' runs nothing", script.name);
            cx.error("keepalived/missing-value", script.name.span, message)
                .suggest("add e.g. script \"/usr/bin/pgrep nginx\"");
        }
        return;
    };
    script.argv = argv;
    config.scripts.push(script);
}

fn command(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<Vec<String>>> {
    cx.no_block(node);
    let (argv, taken) = cx.argv(node)?;
    if let (Some(extra), Some(last)) = (node.args().get(taken), node.args().last()) {
        let all: Vec<&str> = node.args().iter().map(|word| word.text.as_str()).collect();
        let message = format!(
            "'{}' and what follows is not part of the command",
            extra.text
        );
        cx.error(
            "keepalived/unquoted-command",
            extra.span.to(last.span),
            message,
        )
        .suggest(format!("write script \"{}\"", all.join(" ")));
    }
    Some(argv)
}

fn keyword(cx: &mut Context<'_>, script: &mut Script, node: &Node) {
    match node.keyword() {
        "interval" => {
            if let Some(time) = cx.seconds(BLOCK, node).filter(|time| above_zero(cx, time)) {
                script.interval = time;
            }
        }
        "timeout" => {
            script.timeout = cx.seconds(BLOCK, node).filter(|time| above_zero(cx, time));
        }
        "weight" => {
            cx.no_block(node);
            if node.args().is_empty() {
                cx.missing(node, "weight -20");
            } else if let Some(weight) = cx.weight(node.args()) {
                let reverse = node
                    .args()
                    .get(1)
                    .is_some_and(|w| w.text.ends_with("reverse"));
                cx.finish(BLOCK, node, 1 + usize::from(reverse));
                script.weight = weight;
            }
        }
        "rise" => {
            if let Some(rise) = cx.number(BLOCK, node, 1..=i32::MAX.unsigned_abs()) {
                script.rise = rise;
            }
        }
        "fall" => {
            if let Some(fall) = cx.number(BLOCK, node, 1..=i32::MAX.unsigned_abs()) {
                script.fall = fall;
            }
        }
        "user" => {
            cx.no_block(node);
            script.user = script_user(node.args());
            if script.user.is_none() {
                cx.missing(node, "user keepalived_script");
            }
            cx.finish(BLOCK, node, 2);
        }
        "init_fail" => script.init_fail = cx.alone(BLOCK, node),
        _ => {}
    }
}

fn above_zero(cx: &mut Context<'_>, time: &Spanned<Duration>) -> bool {
    if time.is_zero() {
        cx.error(
            "keepalived/bad-value",
            time.span,
            "a time of 0 is no time".to_owned(),
        )
        .suggest("write a number above 0, e.g. 1 or 0.5");
    }
    !time.is_zero()
}
