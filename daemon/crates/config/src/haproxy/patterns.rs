//! Patterns of tests (configuration manual, 7.1.1 to 7.1.6).

use super::acl::Method;
use super::context::Context;
use super::lexer::Word;
use super::model::{IntTest, MatchKind};
use super::network::network;

impl Context<'_> {
    /// Patterns as the method reads them.
    pub fn patterns(
        &mut self,
        method: Method,
        first: &Word<'_>,
        words: &[Word<'_>],
        ended: bool,
    ) -> Option<MatchKind> {
        if words.is_empty() && !ended && !matches!(method, Method::Bool | Method::Found) {
            let message = format!("'{}' has no pattern, so it never matches", first.text);
            self.warning("haproxy/no-pattern", first.span, message)
                .suggest("add a pattern, or '-m found' to ask whether it is there");
        }
        let texts = || {
            words
                .iter()
                .map(|word| word.text.to_string())
                .collect::<Vec<_>>()
        };
        Some(match method {
            Method::Found => MatchKind::Found,
            Method::Bool if words.is_empty() => MatchKind::Bool,
            Method::Bool | Method::Int => MatchKind::Int(self.integers(words)?),
            Method::Len => MatchKind::Length(self.integers(words)?),
            Method::Ip => {
                let nets = words.iter().map(|word| network(&word.text).ok_or(word));
                match nets.collect::<Result<Vec<_>, _>>() {
                    Ok(nets) => MatchKind::Ip(nets),
                    Err(word) => {
                        self.bad(word, "an address or a network", "write e.g. 10.0.0.0/8");
                        return None;
                    }
                }
            }
            Method::Str => MatchKind::Str(texts()),
            Method::Beg => MatchKind::Beg(texts()),
            Method::End => MatchKind::End(texts()),
            Method::Sub => MatchKind::Sub(texts()),
            Method::Dir => MatchKind::Dir(texts()),
            Method::Dom => MatchKind::Dom(texts()),
            Method::Reg => {
                for word in words {
                    self.regex(word)?;
                }
                MatchKind::Reg(texts())
            }
            Method::Bin => {
                let bytes = words.iter().map(|word| hexadecimal(&word.text).ok_or(word));
                match bytes.collect::<Result<Vec<_>, _>>() {
                    Ok(bytes) => MatchKind::Bin(bytes),
                    Err(word) => {
                        self.bad(word, "text in hexadecimal", "write e.g. 16030100");
                        return None;
                    }
                }
            }
        })
    }

    /// `5`, `1:1024`, `gt 5`, …; an operator holds for what follows it.
    fn integers(&mut self, words: &[Word<'_>]) -> Option<Vec<IntTest>> {
        let mut tests = Vec::new();
        let mut operator = "eq";
        for word in words {
            let text = word.text.as_ref();
            if matches!(text, "eq" | "ge" | "gt" | "le" | "lt") {
                operator = text;
                continue;
            }
            let range = text.split_once(':').map(|(low, high)| {
                (
                    number(low).or(low.is_empty().then_some(i64::MIN)),
                    number(high).or(high.is_empty().then_some(i64::MAX)),
                )
            });
            let test = match (range, number(text), operator) {
                (Some((Some(low), Some(high))), _, "eq") if low <= high => {
                    IntTest::Range(low, high)
                }
                (None, Some(value), "eq") => IntTest::Eq(value),
                (None, Some(value), "ge") => IntTest::Ge(value),
                (None, Some(value), "gt") => IntTest::Gt(value),
                (None, Some(value), "le") => IntTest::Le(value),
                (None, Some(value), "lt") => IntTest::Lt(value),
                _ => {
                    self.bad(word, "a number", "write a number, LOW:HIGH, or e.g. 'gt 5'");
                    return None;
                }
            };
            tests.push(test);
        }
        Some(tests)
    }
}

/// Bytes written as pairs of hexadecimal digits.
pub fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}

/// Adds a pattern from a file to those on the line; an error says why it is none.
pub fn add(kind: &mut MatchKind, text: &str) -> Result<(), &'static str> {
    match kind {
        MatchKind::Str(list)
        | MatchKind::Beg(list)
        | MatchKind::End(list)
        | MatchKind::Sub(list)
        | MatchKind::Dir(list)
        | MatchKind::Dom(list)
        | MatchKind::Reg(list) => list.push(text.to_owned()),
        MatchKind::Bin(list) => list.push(hexadecimal(text).ok_or("not hexadecimal")?),
        MatchKind::Ip(list) => list.push(network(text).ok_or("neither an address nor a network")?),
        MatchKind::Int(list) | MatchKind::Length(list) => {
            list.push(integer(text).ok_or("neither a number nor a range")?);
        }
        MatchKind::Bool | MatchKind::Found => {}
    }
    Ok(())
}

/// `5`, `1:1024`, `gt 5`
fn integer(text: &str) -> Option<IntTest> {
    if let Some((operator, value)) = text.split_once(' ') {
        let value = number(value.trim())?;
        return Some(match operator {
            "eq" => IntTest::Eq(value),
            "ge" => IntTest::Ge(value),
            "gt" => IntTest::Gt(value),
            "le" => IntTest::Le(value),
            "lt" => IntTest::Lt(value),
            _ => return None,
        });
    }
    match text.split_once(':') {
        None => number(text).map(IntTest::Eq),
        Some((low, high)) => {
            let low = if low.is_empty() {
                i64::MIN
            } else {
                number(low)?
            };
            let high = if high.is_empty() {
                i64::MAX
            } else {
                number(high)?
            };
            (low <= high).then_some(IntTest::Range(low, high))
        }
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok()
}
