//! `http-request normalize-uri NORMALIZER [full|strict]`

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::Normalizer;

const NAMES: &str = "fragment-encode, fragment-strip, path-merge-slashes, path-strip-dot, \
                     path-strip-dotdot, percent-decode-unreserved, percent-to-uppercase, \
                     query-sort-by-name";

pub fn normalizer(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Normalizer> {
    let Some(word) = args.take() else {
        cx.missing(args, "the normalizer", "normalize-uri path-merge-slashes");
        return None;
    };
    Some(match word.text.as_ref() {
        "fragment-encode" => Normalizer::FragmentEncode,
        "fragment-strip" => Normalizer::FragmentStrip,
        "path-merge-slashes" => Normalizer::MergeSlashes,
        "path-strip-dot" => Normalizer::StripDot,
        "path-strip-dotdot" => Normalizer::StripDotDot {
            full: args.take_if("full").is_some(),
        },
        "percent-decode-unreserved" => Normalizer::DecodeUnreserved {
            strict: args.take_if("strict").is_some(),
        },
        "percent-to-uppercase" => Normalizer::Uppercase {
            strict: args.take_if("strict").is_some(),
        },
        "query-sort-by-name" => Normalizer::SortQuery,
        _ => {
            cx.bad(word, "a normalizer", &format!("write one of {NAMES}"));
            args.skip_all();
            return None;
        }
    })
}
