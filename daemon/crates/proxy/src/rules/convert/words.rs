//! `word` (delimiters in a row count once) and `field` (each delimiter counts).

use super::Apply;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "word" => |v, a, _| Some(Value::owned(part(&v.text(), a, true)?)),
        "field" => |v, a, _| Some(Value::owned(part(&v.text(), a, false)?)),
        _ => return None,
    })
}

/// Parts with their places in the text.
fn parts(text: &[u8], delimiters: &[u8], words: bool) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, byte) in text.iter().enumerate() {
        if delimiters.contains(byte) {
            all.push((start, at));
            start = at + 1;
        }
    }
    all.push((start, text.len()));
    if words {
        all.retain(|(from, to)| from < to);
    }
    all
}

/// `(INDEX,DELIMITERS[,COUNT])`: from the end when negative; a count of 0 goes on to the end.
fn part(text: &[u8], a: &Arguments, words: bool) -> Option<Vec<u8>> {
    let all = parts(text, a.text(1), words);
    let count = if a.given(2).is_some() { a.int(2) } else { 1 };
    let count = usize::try_from(count).ok()?;
    let (first, last) = match a.int(0) {
        n if n > 0 => {
            let first = usize::try_from(n - 1).ok()?;
            let last = if count == 0 {
                all.len()
            } else {
                first.saturating_add(count)
            };
            (first, last.min(all.len()))
        }
        n if n < 0 => {
            let last = all
                .len()
                .checked_sub(usize::try_from(n.unsigned_abs() - 1).ok()?)?;
            let first = if count == 0 {
                0
            } else {
                last.saturating_sub(count)
            };
            (first, last)
        }
        _ => return Some(text.to_vec()),
    };
    let from = all.get(first)?.0;
    let to = all.get(last.checked_sub(1)?)?.1;
    (from <= to).then(|| text[from..to].to_vec())
}
