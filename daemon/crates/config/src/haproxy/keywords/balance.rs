//! `balance ALGORITHM [parameters]`, `hash-type`.

use super::http_rules::sample;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Balance, HashType};
use crate::haproxy::section::Section;
use crate::source::Spanned;

pub fn keyword(cx: &mut Context<'_>, section: &mut Section, keyword: &str, args: &mut Args<'_>) {
    if keyword == "hash-type" {
        hash_type(cx, section, args);
    } else if keyword == "hash-balance-factor" {
        balance_factor(cx, section, args);
    } else if let Some(word) = args.take() {
        // `hdr(name)` is one word whose argument is in parentheses.
        let name = word.text.split('(').next().unwrap_or("");
        if name.len() < word.text.len() && !word.text.ends_with(')') {
            cx.bad(
                word,
                "closed",
                "write ')' behind the argument, e.g. 'random(2)'",
            );
            return;
        }
        if cx.known(
            "balance",
            name,
            "balance algorithm",
            word.part(0, name.len()),
        ) && let Some(balance) = algorithm(cx, name, word, args)
        {
            section.proxy.balance = Spanned::new(balance, word.span);
        }
    } else {
        cx.missing(args, "the algorithm", "balance roundrobin");
    }
    cx.finish(args, keyword);
}

fn algorithm(
    cx: &mut Context<'_>,
    name: &str,
    word: &Word<'_>,
    args: &mut Args<'_>,
) -> Option<Balance> {
    Some(match name {
        "roundrobin" => Balance::RoundRobin,
        "static-rr" => Balance::StaticRr,
        "leastconn" => Balance::LeastConn,
        "first" => Balance::First,
        "source" => Balance::Source,
        "uri" => uri(cx, args)?,
        "url_param" => {
            let name = cx.string(
                args,
                "the name of the parameter",
                "balance url_param userid",
            )?;
            let mut check_post = None;
            if args.take_if("check_post").is_some() {
                let limit = args
                    .take()
                    .and_then(|word| cx.number_word(word, 0..=u32::MAX));
                check_post = Some(limit.map_or(48, |limit| *limit));
            }
            Balance::UrlParam { name, check_post }
        }
        "hdr" => {
            let name = argument(word);
            if name.is_none() {
                cx.bad(
                    word,
                    "the name of a header",
                    "write e.g. 'balance hdr(User-Agent)'",
                );
            }
            let use_domain_only = args.take_if("use_domain_only").is_some();
            Balance::Hdr {
                name: name?,
                use_domain_only,
            }
        }
        "random" => {
            let draws = argument(word).map(|draws| (draws.parse().ok(), draws));
            match draws {
                None => Balance::Random { draws: 2 },
                Some((Some(draws), _)) if draws > 0 => Balance::Random { draws },
                Some(_) => {
                    cx.bad(word, "a number of draws", "write e.g. 'balance random(2)'");
                    return None;
                }
            }
        }
        "rdp-cookie" => Balance::RdpCookie {
            name: argument(word),
        },
        _ => {
            if args.peek().is_none() {
                cx.missing(args, "the expression", "balance hash req.hdr(x-user)");
                return None;
            }
            Balance::Hash(sample(cx, args)?)
        }
    })
}

/// What stands in the parentheses of `hdr(name)`.
fn argument(word: &Word<'_>) -> Option<Spanned<String>> {
    let (name, rest) = word.text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let from = name.len() + 1;
    let span = word.part(from, from + inner.len());
    (!inner.is_empty()).then(|| Spanned::new(inner.to_owned(), span))
}

fn uri(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Balance> {
    let (mut len, mut depth, mut whole, mut path_only) = (None, None, false, false);
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "whole" => whole = true,
            "path-only" => path_only = true,
            "len" => {
                len = Some(*cx.number(args, 1..=u32::MAX, "the length", "balance uri len 64")?);
            }
            "depth" => {
                depth = Some(*cx.number(args, 1..=u32::MAX, "the depth", "balance uri depth 3")?);
            }
            _ => {
                cx.bad(
                    word,
                    "a parameter of 'balance uri'",
                    "it takes len, depth, whole, path-only",
                );
                args.skip_all();
                return None;
            }
        }
    }
    Some(Balance::Uri {
        len,
        depth,
        whole,
        path_only,
    })
}

fn balance_factor(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let example = "hash-balance-factor 150";
    let word = args.peek();
    let factor = cx.number(args, 0..=65535, "the factor", example);
    let (Some(factor), Some(word)) = (factor, word) else {
        return;
    };
    if (1..=100).contains(&*factor) {
        return cx.bad(
            word,
            "a factor that leaves room",
            "write a percentage of the average above 100, e.g. 150; 0 turns it off",
        );
    }
    section.proxy.hash_balance_factor = *factor;
}

fn hash_type(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(method) = args.take() else {
        return cx.missing(args, "the method", "hash-type consistent");
    };
    let consistent = match method.text.as_ref() {
        "consistent" => true,
        "map-based" => false,
        _ => return cx.bad(method, "a method", "write 'consistent' or 'map-based'"),
    };
    let mut hash = HashType {
        consistent,
        function: None,
        avalanche: false,
    };
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "avalanche" => hash.avalanche = true,
            "sdbm" | "djb2" | "crc32" | "none" => hash.function = Some(owned(word)),
            "wt6" => cx.bad(
                word,
                "a hash function with a published definition",
                "write 'sdbm avalanche' or 'djb2 avalanche', which the manual names beside it",
            ),
            _ => cx.bad(word, "a hash function", "write sdbm, djb2, crc32 or none"),
        }
    }
    section.proxy.hash_type = hash;
}
