//! Rules of a section, prepared for evaluation: conditions, actions, format strings.

pub mod act;
pub mod compile;
pub mod context;
pub mod edits;
pub mod format;
pub mod matcher;
pub mod redirect;
pub mod sample;

pub use act::{Outcome, run};
pub use context::{Context, Message};
pub use edits::Edits;
pub use format::Format;

use matcher::Matcher;
use sample::Sample;
use std::sync::Arc;

#[derive(Debug)]
pub struct Rule {
    pub action: Action,
    pub condition: Option<Condition>,
}

/// `if`/`unless`: an OR of ANDs.
#[derive(Debug, Clone)]
pub struct Condition {
    pub unless: bool,
    pub any_of: Vec<Vec<Term>>,
}

#[derive(Debug, Clone)]
pub struct Term {
    pub negated: bool,
    /// Holds when any of these does.
    pub any_of: Arc<[Test]>,
}

#[derive(Debug)]
pub struct Test {
    pub sample: Sample,
    pub matcher: Matcher,
}

impl Condition {
    pub fn holds(&self, ctx: &Context<'_>) -> bool {
        let term = |t: &Term| t.any_of.iter().any(|test| test.holds(ctx)) != t.negated;
        self.any_of.iter().any(|row| row.iter().all(term)) != self.unless
    }
}

impl Test {
    fn holds(&self, ctx: &Context<'_>) -> bool {
        let mut found = false;
        let hit = self.sample.each(ctx, &mut |value| {
            found = true;
            self.matcher.matches(value)
        });
        hit || (found && matches!(self.matcher, Matcher::Found))
    }
}

/// No condition always holds.
pub fn holds(condition: Option<&Condition>, ctx: &Context<'_>) -> bool {
    condition.is_none_or(|c| c.holds(ctx))
}

#[derive(Debug)]
pub enum Action {
    SetHeader(Vec<u8>, Format),
    AddHeader(Vec<u8>, Format),
    DelHeader {
        name: Vec<u8>,
        prefix: bool,
    },
    ReplaceHeader {
        name: Vec<u8>,
        regex: regex::bytes::Regex,
        value: Format,
        each: bool,
    },
    SetMethod(Format),
    SetPath(Format),
    ReplacePath {
        regex: regex::bytes::Regex,
        value: Format,
    },
    SetQuery(Format),
    SetUri(Format),
    SetStatus(u16, Option<String>),
    Allow,
    Deny(u16),
    Tarpit(u16),
    SilentDrop,
    Redirect(Redirect),
    Return {
        status: u16,
        content_type: Option<String>,
        body: Option<Format>,
        headers: Vec<(Vec<u8>, Format)>,
    },
}

#[derive(Debug)]
pub struct Redirect {
    pub kind: RedirectKind,
    pub code: u16,
    pub drop_query: bool,
    pub append_slash: bool,
    pub set_cookie: Option<String>,
    pub clear_cookie: Option<String>,
}

#[derive(Debug)]
pub enum RedirectKind {
    Location(Format),
    Prefix(Format),
    Scheme(Format),
}
