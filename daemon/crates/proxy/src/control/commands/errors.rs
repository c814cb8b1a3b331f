//! `show errors`: the last messages that broke the protocol, as they came.

use super::word;
use crate::desk::Answer;
use crate::plan::Plan;
use crate::shared::Broken;
use std::fmt::Write as _;
use std::sync::atomic::Ordering::Relaxed;

/// Columns of a line of the dump.
const WIDTH: usize = 70;

/// Which messages are wanted.
struct Wanted {
    section: Option<usize>,
    requests: bool,
    responses: bool,
}

pub fn show(plan: &Plan, words: &[String]) -> Answer {
    let proxies = &plan.model.proxies;
    let only = word(words, 0);
    let number = only.parse().ok();
    let is = |at: &usize| number == Some(plan.section_number(*at)) || proxies[*at].name.0 == only;
    let section = match only {
        "" | "-1" => None,
        _ => match (0..proxies.len()).find(is) {
            None => return Answer::error("No such proxy.\n"),
            found => found,
        },
    };
    let direction = word(words, 1);
    let wanted = Wanted {
        section,
        requests: direction != "response",
        responses: direction != "request",
    };
    let all = plan.totals.broken.load(Relaxed);
    let now = date(crate::logs::unix_ms());
    let mut out = format!("Total events captured on [{now}] : {all}\n");
    for at in 0..proxies.len() {
        side(&mut out, plan, at, &wanted);
    }
    Answer::Text(out)
}

/// What was kept of one section.
fn side(out: &mut String, plan: &Plan, at: usize, wanted: &Wanted) {
    let means = |broken: &Broken| match wanted.section {
        None => true,
        Some(section) if section == at => true,
        Some(section) => broken.other.as_ref() == Some(&plan.model.proxies[section].name.0),
    };
    let frontend = plan.frontends.iter().find(|f| f.section == at);
    let frontend = frontend.filter(|_| wanted.requests).map(|f| {
        let words = ("frontend", &f.name[..], "request", "backend");
        (words, &f.shared.broken)
    });
    let backend = plan.backends.iter().find(|b| b.section == at);
    let backend = backend.filter(|_| wanted.responses).map(|b| {
        let words = ("backend", &b.name[..], "response", "frontend");
        (words, &b.shared.broken)
    });
    for (words, last) in frontend.into_iter().chain(backend) {
        last.look(|broken| {
            if means(broken) {
                event(out, words, plan, at, broken);
            }
        });
    }
}

/// `side`: the section's kind and name, what it got, and the kind of the section on the other side.
fn event(
    out: &mut String,
    side: (&str, &str, &str, &str),
    plan: &Plan,
    at: usize,
    broken: &Broken,
) {
    let (kind, name, what, other_kind) = side;
    let other = other(plan, broken);
    let number = plan.section_number(at);
    let when = date(broken.unix_ms);
    let from = broken.client.map_or("unix".to_owned(), |a| a.to_string());
    let server = server(plan, at, broken);
    let room = plan.limits.head.max(broken.bytes.len());
    let free = room - broken.bytes.len();
    let _ = write!(
        out,
        " \n[{when}] {kind} {name} (#{number}): invalid {what}\n  {other_kind} {other}, server {server}, event #{}, src {from}\n  buffer starts at 0 (including 0 out), {free} free,\n  len {}, wraps at {room}, error at position {}\n  {} :\n  \n",
        broken.number,
        broken.bytes.len(),
        broken.position,
        broken.rule,
    );
    dump(out, &broken.bytes);
}

fn date(unix_ms: i64) -> String {
    let mut date = Vec::new();
    trafficlog::Clock::lazy().push_traffic(&mut date, unix_ms);
    String::from_utf8_lossy(&date).into_owned()
}

fn other(plan: &Plan, broken: &Broken) -> String {
    let Some(name) = &broken.other else {
        return "<NONE> (#-1)".to_owned();
    };
    let mut sections = plan.model.proxies.iter();
    match sections.position(|p| p.name.0 == *name) {
        Some(at) => format!("{name} (#{})", plan.section_number(at)),
        // A reload took it away.
        None => format!("{name} (#-1)"),
    }
}

fn server(plan: &Plan, at: usize, broken: &Broken) -> String {
    let Some(name) = &broken.server else {
        return "<NONE> (#-1)".to_owned();
    };
    let backend = plan.backends.iter().find(|b| b.section == at);
    let found = backend.and_then(|b| b.servers.iter().find(|s| s.name == *name));
    match found {
        Some(server) => format!("{name} (#{})", server.id),
        None => format!("{name} (#-1)"),
    }
}

/// Lines end where the message's do, or where they are too long: a `+` marks what goes on.
fn dump(out: &mut String, bytes: &[u8]) {
    let (mut at, mut goes_on) = (0, false);
    while at < bytes.len() {
        let mark = if goes_on { '+' } else { ' ' };
        let _ = write!(out, "  {at:05}{mark} ");
        let from = out.len();
        goes_on = true;
        while let Some(&byte) = bytes.get(at) {
            let before = out.len();
            escape(out, byte);
            if out.len() - from > WIDTH {
                out.truncate(before);
                break;
            }
            at += 1;
            if byte == b'\n' {
                goes_on = false;
                break;
            }
        }
        out.push('\n');
    }
}

fn escape(out: &mut String, byte: u8) {
    match byte {
        b'\t' => out.push_str("\\t"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        0x1b => out.push_str("\\e"),
        b'\\' => out.push_str("\\\\"),
        b' '..=b'~' => out.push(char::from(byte)),
        _ => {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
}
