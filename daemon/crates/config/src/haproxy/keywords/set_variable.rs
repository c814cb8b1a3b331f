//! The names of variables, and when an action sets one.

use super::http_rules::{format, sample};
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Format, FormatPart, VariableCondition};
use crate::haproxy::piece::Piece;
use crate::source::Spanned;

pub const CONDITIONS: [(&str, VariableCondition); 8] = VariableCondition::NAMES;

/// `set-var(SCOPE.NAME[,CONDITION…])`: a scope and a name of letters, digits, `_` and `.`.
pub fn variable(
    cx: &mut Context<'_>,
    word: &Word<'_>,
    conditions: &[(&str, VariableCondition)],
) -> Option<(Spanned<String>, Vec<VariableCondition>)> {
    cx.balanced(Piece::of(word))?;
    let (_, inner) = Piece::of(word).call();
    let Some(piece) = inner.filter(|piece| !piece.text.is_empty()) else {
        cx.bad(
            word,
            "an action with the name of a variable",
            "write e.g. 'set-var(txn.host)'",
        );
        return None;
    };
    let parts = piece.split_outside(b',');
    let (name, rest) = parts.split_first()?;
    if !cx.variable_name(name.trim()) {
        return None;
    }
    let mut found = Vec::new();
    for part in rest
        .iter()
        .map(Piece::trim)
        .filter(|part| !part.text.is_empty())
    {
        let Some((_, condition)) = conditions.iter().find(|(known, _)| *known == part.text) else {
            let message = format!("'{}' is not a condition of this action", part.text);
            let names: Vec<&str> = conditions.iter().map(|(name, _)| *name).collect();
            let help = if names.is_empty() {
                "write the name of the variable alone".to_owned()
            } else {
                format!("write one of {}", names.join(", "))
            };
            cx.error("haproxy/bad-value", part.span, message)
                .suggest(help);
            return None;
        };
        found.push(*condition);
    }
    Some((name.trim().owned(), found))
}

impl Context<'_> {
    /// Whether it is the name of a variable; says what is wrong with it.
    pub fn variable_name(&mut self, piece: Piece<'_>) -> bool {
        let text = piece.text;
        let scopes = ["proc", "sess", "txn", "req", "res", "check"];
        let parts = text.split_once('.');
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        match parts {
            Some((scope, name)) if scopes.contains(&scope) => {
                if !name.is_empty() && name.chars().all(good) {
                    return true;
                }
                let message = format!("'{text}' cannot be the name of a variable");
                self.error("haproxy/bad-name", piece.span, message)
                    .suggest("use letters, digits, '_' and '.' behind the scope");
            }
            _ => {
                let message = format!("the variable '{text}' has no scope");
                self.error("haproxy/bad-value", piece.span, message)
                    .suggest(format!(
                        "write one of proc, sess, txn, req, res in front, e.g. 'txn.{}'",
                        parts.map_or(text, |(_, name)| name)
                    ));
            }
        }
        false
    }
}

/// `set-var proc.NAME EXPR`, `set-var-fmt proc.NAME FORMAT` of `global`.
pub fn process_variable(
    cx: &mut Context<'_>,
    keyword: &str,
    args: &mut Args<'_>,
) -> Option<(Spanned<String>, Format)> {
    let example = "set-var proc.color str(blue)";
    let Some(word) = args.take() else {
        cx.missing(args, "the name of the variable", example);
        return None;
    };
    let name = Piece::of(word);
    if !cx.variable_name(name) {
        return None;
    }
    if !name.text.starts_with("proc.") {
        let message = format!("'{}' is not a variable of the process", name.text);
        cx.error("haproxy/bad-value", word.span, message)
            .suggest("only 'proc.' variables can be set in 'global'");
        return None;
    }
    let value = if keyword == "set-var-fmt" {
        format(cx, args, "the format")?
    } else {
        let text = args.peek().map(crate::haproxy::args::owned);
        let sample = sample(cx, args)?;
        Format {
            parts: vec![FormatPart::Sample {
                sample,
                flags: Vec::new(),
            }],
            text: text?,
        }
    };
    Some((name.owned(), value))
}
