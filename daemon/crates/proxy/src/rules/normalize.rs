//! `normalize-uri`: one spelling for request targets that mean the same (RFC 3986 §6.2.2).

use super::target::{with_authority, with_path};
use config::haproxy::model::Normalizer;
use http1::target;

/// The target was broken where a `strict` normalizer looked.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken;

/// The new target.
pub fn normalize(how: Normalizer, old: &[u8]) -> Result<Vec<u8>, Broken> {
    let (whole, path) = (target::path_and_query(old), target::path(old));
    // `*` and an authority have no parts.
    if whole.is_empty() {
        return Ok(old.to_vec());
    }
    Ok(match how {
        Normalizer::FragmentEncode => with_authority(old, &encoded(whole)),
        Normalizer::FragmentStrip => {
            let end = whole.iter().position(|b| *b == b'#');
            with_authority(old, &whole[..end.unwrap_or(whole.len())])
        }
        Normalizer::MergeSlashes => with_path(old, &merged(path)),
        Normalizer::StripDot => with_path(old, &without_dots(path)),
        Normalizer::StripDotDot { full } => with_path(old, &without_parents(path, full)),
        Normalizer::DecodeUnreserved { strict } => {
            with_authority(old, &escapes(whole, strict, decoded)?)
        }
        Normalizer::Uppercase { strict } => with_authority(old, &escapes(whole, strict, upper)?),
        Normalizer::SortQuery => with_authority(old, &sorted(whole)),
    })
}

fn encoded(text: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split(|b| *b == b'#').collect();
    parts.join(&b"%23"[..])
}

fn merged(path: &[u8]) -> Vec<u8> {
    let mut out = path.to_vec();
    out.dedup_by(|a, b| (*a, *b) == (b'/', b'/'));
    out
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.strip_prefix(b"/")
        .unwrap_or(path)
        .split(|b| *b == b'/')
}

fn joined(segments: &[&[u8]]) -> Vec<u8> {
    [b"/", &segments.join(&b'/')[..]].concat()
}

/// A dot at the end leaves the slash before it.
fn without_dots(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = segments(path).filter(|s| *s != b".").collect();
    if segments(path).last() == Some(b".") {
        kept.push(b"");
    }
    joined(&kept)
}

/// Each `..` takes the segment before it away; those at the front go with `full`.
fn without_parents(path: &[u8], full: bool) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in segments(path) {
        match kept.last() {
            _ if segment != b".." => kept.push(segment),
            Some(last) if *last != b".." => drop(kept.pop()),
            _ if full => {}
            _ => kept.push(segment),
        }
    }
    if segments(path).last() == Some(b"..") {
        kept.push(b"");
    }
    joined(&kept)
}

/// What becomes of an escape, given as its two digits.
type Escape = fn([u8; 2]) -> Vec<u8>;

/// `%` without two digits behind it stays as it is, or is refused.
fn escapes(text: &[u8], strict: bool, escape: Escape) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        match behind.split_first_chunk::<2>() {
            Some((digits, more)) if *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit) => {
                out.extend(escape(*digits));
                rest = more;
                continue;
            }
            _ if *first == b'%' && strict => return Err(Broken),
            _ => out.push(*first),
        }
        rest = behind;
    }
    Ok(out)
}

fn upper(digits: [u8; 2]) -> Vec<u8> {
    vec![
        b'%',
        digits[0].to_ascii_uppercase(),
        digits[1].to_ascii_uppercase(),
    ]
}

/// RFC 3986 §2.3.
fn decoded(digits: [u8; 2]) -> Vec<u8> {
    let value = std::str::from_utf8(&digits).ok();
    match value.and_then(|text| u8::from_str_radix(text, 16).ok()) {
        Some(b) if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => vec![b],
        _ => [b"%", &digits[..]].concat(),
    }
}

/// By name, parameters of one name in their order.
fn sorted(whole: &[u8]) -> Vec<u8> {
    let Some(mark) = whole.iter().position(|b| *b == b'?') else {
        return whole.to_vec();
    };
    let (path, query) = whole.split_at(mark + 1);
    // Behind the last ampersand there is no parameter without a name.
    let query = query.strip_suffix(b"&").unwrap_or(query);
    let mut parameters: Vec<&[u8]> = query.split(|b| *b == b'&').collect();
    parameters.sort_by_key(|parameter| parameter.split(|b| *b == b'=').next());
    [path, &parameters.join(&b'&')[..]].concat()
}

#[cfg(test)]
mod tests;
