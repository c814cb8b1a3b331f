//! What is wrong with a pair: one finding may point into both files.

use config::{Severity, Span};

/// Name of a rule: `E01` to `E17`, as docs/lint.md explains them.
pub type Rule = &'static str;

/// A place in the file of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the node.
    pub node: usize,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// `None` for a mistake of grammar that belongs to no rule.
    pub rule: Option<Rule>,
    /// The parser's own code, where it was the parser that found it.
    pub code: Option<&'static str>,
    /// Lower case, no full stop, names the wrong value; never a password.
    pub message: String,
    pub why: Option<String>,
    pub help: Option<String>,
    pub places: Vec<Place>,
}

impl Finding {
    pub fn at(&mut self, node: usize, span: Span) -> &mut Self {
        self.places.push(Place { node, span });
        self
    }

    pub fn why(&mut self, text: impl Into<String>) -> &mut Self {
        self.why = Some(text.into());
        self
    }

    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = Some(text.into());
        self
    }
}

/// Collects while the rules go on.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    pub fn error(&mut self, rule: Rule, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Error, rule, message.into())
    }

    pub fn warning(&mut self, rule: Rule, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Warning, rule, message.into())
    }

    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    fn add(&mut self, severity: Severity, rule: Rule, message: String) -> &mut Finding {
        let at = self.found.len();
        self.found.push(Finding {
            severity,
            rule: Some(rule),
            code: None,
            message,
            why: None,
            help: None,
            places: Vec::new(),
        });
        &mut self.found[at]
    }

    /// Errors first, then by rule, each kind in the order of the files; no finding twice.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|f| {
            let place = f.places.first();
            (
                std::cmp::Reverse(f.severity),
                f.rule.unwrap_or("E99"),
                place.map(|p| (p.node, p.span.file, p.span.start)),
            )
        });
        self.found.dedup();
        self.found
    }
}
