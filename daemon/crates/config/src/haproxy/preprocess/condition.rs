//! Conditions of `.if` and `.elif`: numbers, predicates, `!`, `&&`, `||`, parentheses.
//!
//! Read by recursive descent over the words behind the directive, joined by blanks as the
//! original does, so that a message can point at the word that it is about. All of a condition is
//! read, also what cannot change its outcome any more.

use super::joined::Joined;
use super::predicate;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::source::Span;

/// Deeper parentheses and longer rows of `!` are refused: each is a level of the stack here.
const DEEPEST: usize = 100;

/// `None` when it cannot be read; what is wrong was said.
pub fn holds(cx: &mut Context<'_>, args: &Args<'_>) -> Option<bool> {
    let joined = Joined::new(args);
    let mut reader = Reader {
        cx,
        joined: &joined,
        at: 0,
    };
    reader.blanks();
    if reader.rest().is_empty() {
        return Some(false);
    }
    let value = reader.any(0)?;
    if !reader.rest().is_empty() {
        reader.unexpected();
        return None;
    }
    Some(value)
}

struct Reader<'r, 'c, 'o> {
    cx: &'c mut Context<'o>,
    joined: &'r Joined,
    at: usize,
}

impl Reader<'_, '_, '_> {
    fn rest(&self) -> &str {
        self.joined.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
            self.blanks();
        }
        found
    }

    /// `and || and …`
    fn any(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.all(depth)?;
        while self.take("||") {
            value |= self.all(depth)?;
        }
        Some(value)
    }

    /// `term && term …`
    fn all(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.term(depth)?;
        while self.take("&&") {
            value &= self.term(depth)?;
        }
        Some(value)
    }

    fn term(&mut self, depth: usize) -> Option<bool> {
        let start = self.at;
        let mut negated = false;
        while self.take("!") {
            negated = !negated;
        }
        let value = if self.take("(") {
            if depth == DEEPEST {
                let span = self.joined.span(start, start + 1);
                let message = format!("more than {DEEPEST} parentheses inside each other");
                self.refuse(span, message, "write the condition in several '.if' blocks");
                return None;
            }
            let value = self.any(depth + 1)?;
            if !self.take(")") {
                self.unclosed(start);
                return None;
            }
            value
        } else if self
            .rest()
            .starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        {
            self.number()?
        } else {
            self.predicate()?
        };
        Some(value != negated)
    }

    /// Anything but nought is true.
    fn number(&mut self) -> Option<bool> {
        let sign = usize::from(self.rest().starts_with(['-', '+']));
        let digits = &self.rest()[sign..];
        let hex = digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"));
        let run = |text: &str, is: fn(&char) -> bool| text.chars().take_while(is).count();
        let (digits, front) = match hex.filter(|hex| run(hex, char::is_ascii_hexdigit) > 0) {
            Some(hex) => (&hex[..run(hex, char::is_ascii_hexdigit)], 2),
            None => (&digits[..run(digits, char::is_ascii_digit)], 0),
        };
        if digits.is_empty() {
            self.unreadable();
            return None;
        }
        let value = digits.bytes().any(|digit| digit != b'0');
        self.at += sign + front + digits.len();
        self.blanks();
        Some(value)
    }

    fn predicate(&mut self) -> Option<bool> {
        let start = self.at;
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        let name = self.rest()[..length].to_owned();
        let Some(predicate) = predicate::find(&name) else {
            self.unreadable();
            return None;
        };
        self.at += length;
        let list = if self.rest().starts_with('(') {
            self.arguments(start, &name)?
        } else {
            Vec::new()
        };
        let span = self.joined.span(start, self.at);
        self.blanks();
        let wanted = predicate.arguments;
        // Of a single argument, none at all is an empty one.
        let given = if wanted == 1 {
            list.len().max(1)
        } else {
            list.len()
        };
        if given != wanted {
            let message = format!("'{name}' takes {wanted} arguments, and {given} are given");
            self.refuse(span, message, predicate.example);
            return None;
        }
        let mut list = list.into_iter().chain([String::new()]);
        let mut next = || list.next().unwrap_or_default();
        let (first, second) = (next(), next());
        Some((predicate.holds)(self.cx, span, &first, &second))
    }

    /// At an opening parenthesis. Quotes protect what stands between them; a backslash protects
    /// the next character from its meaning, commas excepted.
    fn arguments(&mut self, start: usize, name: &str) -> Option<Vec<String>> {
        let text: Vec<(usize, char)> = self.rest().char_indices().collect();
        let (mut list, mut now, mut quote) = (Vec::new(), String::new(), None);
        let mut at = 1;
        let mut quoted = false;
        while let Some(&(offset, c)) = text.get(at) {
            at += 1;
            match (quote, c) {
                (Some(open), _) if c == open => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(c);
                    quoted = true;
                }
                (None | Some('"'), '\\') => match text.get(at) {
                    Some((_, next @ ('\\' | '"' | '\'' | ' ' | '$' | '#'))) => {
                        now.push(*next);
                        at += 1;
                    }
                    _ => now.push('\\'),
                },
                (None, ',') => list.push(std::mem::take(&mut now)),
                (None, ')') => {
                    if !(list.is_empty() && now.is_empty() && !quoted) {
                        list.push(now);
                    }
                    self.at += offset + 1;
                    return Some(list);
                }
                _ => now.push(c),
            }
        }
        let span = self.joined.span(start, self.joined.text.len());
        let message = match quote {
            Some(quote) => {
                format!("the quote {quote} in the arguments of '{name}' is never closed")
            }
            None => format!("the ')' behind the arguments of '{name}' is missing"),
        };
        self.refuse(span, message, "write e.g. 'streq(\"$SITE\",blue)'");
        None
    }

    fn unclosed(&mut self, start: usize) {
        let span = self.joined.span(start, self.at);
        self.refuse(
            span,
            "the ')' that closes this '(' is missing".to_owned(),
            "write '&&', '||' or ')' between and behind the terms",
        );
    }

    fn unexpected(&mut self) {
        let rest = self.rest();
        let word = rest.split(' ').next().unwrap_or(rest).to_owned();
        let span = self.joined.span(self.at, self.at + word.len());
        let message = format!("'{word}' is not expected behind the condition");
        self.refuse(span, message, "join terms with '&&' or '||'");
    }

    fn unreadable(&mut self) {
        let rest = self.rest();
        if rest.is_empty() {
            let span = self.joined.end;
            let message = "a term of the condition is missing here".to_owned();
            return self.refuse(span, message, "write e.g. '.if defined(SITE) && 1'");
        }
        let end = rest.find([' ', '(', ')']).filter(|end| *end > 0);
        let word =
            rest[..end.unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8))].to_owned();
        let word = if end.is_none() && !rest.starts_with(['(', ')', '&', '|']) {
            rest.to_owned()
        } else {
            word
        };
        let span = self.joined.span(self.at, self.at + word.len());
        let message = format!("'{word}' is neither a number nor a predicate");
        let help = match crate::suggest::nearest(&word, predicate::names()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!(
                "a text is compared by 'streq(\"$NAME\",value)'; the predicates are {}",
                predicate::names().collect::<Vec<_>>().join(", ")
            ),
        };
        self.refuse(span, message, &help);
    }

    fn refuse(&mut self, span: Span, message: String, help: &str) {
        self.cx
            .error("haproxy/bad-condition", span, message)
            .suggest(help);
    }
}
