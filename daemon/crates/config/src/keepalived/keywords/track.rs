//! What is watched: lines of `track_*` blocks, and the top-level trackers.

use super::name;
use crate::keepalived::context::{Block, Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{
    Config, ScriptName, TrackFile, TrackInterface, TrackProcess, TrackProxy, TrackScript,
    TrackedFile, TrackedProcess, Weight,
};
use crate::keepalived::tree::Node;
use crate::source::Spanned;
use crate::suggest::nearest;
use std::time::Duration;

/// `NAME [weight N [reverse]]`, one on each line.
fn entries(cx: &mut Context<'_>, node: &Node) -> Vec<(Spanned<String>, Option<Spanned<Weight>>)> {
    let mut found = Vec::new();
    for entry in node.children() {
        cx.no_block(entry);
        let Some(first) = entry.words.first() else {
            continue;
        };
        found.push((owned(first), weight(cx, entry.args())));
    }
    found
}

/// `weight N [reverse]`, possibly absent.
fn weight(cx: &mut Context<'_>, words: &[Word]) -> Option<Spanned<Weight>> {
    let first = words.first()?;
    if first.text != "weight" {
        let message = format!("'{}' behind the name would be lost", first.text);
        cx.error("keepalived/second-entry", first.span, message)
            .suggest("write each name on a line of its own; only 'weight N [reverse]' may follow");
        return None;
    }
    if words.len() == 1 {
        let message = "'weight' needs a value".to_owned();
        cx.error("keepalived/missing-value", first.span.after(), message)
            .suggest("write e.g. weight -20");
        return None;
    }
    cx.weight(&words[1..])
}

/// Scripts must be defined above their use: keepalived ignores what it does not know yet.
pub fn scripts(cx: &mut Context<'_>, config: &Config, node: &Node) -> Vec<TrackScript> {
    let mut found = Vec::new();
    for (name, weight) in entries(cx, node) {
        let script = config
            .scripts
            .iter()
            .find(|script| script.name.0 == name.value);
        let Some(script) = script else {
            let names = config.scripts.iter().map(|script| script.name.0.as_str());
            let help = match nearest(&name, names) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("write 'vrrp_script {name} {{ … }}' above this block"),
            };
            let message = format!(
                "there is no vrrp_script '{name}' above this line; \
                 keepalived would leave the check out and stay master"
            );
            cx.error("keepalived/unknown-script", name.span, message)
                .suggest(help);
            continue;
        };
        let weight = weight.unwrap_or(script.weight);
        found.push(TrackScript {
            name: name.map(ScriptName),
            weight,
        });
    }
    found
}

pub fn interfaces(cx: &mut Context<'_>, node: &Node) -> Vec<TrackInterface> {
    let default = || Spanned::implied(Weight::default());
    let all = entries(cx, node).into_iter();
    all.map(|(interface, weight)| TrackInterface {
        interface,
        weight: weight.unwrap_or_else(default),
    })
    .collect()
}

pub fn files(cx: &mut Context<'_>, config: &Config, node: &Node) -> Vec<TrackedFile> {
    let mut found = Vec::new();
    for (name, weight) in entries(cx, node) {
        match config.track_files.iter().find(|file| file.name == name) {
            Some(file) => found.push(TrackedFile {
                weight: weight.unwrap_or(file.weight),
                name,
            }),
            None => unknown(cx, "track_file", &name),
        }
    }
    found
}

pub fn processes(cx: &mut Context<'_>, config: &Config, node: &Node) -> Vec<TrackedProcess> {
    let mut found = Vec::new();
    for (name, weight) in entries(cx, node) {
        match config
            .track_processes
            .iter()
            .find(|process| process.name == name)
        {
            Some(process) => {
                found.push(TrackedProcess {
                    weight: weight.unwrap_or(process.weight),
                    name,
                });
            }
            None => unknown(cx, "vrrp_track_process", &name),
        }
    }
    found
}

fn unknown(cx: &mut Context<'_>, keyword: &str, name: &Spanned<String>) {
    let message = format!("there is no {keyword} '{name}' above this line");
    cx.error("keepalived/unknown-tracker", name.span, message)
        .suggest(format!("write '{keyword} {name} {{ … }}' above this block"));
}

/// `#tandem: track_proxy [weight N [reverse]]`
pub fn proxy(cx: &mut Context<'_>, node: &Node) -> Spanned<TrackProxy> {
    let weight = weight(cx, node.args()).map_or_else(Weight::default, |weight| weight.value);
    Spanned::new(TrackProxy { weight }, node.span())
}

const FILE: Block = Block::new("track_file");

/// Top-level `track_file NAME { … }`
pub fn file(cx: &mut Context<'_>, config: &mut Config, node: &Node) {
    let Some(name) = name(cx, node) else { return };
    let mut path = None;
    let mut weight = Spanned::implied(Weight {
        value: 1,
        reverse: false,
    });
    let (mut init, mut overwrite) = (None, false);
    for child in node.children() {
        if !cx.known(FILE, child) {
            continue;
        }
        match child.keyword() {
            "file" => path = cx.text(FILE, child, "file /run/lb/weight"),
            "weight" => weight = cx.weight(child.args()).unwrap_or(weight),
            _ => {
                let word = child.args().first().filter(|word| word.text != "overwrite");
                let value = word.and_then(|word| cx.number_word(word, i32::MIN..=i32::MAX));
                init = Some(value.map_or(0, |value| value.value));
                overwrite = child.args().iter().any(|word| word.text == "overwrite");
            }
        }
    }
    let Some(file) = path else {
        let message = format!("the track_file '{name}' names no file");
        cx.error("keepalived/missing-value", name.span, message)
            .suggest("add 'file PATH'");
        return;
    };
    config.track_files.push(TrackFile {
        name,
        file,
        weight,
        init,
        overwrite,
    });
}

const PROCESS: Block = Block::new("vrrp_track_process");

/// Top-level `vrrp_track_process NAME { … }`
pub fn process(cx: &mut Context<'_>, config: &mut Config, node: &Node) {
    let Some(name) = name(cx, node) else { return };
    let mut process = TrackProcess {
        process: Spanned::implied(Vec::new()),
        weight: Spanned::implied(Weight::default()),
        quorum: 1,
        quorum_max: None,
        fork_delay: Duration::ZERO,
        terminate_delay: Duration::ZERO,
        full_command: false,
        param_match: None,
        name,
    };
    for child in node.children() {
        if cx.known(PROCESS, child) {
            process_keyword(cx, &mut process, child);
        }
    }
    if process.process.is_empty() {
        let message = format!("the vrrp_track_process '{}' names no process", process.name);
        cx.error("keepalived/missing-value", process.name.span, message)
            .suggest("add e.g. process nginx");
        return;
    }
    config.track_processes.push(process);
}

fn process_keyword(cx: &mut Context<'_>, process: &mut TrackProcess, node: &Node) {
    match node.keyword() {
        "process" => {
            let words = node.args().iter().map(|word| word.text.clone()).collect();
            process.process = Spanned::new(words, node.span());
        }
        "weight" => process.weight = cx.weight(node.args()).unwrap_or(process.weight),
        "quorum" => {
            process.quorum = cx
                .number(PROCESS, node, 1..=65535)
                .map_or(1, |quorum| quorum.value);
        }
        "quorum_max" => {
            process.quorum_max = cx.number(PROCESS, node, 0..=65535).map(|most| most.value);
        }
        "delay" => {
            if let Some(delay) = cx.seconds(PROCESS, node) {
                process.fork_delay = delay.value;
                process.terminate_delay = delay.value;
            }
        }
        "fork_delay" => {
            process.fork_delay = cx
                .seconds(PROCESS, node)
                .map_or(Duration::ZERO, |t| t.value);
        }
        "terminate_delay" => {
            process.terminate_delay = cx
                .seconds(PROCESS, node)
                .map_or(Duration::ZERO, |t| t.value);
        }
        "full_command" => process.full_command = cx.alone(PROCESS, node),
        _ => {
            process.param_match = cx.one(PROCESS, node, "param_match initial").map(owned);
            let word = node.args().first();
            let unknown = |how: &&Word| !matches!(how.text.as_str(), "initial" | "partial");
            if let Some(word) = word.filter(unknown) {
                cx.bad(word, "a way to compare", "write initial or partial");
            }
        }
    }
}
