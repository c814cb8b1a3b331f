//! What `tcp-check expect` and `http-check expect` share, and what each of them can expect.

use super::check_text::{self, fixed, format, hexadecimal};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{CheckExpect, CheckText, ExpectHeader, ExpectKind, ExpectMatch};
use std::ops::RangeInclusive;

/// Codes that `ok-status`, `error-status` and `tout-status` take.
const OK: [&str; 4] = ["L7OK", "L7OKC", "L6OK", "L4OK"];
const ERROR: [&str; 5] = ["L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON"];
const TIMEOUT: [&str; 3] = ["L7TOUT", "L6TOUT", "L4TOUT"];

/// `http`: what answers to HTTP requests have can be expected.
pub fn expect(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    comment: &mut Option<String>,
    http: bool,
) -> Option<CheckExpect> {
    let example = example(http);
    let mut expect = CheckExpect::of(ExpectKind::Status(Vec::new()));
    let mut complete = false;
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "min-recv" => {
                let count = cx.number(args, -1..=65_536_i64, "the number of bytes", example)?;
                expect.min_recv = usize::try_from(count.value).ok();
                if http {
                    let message = "'min-recv' is accepted but has no effect: the answer's own \
                                   framing tells how much of it is to come";
                    cx.diagnostics
                        .note("haproxy/no-effect", word.span, message.to_owned());
                }
            }
            "comment" => *comment = check_text::comment(cx, args, example),
            "ok-status" => expect.ok_status = Some(status(cx, args, &OK, example)?),
            "error-status" => expect.error_status = Some(status(cx, args, &ERROR, example)?),
            "tout-status" => expect.timeout_status = Some(status(cx, args, &TIMEOUT, example)?),
            "on-success" => {
                expect.on_success = Some(format(cx, args, "the text", "on-success 'is master'")?);
            }
            "on-error" => {
                expect.on_error = Some(format(cx, args, "the text", "on-error 'no master'")?);
            }
            "status-code" => {
                let example = "status-code res.hdr(x-state)";
                expect.status_code = Some(check_text::sample(cx, args, "the expression", example)?);
            }
            "!" if !complete => expect.negated = true,
            other if complete => {
                let message = format!("'{other}' is not expected behind the pattern");
                cx.error("haproxy/extra-words", word.span, message)
                    .suggest("one thing is expected on each line");
                args.skip_all();
                return None;
            }
            _ => {
                expect.wanted = wanted(cx, word, args, http)?;
                complete = true;
            }
        }
    }
    if complete {
        return Some(expect);
    }
    cx.missing(args, "what is expected", example);
    None
}

fn example(http: bool) -> &'static str {
    if http {
        "http-check expect status 200"
    } else {
        "tcp-check expect string +PONG"
    }
}

fn wanted(
    cx: &mut Context<'_>,
    kind: &Word<'_>,
    args: &mut Args<'_>,
    http: bool,
) -> Option<ExpectKind> {
    let (name, example) = (kind.text.as_ref(), example(http));
    let known: &[&str] = if http {
        &[
            "status",
            "rstatus",
            "hdr",
            "fhdr",
            "string",
            "rstring",
            "string-lf",
        ]
    } else {
        &[
            "string",
            "rstring",
            "string-lf",
            "binary",
            "rbinary",
            "binary-lf",
        ]
    };
    if !known.contains(&name) {
        let help = format!("write one of {}", known.join(", "));
        cx.bad(kind, "something to expect", &help);
        args.skip_all();
        return None;
    }
    let what = "the pattern";
    Some(match name {
        "hdr" | "fhdr" => ExpectKind::Header(Box::new(header(cx, args, name == "fhdr")?)),
        "string" => ExpectKind::Text(fixed(cx, args, what, example)?),
        "string-lf" => ExpectKind::Text(CheckText::Format(format(cx, args, what, example)?)),
        "binary-lf" => ExpectKind::Binary(CheckText::Hexadecimal(format(cx, args, what, example)?)),
        _ => {
            let Some(pattern) = args.take() else {
                cx.missing(args, what, example);
                return None;
            };
            match name {
                "status" => ExpectKind::Status(statuses(cx, pattern)?),
                "rstatus" => ExpectKind::StatusRegex(cx.regex(pattern)?),
                "rstring" => ExpectKind::Regex(cx.regex(pattern)?),
                "binary" => ExpectKind::Binary(hexadecimal(cx, pattern)?),
                _ => ExpectKind::BinaryRegex(cx.regex(pattern)?),
            }
        }
    })
}

const HEADER: &str = "http-check expect hdr name set-cookie value -m beg sessid=";

/// `{ name | name-lf } [-m METHOD] NAME [{ value | value-lf } [-m METHOD] VALUE]`
fn header(cx: &mut Context<'_>, args: &mut Args<'_>, full_line: bool) -> Option<ExpectHeader> {
    let Some(word) = args.take() else {
        cx.missing(args, "'name' with the name of the header", HEADER);
        return None;
    };
    let name = match word.text.as_ref() {
        "name" => compared(cx, args, "the name of the header", false)?,
        "name-lf" => compared(cx, args, "the name of the header", true)?,
        _ => {
            let help = format!("write name or name-lf in front of it, e.g. '{HEADER}'");
            cx.bad(word, "'name' or 'name-lf'", &help);
            args.skip_all();
            return None;
        }
    };
    let value = if args.take_if("value").is_some() {
        Some(compared(cx, args, "the value of the header", false)?)
    } else if args.take_if("value-lf").is_some() {
        Some(compared(cx, args, "the value of the header", true)?)
    } else {
        None
    };
    Some(ExpectHeader {
        name,
        value,
        full_line,
    })
}

/// `[-m METHOD] PATTERN`; `composed`: the pattern is a format.
fn compared(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    what: &str,
    composed: bool,
) -> Option<ExpectMatch> {
    let mut method = "str";
    if args.take_if("-m").is_some() {
        let Some(word) = args.take() else {
            cx.missing(args, "the method", HEADER);
            return None;
        };
        method = word.text.as_ref();
        let why = match method {
            "str" | "beg" | "end" | "sub" => None,
            "reg" if !composed => None,
            "reg" => Some((
                "a method for composed patterns",
                "write str, beg, end or sub",
            )),
            _ => Some((
                "a method of matching headers",
                "write str, beg, end, sub or reg",
            )),
        };
        if let Some((expected, help)) = why {
            cx.bad(word, expected, help);
            args.skip_all();
            return None;
        }
    }
    if method == "reg" {
        let Some(word) = args.take() else {
            cx.missing(args, what, HEADER);
            return None;
        };
        return cx.regex(word).map(ExpectMatch::Regex);
    }
    let text = if composed {
        CheckText::Format(format(cx, args, what, HEADER)?)
    } else {
        fixed(cx, args, what, HEADER)?
    };
    Some(match method {
        "beg" => ExpectMatch::Beginning(text),
        "end" => ExpectMatch::End(text),
        "sub" => ExpectMatch::Part(text),
        _ => ExpectMatch::Whole(text),
    })
}

fn status(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    known: &[&str],
    example: &str,
) -> Option<String> {
    let Some(word) = args.take() else {
        cx.missing(args, "the status", example);
        return None;
    };
    if known.contains(&word.text.as_ref()) {
        return Some(word.text.to_string());
    }
    cx.bad(
        word,
        "a status that fits here",
        &format!("write one of {}", known.join(", ")),
    );
    args.skip_all();
    None
}

/// `200,204,300-399`
fn statuses(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Vec<RangeInclusive<u16>>> {
    let mut ranges = Vec::new();
    for part in word.text.split(',') {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        match (low.parse(), high.parse()) {
            (Ok(low), Ok(high)) if low >= 100 && low <= high && high <= 999 => {
                ranges.push(low..=high);
            }
            _ => {
                cx.bad(
                    word,
                    "a list of statuses",
                    "write e.g. 200 or 200-399 or 200,204",
                );
                return None;
            }
        }
    }
    Some(ranges)
}
