//! What every keyword parser can reach: diagnostics, options, the support table.

use super::lexer::Word;
use super::tree::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::options::Options;
use crate::registry::{self, Status};
use crate::source::{Span, Spanned};
use crate::suggest::nearest;

pub struct Context<'o> {
    pub options: &'o Options<'o>,
    pub diagnostics: Diagnostics,
}

/// A block that is being read: its group in the support table and its name for messages.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    pub group: &'static str,
    pub title: &'static str,
}

impl Block {
    pub const fn new(group: &'static str) -> Self {
        Self {
            group,
            title: group,
        }
    }
}

impl Context<'_> {
    pub fn refusal_severity(&self) -> Severity {
        if self.options.tolerant {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    pub fn error(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.diagnostics.error(code, span, message)
    }

    pub fn warning(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.diagnostics.warning(code, span, message)
    }

    /// Looks up the keyword of a node and says what there is to say about its status. False when
    /// it is not known; its block, if any, is then passed over as a whole.
    pub fn known(&mut self, block: Block, node: &Node) -> bool {
        let keyword = node.keyword();
        let Some(entry) = registry::keepalived().find(block.group, keyword) else {
            self.unknown(block, node);
            return false;
        };
        let (span, title) = (node.keyword_span(), block.title);
        let severity = self.refusal_severity();
        match entry.status {
            Status::Supported | Status::Label => {}
            Status::Accepted(why) => {
                let message = format!("'{keyword}' is accepted but has no effect: {why}");
                self.diagnostics.note("keepalived/no-effect", span, message);
            }
            Status::Ignored(why) => {
                let message = format!("'{keyword}' is accepted but not done: {why}");
                self.diagnostics
                    .warning("keepalived/not-done", span, message);
            }
            Status::NotYet(why) => {
                let ignored = if self.options.tolerant {
                    " and is ignored"
                } else {
                    ""
                };
                let message = format!("'{keyword}' in {title} is not supported yet{ignored}");
                self.diagnostics
                    .add(severity, "keepalived/not-yet", span, message)
                    .suggest(why);
            }
            Status::Removed(why) => {
                let message = format!("'{keyword}' in {title} is not part of the language");
                self.diagnostics
                    .add(severity, "keepalived/removed", span, message)
                    .suggest(why);
            }
        }
        true
    }

    pub fn unknown(&mut self, block: Block, node: &Node) {
        let keyword = node.keyword();
        if keyword.is_empty() {
            return;
        }
        let table = registry::keepalived();
        let skipped = if node.block.is_some() {
            ", so its block is skipped"
        } else {
            ""
        };
        let message = format!("unknown keyword '{keyword}' in {}{skipped}", block.title);
        let near = nearest(keyword, table.keywords(block.group));
        let elsewhere = table.groups_of(keyword).next();
        let severity = self.refusal_severity();
        let found = self.diagnostics.add(
            severity,
            "keepalived/unknown-keyword",
            node.keyword_span(),
            message,
        );
        if let Some(bare) = keyword.strip_suffix(';') {
            found.suggest(format!("lines do not end in ';': write '{bare}'"));
        } else if let Some(near) = near {
            found.suggest(format!("did you mean '{near}'?"));
        } else if let Some(group) = elsewhere {
            found.suggest(format!("'{keyword}' belongs into {group}"));
        }
    }

    /// Words behind what a keyword takes: one keyword stands on a line, the rest is lost.
    pub fn finish(&mut self, block: Block, node: &Node, taken: usize) {
        let rest = node.args().get(taken..).unwrap_or(&[]);
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            return;
        };
        let span = first.span.to(last.span);
        if registry::keepalived()
            .find(block.group, &first.text)
            .is_some()
        {
            let message = format!(
                "'{}' stands behind '{}' on one line, where keepalived ignores it",
                first.text,
                node.keyword()
            );
            self.error("keepalived/second-keyword", span, message)
                .suggest("write each keyword on a line of its own");
        } else {
            let message = format!("'{}' behind '{}' is ignored", first.text, node.keyword());
            self.warning("keepalived/extra-words", span, message)
                .suggest("remove it");
        }
    }

    /// A block where none belongs: it is passed over.
    pub fn no_block(&mut self, node: &Node) {
        if node.block.is_some() {
            let message = format!(
                "'{}' takes no block, so the block is skipped",
                node.keyword()
            );
            self.error("keepalived/unexpected-block", node.keyword_span(), message)
                .suggest("remove the braces");
        }
    }

    /// The only argument of a keyword.
    pub fn one<'n>(&mut self, block: Block, node: &'n Node, example: &str) -> Option<&'n Word> {
        self.no_block(node);
        self.finish(block, node, 1);
        let word = node.args().first();
        if word.is_none() {
            self.missing(node, example);
        }
        word
    }

    pub fn text(&mut self, block: Block, node: &Node, example: &str) -> Option<Spanned<String>> {
        self.one(block, node, example).map(owned)
    }

    /// A keyword that stands alone.
    pub fn alone(&mut self, block: Block, node: &Node) -> bool {
        self.no_block(node);
        self.finish(block, node, 0);
        true
    }

    pub fn missing(&mut self, node: &Node, example: &str) {
        let message = format!("'{}' needs a value", node.keyword());
        self.error("keepalived/missing-parameter", node.span().after(), message)
            .suggest(format!("write e.g. '{example}'"));
    }

    pub fn bad(&mut self, word: &Word, expected: &str, help: &str) {
        let message = format!("'{}' is not {expected}", word.text);
        self.error("keepalived/bad-value", word.span, message)
            .suggest(help);
    }
}

pub fn owned(word: &Word) -> Spanned<String> {
    Spanned::new(word.text.clone(), word.span)
}
