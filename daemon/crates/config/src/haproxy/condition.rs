//! Conditions: `if|unless TERM…`, where terms are joined by blanks (and) or `or`, `||`, and may be
//! negated by `!` (configuration manual, 7.2).

use super::args::Args;
use super::context::Context;
use super::lexer::Word;
use super::model::{AclTerm, Condition, Fetch, IntTest, IpNet, MatchKind, Sample, Test, TestRef};
use super::section::Section;
use crate::source::{Span, Spanned};
use crate::suggest::nearest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How the condition of a rule came out.
pub enum Outcome {
    /// No `if` or `unless`: always.
    Always,
    When(Condition),
    /// It was there but cannot be used; the rule must be left out.
    Unusable,
}

impl Outcome {
    /// `None` when the rule must be left out.
    #[allow(clippy::option_option)]
    pub fn into_rule(self) -> Option<Option<Condition>> {
        match self {
            Self::Always => Some(None),
            Self::When(condition) => Some(Some(condition)),
            Self::Unusable => None,
        }
    }
}

impl Context<'_> {
    /// What stands at the end of a rule: nothing, or a condition.
    pub fn condition(&mut self, section: &Section, args: &mut Args<'_>, rule: &str) -> Outcome {
        let Some(word) = args.peek() else {
            return Outcome::Always;
        };
        let unless = match word.text.as_ref() {
            "if" => false,
            "unless" => true,
            _ => {
                let message = format!("'{}' is not expected behind '{rule}'", word.text);
                self.error("haproxy/extra-words", word.span, message)
                    .suggest("only 'if CONDITION' or 'unless CONDITION' may follow");
                args.skip_all();
                return Outcome::Unusable;
            }
        };
        args.take();
        let end = args.end();
        let words = args.rest();
        args.skip_all();
        if words.is_empty() {
            let message = format!("the condition behind '{}' is missing", word.text);
            self.error("haproxy/missing-value", end, message)
                .suggest("write e.g. 'if { path_beg /api }'");
            return Outcome::Unusable;
        }
        match self.terms(section, words, end) {
            Some(any_of) => {
                self.can_match(section, &any_of);
                Outcome::When(Condition { unless, any_of })
            }
            None => Outcome::Unusable,
        }
    }

    /// Rows of terms; `None` when one of them is unusable, after all were looked at.
    fn terms(
        &mut self,
        section: &Section,
        words: &[Word<'_>],
        end: Span,
    ) -> Option<Vec<Vec<AclTerm>>> {
        let mut rows = vec![Vec::new()];
        let mut usable = true;
        let mut negated = false;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            let mut name = word.text.as_ref();
            if matches!(name, "or" | "||") {
                usable &= self.row_ends(&rows, word.span);
                rows.push(Vec::new());
                continue;
            }
            while let Some(rest) = name.strip_prefix('!') {
                negated = !negated;
                name = rest;
            }
            if name.is_empty() {
                continue;
            }
            let test = if name == "{" {
                let close = words[at..].iter().position(|word| word.text == "}");
                let inner = &words[at..close.map_or(words.len(), |length| at + length)];
                at += inner.len() + 1;
                if close.is_none() {
                    self.error(
                        "haproxy/bad-condition",
                        word.span,
                        "this '{' is never closed".to_owned(),
                    )
                    .suggest("write '}' with blanks around it");
                    return None;
                }
                let test = self.test(inner, word.span.after());
                test.map(|test| test.map(|test| TestRef::Anonymous(Box::new(test))))
            } else {
                self.named(section, name, word)
            };
            match (test, rows.last_mut()) {
                (Some(test), Some(row)) => row.push(AclTerm { negated, test }),
                _ => usable = false,
            }
            negated = false;
        }
        let last_span = words.last().map_or(end, |word| word.span);
        usable &= !usable || self.row_ends(&rows, last_span);
        usable.then_some(rows)
    }

    /// A row that ends empty, as in `if or x`.
    fn row_ends(&mut self, rows: &[Vec<AclTerm>], span: Span) -> bool {
        let empty = rows.last().is_none_or(Vec::is_empty);
        if empty {
            self.error(
                "haproxy/bad-condition",
                span,
                "a test is missing here".to_owned(),
            )
            .suggest("write a test on both sides of 'or'");
        }
        !empty
    }

    fn named(
        &mut self,
        section: &Section,
        name: &str,
        word: &Word<'_>,
    ) -> Option<Spanned<TestRef>> {
        if let Some(id) = section.acl_names.get(name) {
            // An ACL whose every line was refused cannot be asked.
            let usable = section
                .proxy
                .acls
                .get(id.0 as usize)
                .is_some_and(|acl| !acl.any_of.is_empty());
            return usable.then(|| Spanned::new(TestRef::Named(*id), word.span));
        }
        if let Some(test) = predefined(name, word.span) {
            return Some(Spanned::new(TestRef::Anonymous(Box::new(test)), word.span));
        }
        let names = section.acl_names.keys().map(String::as_str);
        let help = if name.starts_with('{') {
            "write blanks around the braces: '{ path_beg /api }'".to_owned()
        } else if let Some(near) = nearest(name, names.chain(PREDEFINED)) {
            format!("did you mean '{near}'?")
        } else {
            format!("write 'acl {name} …' above this line")
        };
        let message = format!("there is no ACL '{name}' above this line");
        self.error("haproxy/unknown-acl", word.span, message)
            .suggest(help);
        None
    }
}

const PREDEFINED: [&str; 22] = [
    "TRUE",
    "FALSE",
    "LOCALHOST",
    "HTTP",
    "HTTP_1.0",
    "HTTP_1.1",
    "HTTP_2.0",
    "HTTP_URL_ABS",
    "HTTP_URL_SLASH",
    "HTTP_URL_STAR",
    "HTTP_CONTENT",
    "METH_CONNECT",
    "METH_DELETE",
    "METH_GET",
    "METH_HEAD",
    "METH_OPTIONS",
    "METH_POST",
    "METH_PUT",
    "METH_TRACE",
    "RDP_COOKIE",
    "REQ_CONTENT",
    "WAIT_END",
];

/// ACLs that need no line (configuration manual, 7.4).
fn predefined(name: &str, span: Span) -> Option<Test> {
    let list = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let header = |name: &str| {
        Fetch::ReqHeader(super::model::HeaderFetch {
            name: Some(name.to_owned()),
            occurrence: None,
            full_line: false,
        })
    };
    let other = |name: &str| Fetch::Other {
        name: name.to_owned(),
        arguments: Vec::new(),
    };
    let (fetch, matching) = match name {
        "TRUE" => (Fetch::AlwaysTrue, MatchKind::Bool),
        "WAIT_END" => (other("wait_end"), MatchKind::Bool),
        "REQ_CONTENT" => (other("req.len"), MatchKind::Int(vec![IntTest::Gt(0)])),
        "RDP_COOKIE" => (
            other("req.rdp_cookie_cnt"),
            MatchKind::Int(vec![IntTest::Gt(0)]),
        ),
        "FALSE" => (Fetch::AlwaysFalse, MatchKind::Bool),
        "LOCALHOST" => {
            let v4 = IpNet {
                address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)),
                prefix: 8,
            };
            let v6 = IpNet {
                address: IpAddr::V6(Ipv6Addr::LOCALHOST),
                prefix: 128,
            };
            (Fetch::Src, MatchKind::Ip(vec![v4, v6]))
        }
        "HTTP" => (other("req.proto_http"), MatchKind::Bool),
        "HTTP_1.0" => (Fetch::ReqVersion, MatchKind::Str(list(&["1.0"]))),
        "HTTP_1.1" => (Fetch::ReqVersion, MatchKind::Str(list(&["1.1"]))),
        "HTTP_2.0" => (Fetch::ReqVersion, MatchKind::Str(list(&["2.0"]))),
        "HTTP_URL_ABS" => (Fetch::Url, MatchKind::Reg(list(&["^[^/:]*://"]))),
        "HTTP_URL_SLASH" => (Fetch::Url, MatchKind::Beg(list(&["/"]))),
        "HTTP_URL_STAR" => (Fetch::Url, MatchKind::Str(list(&["*"]))),
        "HTTP_CONTENT" => (
            header("content-length"),
            MatchKind::Int(vec![IntTest::Gt(0)]),
        ),
        "METH_GET" => (Fetch::Method, MatchKind::Str(list(&["GET", "HEAD"]))),
        _ => {
            let method = name.strip_prefix("METH_")?;
            let known = [
                "CONNECT", "DELETE", "HEAD", "OPTIONS", "POST", "PUT", "TRACE",
            ];
            let method = known.into_iter().find(|known| *known == method)?;
            (Fetch::Method, MatchKind::Str(list(&[method])))
        }
    };
    let sample = Sample {
        fetch: Spanned::new(fetch, span),
        converters: Vec::new(),
    };
    Some(Test {
        sample,
        matching,
        ignore_case: false,
        files: Vec::new(),
        keyed: false,
    })
}
