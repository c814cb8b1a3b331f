//! Variables inside double quotes: `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}`, and those
//! that the text itself answers: `.FILE`, `.LINE`, `.SECTION` (configuration manual, 2.3).

use super::lexer::{Lexer, Surroundings};
use std::borrow::Cow;

/// A reference as it was written.
struct Reference<'a> {
    name: &'a str,
    default: Option<&'a str>,
    /// `[*]`: the value is a list of words.
    list: bool,
    end: usize,
}

fn value<'v>(around: &'v Surroundings<'v>, reference: &Reference<'v>) -> Option<Cow<'v, str>> {
    match reference.name {
        ".FILE" => Some(Cow::Borrowed(around.place.path)),
        ".LINE" => Some(Cow::Owned(around.place.number.to_string())),
        ".SECTION" => Some(Cow::Borrowed(around.section)),
        name => {
            let value = around.environment.get(name);
            value.or(reference.default).map(Cow::Borrowed)
        }
    }
}

impl<'a> Lexer<'a, '_> {
    /// At a dollar sign. `start` is where the word begins that the value becomes a part of.
    pub(super) fn variable(&mut self, start: usize, text: &mut Vec<u8>) -> Option<()> {
        let dollar = self.at;
        let reference = self.reference()?;
        let value = value(self.around, &reference);
        self.at = reference.end;
        let Some(value) = value else {
            let name = reference.name;
            let span = self.span(dollar, reference.end);
            let message = format!("the variable {name} is not set, so nothing stands here");
            self.diagnostics
                .warning("haproxy/unset-variable", span, message)
                .suggest(format!("set it, or give a default: \"${{{name}-value}}\""));
            return Some(());
        };
        if !reference.list {
            text.extend_from_slice(value.as_bytes());
            return Some(());
        }
        for (at, part) in value.split_ascii_whitespace().enumerate() {
            if at > 0 {
                self.finished(start, std::mem::take(text));
            }
            text.extend_from_slice(part.as_bytes());
        }
        Some(())
    }

    fn reference(&mut self) -> Option<Reference<'a>> {
        let dollar = self.at;
        let braced = self.bytes.get(dollar + 1) == Some(&b'{');
        let from = dollar + 1 + usize::from(braced);
        let dot = usize::from(self.bytes.get(from) == Some(&b'.'));
        let run = self.bytes[from + dot..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        let name_end = from + dot + run;
        let name = &self.line[from..name_end];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return self.bad(
                dollar,
                name_end,
                "a variable name must follow the $",
                "write \"${NAME}\", or \\$ for a dollar sign",
            );
        }
        if dot == 1 && !matches!(name, ".FILE" | ".LINE" | ".SECTION") {
            return self.bad(
                dollar,
                name_end,
                &format!("there is no variable '{name}'"),
                "with a dot in front there are .FILE, .LINE and .SECTION",
            );
        }
        let mut reference = Reference {
            name,
            default: None,
            list: false,
            end: name_end,
        };
        if braced {
            self.in_braces(dollar, name_end, &mut reference)?;
        }
        Some(reference)
    }

    /// What stands between the name and the closing brace.
    fn in_braces(
        &mut self,
        dollar: usize,
        name_end: usize,
        reference: &mut Reference<'a>,
    ) -> Option<()> {
        let name = reference.name;
        let length = self.bytes[name_end..].iter().position(|byte| *byte == b'}');
        let Some(close) = length.map(|length| name_end + length) else {
            return self.bad(
                dollar,
                name_end,
                &format!("'${{{name}' lacks its brace"),
                &format!("write \"${{{name}}}\""),
            );
        };
        let between = self.line.get(name_end..close).unwrap_or("");
        reference.end = close + 1;
        if let Some(default) = between.strip_prefix('-') {
            reference.default = Some(default);
        } else if between == "[*]" {
            reference.list = true;
        } else if !between.is_empty() {
            return self.bad(
                dollar,
                close + 1,
                &format!("'{between}' cannot follow the name of a variable"),
                &format!(
                    "write \"${{{name}}}\", \"${{{name}-default}}\", or \"${{{name}[*]}}\" for a list of words"
                ),
            );
        }
        Some(())
    }

    #[track_caller]
    fn bad<T>(&mut self, from: usize, to: usize, message: &str, help: &str) -> Option<T> {
        let span = self.span(from, to.max(from + 1));
        self.diagnostics
            .error("haproxy/bad-variable", span, message)
            .suggest(help);
        None
    }
}
