//! Raw words of a line with their places, read so that no mistake of quoting loses one.

use super::{Language, Range};

/// A word; quotes belong to its range, not to its text.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    pub text: &'a str,
    /// With quotes, as its range covers it.
    pub raw: &'a str,
    pub range: Range,
    /// It begins a logical line.
    pub first: bool,
}

pub fn words(line: &str, language: Language) -> Vec<Word<'_>> {
    let bytes = line.as_bytes();
    let brace = |byte: u8| language.blocks && matches!(byte, b'{' | b'}');
    let mut words = Vec::new();
    let (mut at, mut first) = (0, true);
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if brace(bytes[at]) {
            first = true;
            at += 1;
            continue;
        }
        let start = at;
        let mut quote = None;
        while at < bytes.len() {
            let byte = bytes[at];
            match quote {
                Some(open) if byte == open => quote = None,
                None if byte == b'"' || (byte == b'\'' && !language.blocks) => quote = Some(byte),
                None if byte == b'\\' && !language.blocks => at += 1,
                None if byte.is_ascii_whitespace() || brace(byte) => break,
                _ => {}
            }
            at += 1;
        }
        at = at.min(bytes.len());
        let raw = &line[start..at];
        words.push(Word {
            text: raw.trim_matches(['"', '\'']),
            raw,
            range: (start, at),
            first,
        });
        first = false;
    }
    words
}

/// What a value may look like in a message: as written, without quotes and escapes, cut at comment
/// characters, and in parts around colons and commas.
pub fn spellings(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |text: &str| {
        let text = text.trim_matches(['"', '\'', '{', '}', ' ', '\t']);
        if !text.is_empty() {
            found.push(text.to_owned());
        }
    };
    for piece in value.split_whitespace() {
        // A comment of its own is no part of the value.
        if piece.starts_with(['#', '!']) && !value.trim_start().starts_with(piece) {
            break;
        }
        add(piece);
        add(&piece.replace(['"', '\'', '\\'], ""));
        for part in piece.split(['#', '!', '{', '}', '"', '\'', '\\']) {
            add(part);
        }
    }
    add(value);
    add(&value.replace(['"', '\'', '\\'], ""));
    found
}

#[cfg(test)]
mod tests {
    use super::super::{HAPROXY, KEEPALIVED};
    use super::*;

    #[test]
    fn words_know_where_they_stand() {
        let texts = |line, language| -> Vec<(String, Range, bool)> {
            let words = words(line, language);
            words
                .iter()
                .map(|w| (w.text.to_owned(), w.range, w.first))
                .collect()
        };
        assert_eq!(
            texts("a{ b \"c d\" }", KEEPALIVED),
            [
                ("a".to_owned(), (0, 1), true),
                ("b".to_owned(), (3, 4), true),
                ("c d".to_owned(), (5, 10), false)
            ]
        );
        assert_eq!(
            texts("auth 'a b' c\\ d", HAPROXY),
            [
                ("auth".to_owned(), (0, 4), true),
                ("a b".to_owned(), (5, 10), false),
                ("c\\ d".to_owned(), (11, 15), false)
            ]
        );
    }

    #[test]
    fn a_value_is_known_in_all_its_spellings() {
        let found = spellings("\"ab#cd\" # no part of it");
        assert!(found.contains(&"ab#cd".to_owned()) && found.contains(&"ab".to_owned()));
        assert!(!found.contains(&"part".to_owned()));
    }
}
