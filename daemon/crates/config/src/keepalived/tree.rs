//! Logical lines and braces as a tree: what every keyword parser walks over.

use super::lexer::{Token, Word};
use crate::diagnostic::Diagnostics;
use crate::outline::Outline;
use crate::source::Span;

/// A logical line, and the block behind it.
#[derive(Debug, Clone)]
pub struct Node {
    pub words: Vec<Word>,
    pub block: Option<Vec<Node>>,
}

/// Deeper nesting than any keyword has; guards the stack.
const DEEPEST: usize = 64;

impl Node {
    pub fn keyword(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    pub fn keyword_span(&self) -> Span {
        self.words
            .first()
            .map_or_else(Span::default, |word| word.span)
    }

    /// The words behind the keyword.
    pub fn args(&self) -> &[Word] {
        self.words.get(1..).unwrap_or(&[])
    }

    /// From the first word to the last.
    pub fn span(&self) -> Span {
        let last = self
            .words
            .last()
            .map_or_else(Span::default, |word| word.span);
        self.keyword_span().to(last)
    }

    pub fn children(&self) -> &[Node] {
        self.block.as_deref().unwrap_or(&[])
    }
}

/// The blocks by name; addresses of an instance, too, have names.
pub fn outline(nodes: &[Node]) -> Outline {
    let mut outline = Outline::default();
    for node in nodes {
        let block = node.block.is_some();
        let name = node.args().first().filter(|_| block);
        let name = name.map(|name| name.text.as_str());
        let part = outline.open(node.keyword(), name);
        note(&mut outline, &part, node);
    }
    outline
}

fn note(outline: &mut Outline, part: &str, node: &Node) {
    let texts = node.words.iter().map(|word| word.text.as_str());
    outline.line(part, texts);
    let Some(block) = &node.block else { return };
    let addresses = node.keyword().starts_with("virtual_ipaddress");
    for child in block {
        if addresses {
            let texts = child.words.iter().map(|word| word.text.as_str());
            outline.item(part, "address", child.keyword(), texts);
        } else {
            note(outline, part, child);
        }
    }
    // Where a block ends is part of what it says.
    outline.line(part, std::iter::once("}"));
}

/// Builds the tree; unbalanced braces are said and repaired.
pub fn build(tokens: Vec<Token>, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let mut stack: Vec<(Vec<Node>, Span)> = Vec::new();
    let mut current: Vec<Node> = Vec::new();
    let mut given_up = false;
    for token in tokens {
        match token {
            Token::Words(words) => current.push(Node { words, block: None }),
            Token::Open(span) => {
                let fresh = current.last().is_none_or(|node| node.block.is_some());
                if fresh {
                    diagnostics
                        .error(
                            "keepalived/stray-brace",
                            span,
                            "this '{' follows no keyword",
                        )
                        .suggest("write the keyword of the block in front of it");
                    current.push(Node {
                        words: Vec::new(),
                        block: None,
                    });
                }
                if stack.len() >= DEEPEST {
                    diagnostics
                        .error("keepalived/too-deep", span, "blocks are nested too deep")
                        .suggest("look for a '}' that is missing above");
                    given_up = true;
                    break;
                }
                stack.push((std::mem::take(&mut current), span));
            }
            Token::Close(span) => match stack.pop() {
                Some((mut outer, _)) => {
                    let inner = std::mem::take(&mut current);
                    if let Some(node) = outer.last_mut() {
                        node.block = Some(inner);
                    }
                    current = outer;
                }
                None => {
                    diagnostics
                        .error("keepalived/stray-brace", span, "this '}' closes nothing")
                        .suggest("remove it, or look for the '{' that is missing above");
                }
            },
        }
    }
    while let Some((mut outer, span)) = stack.pop() {
        // What was not read cannot be missed.
        if !given_up {
            let message = "this block is never closed";
            diagnostics
                .error("keepalived/unclosed-block", span, message)
                .suggest("add a '}' at its end");
        }
        let inner = std::mem::take(&mut current);
        if let Some(node) = outer.last_mut() {
            node.block = Some(inner);
        }
        current = outer;
    }
    current
}
