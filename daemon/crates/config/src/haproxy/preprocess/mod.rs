//! Lines that begin with a dot: blocks that are read or passed over, and messages of the text
//! itself (configuration manual, 2.4 "Conditional blocks").

mod condition;
mod joined;
mod predicate;

use super::args::Args;
use super::context::Context;
use super::lexer::Word;
use crate::source::Span;

/// What the lines of a block are: read, or passed over and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Taken,
    /// The condition was false; a later branch may be taken.
    NotYet,
    /// An earlier branch was taken, or nothing in here can be: the block stands in one that is
    /// passed over, or its condition cannot be read.
    Never,
}

#[derive(Debug)]
struct Block {
    opened: Span,
    branch: Branch,
    otherwise: Option<Span>,
}

/// The blocks around the current line, the outermost first.
#[derive(Debug, Default)]
pub struct Blocks(Vec<Block>);

impl Blocks {
    /// Whether the lines here are passed over.
    pub fn skips(&self) -> bool {
        self.0
            .last()
            .is_some_and(|block| block.branch != Branch::Taken)
    }

    /// A line whose first word begins with a dot.
    pub fn directive(&mut self, cx: &mut Context<'_>, words: &[Word<'_>]) {
        let mut args = Args::new(words);
        let keyword = &words[0];
        match keyword.text.as_ref() {
            ".if" => {
                let branch = if self.skips() {
                    Branch::Never
                } else {
                    branch(condition::holds(cx, &args))
                };
                self.0.push(Block {
                    opened: keyword.span,
                    branch,
                    otherwise: None,
                });
            }
            ".elif" | ".else" => self.alternative(cx, &args),
            ".endif" => {
                if self.0.pop().is_none() {
                    lone(cx, keyword);
                }
                cx.finish(&args, ".endif");
            }
            _ if self.skips() => {}
            ".notice" | ".warning" | ".alert" | ".diag" => message(cx, &mut args),
            other => {
                cx.known("directive", other, "directive", keyword.span);
            }
        }
    }

    fn alternative(&mut self, cx: &mut Context<'_>, args: &Args<'_>) {
        let Some(word) = args.word() else { return };
        let Some(block) = self.0.last_mut() else {
            return lone(cx, word);
        };
        if block.otherwise.is_some() {
            let message = format!("'{}' stands behind the '.else' of its block", word.text);
            cx.error("haproxy/bad-block", word.span, message)
                .suggest("'.else' is the last branch: write '.endif' above, or move this up");
            block.branch = Branch::Never;
            return;
        }
        let condition = word.text == ".elif";
        if !condition {
            block.otherwise = Some(word.span);
            cx.finish(args, ".else");
        }
        block.branch = match block.branch {
            Branch::Taken | Branch::Never => Branch::Never,
            Branch::NotYet if condition => branch(condition::holds(cx, args)),
            Branch::NotYet => Branch::Taken,
        };
    }

    /// The end of a file ends its blocks.
    pub fn end(&mut self, cx: &mut Context<'_>) {
        for block in self.0.drain(..) {
            cx.error(
                "haproxy/bad-block",
                block.opened,
                "this '.if' is never closed".to_owned(),
            )
            .suggest("write '.endif' below its last line, in the same file");
        }
    }
}

fn branch(holds: Option<bool>) -> Branch {
    match holds {
        Some(true) => Branch::Taken,
        Some(false) => Branch::NotYet,
        None => Branch::Never,
    }
}

fn lone(cx: &mut Context<'_>, word: &Word<'_>) {
    let message = format!("there is no '.if' that this '{}' belongs to", word.text);
    cx.error("haproxy/bad-block", word.span, message)
        .suggest("write '.if CONDITION' above, or remove it");
}

/// `.notice TEXT` and its siblings: one word, which is said as it stands.
fn message(cx: &mut Context<'_>, args: &mut Args<'_>) {
    let keyword = args.keyword_text().unwrap_or_default();
    let text = args.take().map_or("", |word| word.text.as_ref());
    let (span, text) = (args.line(), text.to_owned());
    if let Some(extra) = args.peek() {
        let message = format!("unexpected '{}' behind '{keyword}'", extra.text);
        cx.error("haproxy/extra-words", extra.span, message)
            .suggest("put the whole message into double quotes");
        return;
    }
    match keyword {
        ".notice" => {
            cx.diagnostics.note("haproxy/message", span, text);
        }
        ".warning" => {
            cx.warning("haproxy/message", span, text);
        }
        ".alert" => {
            cx.error("haproxy/message", span, text)
                .suggest("the file itself refuses to be used like this; see the line above");
        }
        // Said to those who ask for it.
        _ if cx.options.diagnostic => {
            cx.diagnostics.note("haproxy/message", span, text);
        }
        _ => {}
    }
}
