//! Commands: `script "…"`, `notify_master "…" [USER [GROUP]]`. No shell is involved: the text is
//! split at blanks, `'…'` groups, and `\"`, `\n`, `\xHH`, `\ooo`, `\cC` are escapes.

use super::context::{Block, Context, owned};
use super::lexer::Word;
use super::model::{Command, ScriptUser};
use super::tree::Node;
use crate::source::Spanned;

/// Splits a command line into program and arguments. `Err` names what is wrong.
pub fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let mut argv = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b if b.is_ascii_whitespace() => {
                argv.extend(word.take());
                at += 1;
            }
            quote @ (b'\'' | b'"') => {
                let length = bytes[at + 1..].iter().position(|b| *b == quote);
                let Some(length) = length else {
                    return Err("a quote is never closed");
                };
                let body = &bytes[at + 1..at + 1 + length];
                word.get_or_insert_default().extend_from_slice(body);
                at += length + 2;
            }
            b'\\' => {
                let (byte, length) = escape(&bytes[at + 1..])?;
                word.get_or_insert_default().push(byte);
                at += 1 + length;
            }
            other => {
                word.get_or_insert_default().push(other);
                at += 1;
            }
        }
    }
    argv.extend(word);
    argv.into_iter()
        .map(|word| {
            String::from_utf8(word).map_err(|_| "its escapes give bytes that are not UTF-8")
        })
        .collect()
}

/// The byte behind a backslash, and how many characters it took.
fn escape(rest: &[u8]) -> Result<(u8, usize), &'static str> {
    let Some(first) = rest.first() else {
        return Err("it ends in a backslash");
    };
    let digits = |from: usize, most: usize, radix: u32| {
        let run = rest[from.min(rest.len())..].iter().take(most);
        run.take_while(|b| char::from(**b).is_digit(radix)).count()
    };
    let number = |from: usize, length: usize, radix: u32| {
        let text = std::str::from_utf8(&rest[from..from + length]).unwrap_or("");
        u8::from_str_radix(text, radix).map_err(|_| "an escape is above 255")
    };
    Ok(match first {
        b'a' => (7, 1),
        b'b' => (8, 1),
        b'f' => (12, 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' => (11, 1),
        b'e' | b'E' => (27, 1),
        b'x' => {
            let length = digits(1, 2, 16);
            if length == 0 {
                return Err("\\x must be followed by hexadecimal digits");
            }
            (number(1, length, 16)?, 1 + length)
        }
        b'0'..=b'7' => {
            let length = digits(0, 3, 8);
            (number(0, length, 8)?, length)
        }
        b'c' => match rest.get(1) {
            Some(letter) => (letter & 0x1f, 2),
            None => return Err("\\c must be followed by a letter"),
        },
        other => (*other, 1),
    })
}

/// What only a shell understands, as a word of its own or at the start of one.
fn shell_word(argv: &[String]) -> Option<&str> {
    let shell = ["sh", "bash", "dash", "ash", "zsh", "ksh"];
    let program = argv
        .first()
        .map_or("", |path| path.rsplit('/').next().unwrap_or(""));
    if shell.contains(&program) {
        return None;
    }
    argv.iter().map(String::as_str).find(|word| {
        matches!(*word, "|" | "||" | "&&" | ";" | "&")
            || word.starts_with(['<', '>'])
            || word.starts_with("2>")
            || word.starts_with("&>")
            || word.starts_with("$(")
    })
}

impl Context<'_> {
    /// The command of a `script` or `notify*` keyword: one quoted word, or words up to the end.
    pub fn argv(&mut self, node: &Node) -> Option<(Spanned<Vec<String>>, usize)> {
        let Some(first) = node.args().first() else {
            self.missing(
                node,
                &format!("{} \"/usr/bin/pgrep nginx\"", node.keyword()),
            );
            return None;
        };
        let argv = match split(&first.text) {
            Ok(argv) if !argv.is_empty() => argv,
            Ok(_) => {
                self.bad(
                    first,
                    "a command",
                    "write the program's path and its arguments",
                );
                return None;
            }
            Err(why) => {
                let message = format!("this command cannot be read: {why}");
                self.error("keepalived/bad-command", first.span, message)
                    .suggest("quote arguments with '…' inside the double quotes");
                return None;
            }
        };
        self.check_command(&argv, first);
        Some((Spanned::new(argv, first.span), 1))
    }

    fn check_command(&mut self, argv: &[String], word: &Word) {
        if let Some(shell) = shell_word(argv) {
            let message = format!(
                "'{shell}' is for a shell, but commands are run without one: \
                 it becomes an argument and the check does not do what it says"
            );
            self.warning("keepalived/shell-syntax", word.span, message)
                .suggest("write \"/bin/sh -c '…'\", or put it into a script file");
        }
    }

    /// A `notify*` line: command, then user and group.
    pub fn command(&mut self, block: Block, node: &Node) -> Option<Command> {
        self.no_block(node);
        let (argv, taken) = self.argv(node)?;
        let user = script_user(&node.args()[taken..]);
        self.finish(block, node, taken + 2);
        Some(Command { argv, user })
    }
}

/// `USER [GROUP]`
pub fn script_user(words: &[Word]) -> Option<ScriptUser> {
    let user = owned(words.first()?);
    Some(ScriptUser {
        user,
        group: words.get(1).map(owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_split_quotes_group_and_escapes_stand_for_bytes() {
        let cases: [(&str, &[&str]); 6] = [
            ("/bin/a  b", &["/bin/a", "b"]),
            ("/bin/a 'b c' d", &["/bin/a", "b c", "d"]),
            ("/bin/a 'b'c\\ d", &["/bin/a", "bc d"]),
            ("/bin/a \\x41\\102\\t", &["/bin/a", "AB\t"]),
            ("/bin/a ''", &["/bin/a", ""]),
            ("  ", &[]),
        ];
        for (text, argv) in cases {
            assert_eq!(
                split(text).as_deref(),
                Ok(argv.map_to_strings().as_slice()),
                "{text}"
            );
        }
    }

    #[test]
    fn broken_commands_say_what_is_wrong() {
        assert_eq!(split("a 'b"), Err("a quote is never closed"));
        assert_eq!(split("a \\"), Err("it ends in a backslash"));
        assert_eq!(
            split("a \\xzz"),
            Err("\\x must be followed by hexadecimal digits")
        );
        assert_eq!(split("a \\777"), Err("an escape is above 255"));
        assert_eq!(
            split("a \\xff"),
            Err("its escapes give bytes that are not UTF-8")
        );
    }

    trait MapToStrings {
        fn map_to_strings(&self) -> Vec<String>;
    }

    impl MapToStrings for [&str] {
        fn map_to_strings(&self) -> Vec<String> {
            self.iter().map(|word| (*word).to_owned()).collect()
        }
    }
}
