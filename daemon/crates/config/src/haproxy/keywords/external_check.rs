//! `option external-check`, `external-check command|path`: a program says how servers are.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::section::Section;
use crate::source::Span;

pub fn option(section: &mut Section, span: Span) {
    section.check.start_over();
    section.check.external = Some(span);
}

/// `external-check command PROGRAM`, `external-check path PATH`
pub fn line(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "external-check command /usr/local/bin/check-server";
    let Some(word) = args.take() else {
        return cx.missing(args, "'command' or 'path'", example);
    };
    let program = &mut section.check.program;
    let (place, what, example) = match word.text.as_ref() {
        "command" => (&mut program.command, "the program", example),
        "path" => (
            &mut program.path,
            "the value of PATH",
            "external-check path /usr/bin:/bin",
        ),
        _ => {
            cx.bad(
                word,
                "what 'external-check' sets",
                "write 'external-check command PROGRAM' or 'external-check path PATH'",
            );
            return args.skip_all();
        }
    };
    match cx.string(args, what, example) {
        Some(text) if text.value.is_empty() => cx.missing(args, what, example),
        text => *place = text,
    }
    cx.finish(args, "external-check");
}
