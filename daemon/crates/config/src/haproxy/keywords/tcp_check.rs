//! `tcp-check connect|send|expect|set-var|comment` and their variants.

use super::check_text::{self, fixed, format, hexadecimal};
use super::{check_connect, check_expect};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{CheckAction, CheckText};
use crate::haproxy::section::Section;

pub fn tcp_check(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the step", "tcp-check connect");
    };
    section.check.bytes.begin(args.keyword);
    // `set-var(check.name)`
    let step = word.text.split('(').next().unwrap_or_default();
    if !cx.known("tcp-check", step, "tcp-check step", word.span) {
        return;
    }
    if step == "comment" {
        let comment = check_text::comment(cx, args, "tcp-check comment opening");
        section.check.bytes.comment(comment);
        return cx.finish(args, "tcp-check");
    }
    let mut comment = None;
    let action = match step {
        "connect" => check_connect::connect(cx, args, "tcp-check connect", &mut comment)
            .map(CheckAction::Connect),
        "expect" => check_expect::expect(cx, args, &mut comment, false)
            .map(|expect| CheckAction::Expect(Box::new(expect))),
        "set-var" | "set-var-fmt" | "unset-var" => {
            check_text::variable(cx, section, step, args).map(CheckAction::Effect)
        }
        _ => text(cx, step, args).map(CheckAction::Send),
    };
    if action.is_none() {
        args.skip_all();
    }
    if args.take_if("comment").is_some() {
        comment = check_text::comment(cx, args, "comment 'asks for the role'");
    }
    cx.finish(args, "tcp-check");
    section.check.bytes.push(action, comment);
}

/// What `send` and its variants send.
fn text(cx: &mut Context<'_>, step: &str, args: &mut Args<'_>) -> Option<CheckText> {
    match step {
        "send" => fixed(cx, args, "the text", "tcp-check send PING\\r\\n"),
        "send-lf" => {
            let example = "tcp-check send-lf HELO\\ %H\\r\\n";
            format(cx, args, "the text", example).map(CheckText::Format)
        }
        "send-binary-lf" => {
            let example = "tcp-check send-binary-lf %[var(check.id),hex]0d0a";
            format(cx, args, "the bytes", example).map(CheckText::Hexadecimal)
        }
        _ => match args.take() {
            Some(word) => hexadecimal(cx, word),
            None => {
                cx.missing(args, "the bytes", "tcp-check send-binary 50494e470d0a");
                None
            }
        },
    }
}
