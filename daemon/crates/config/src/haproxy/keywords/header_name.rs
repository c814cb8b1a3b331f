//! Names of headers, and how `del-header` compares them.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::NameMatch;
use crate::source::Spanned;

/// Says what is wrong with the name of a header.
pub fn check_name(cx: &mut Context<'_>, name: &Spanned<String>) {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if let Some(bare) = name.strip_suffix(':') {
        let message = format!("the name '{name}' ends in a colon, which would become part of it");
        cx.error("haproxy/bad-header-name", name.span, message)
            .suggest(format!("write '{bare}'"));
    } else if name.is_empty() || !name.bytes().all(token) {
        let message = format!("'{name}' cannot be the name of a header (RFC 9110, 5.1)");
        cx.error("haproxy/bad-header-name", name.span, message)
            .suggest("use letters, digits and '-'");
    }
}

/// `-m beg` behind `del-header`; `str` is the default.
pub fn matching(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<NameMatch> {
    if args.take_if("-m").is_none() {
        return Some(NameMatch::Whole);
    }
    let Some(word) = args.take() else {
        cx.missing(args, "the method", "del-header X- -m beg");
        return None;
    };
    Some(match word.text.as_ref() {
        "str" => NameMatch::Whole,
        "beg" => NameMatch::Beginning,
        "end" => NameMatch::End,
        "sub" => NameMatch::Part,
        "reg" => NameMatch::Regex,
        _ => {
            cx.bad(
                word,
                "a method of matching names here",
                "write str, beg, end, sub or reg",
            );
            return None;
        }
    })
}
