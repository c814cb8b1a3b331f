//! Rules of a section, prepared for evaluation: conditions, actions, format strings.

pub mod act;
mod capture;
pub mod compile;
mod condition;
pub mod context;
pub mod convert;
pub mod edits;
pub mod effects;
pub mod environment;
pub mod exchange;
pub mod format;
mod guarded;
pub mod matcher;
pub mod memory;
mod naming;
mod normalize;
mod outcome;
pub mod page;
pub mod patterns;
pub mod redirect;
pub mod reply;
pub mod resolve;
pub mod sample;
mod search;
mod shacrypt;
mod target;
pub mod users;
pub mod value;
pub mod variable;
mod whereabouts;

pub use act::run;
pub use condition::{Condition, Term, Test, Truth, holds};
pub use context::{BodySeen, Context, Message};
pub use edits::Edits;
pub use format::Format;
pub use naming::unique_id;
pub use outcome::{Outcome, Subject};
pub use page::run_with_page;
pub use redirect::{Redirect, RedirectKind};

use crate::plan::Greeting;
use config::haproxy::model::Normalizer;
use effects::Effect;
use page::Page;
use reply::Reply;
use resolve::Resolve;
use std::sync::Arc;

#[derive(Debug)]
pub struct Rule {
    pub action: Action,
    pub condition: Option<Condition>,
}

#[derive(Debug)]
pub enum Action {
    SetHeader(Vec<u8>, Format),
    AddHeader(Vec<u8>, Format),
    DelHeader(NamePattern),
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
    Normalize(Normalizer),
    SetPathQuery(Format),
    ReplacePathQuery {
        regex: regex::bytes::Regex,
        value: Format,
    },
    ReplaceUri {
        regex: regex::bytes::Regex,
        value: Format,
    },
    SetStatus(u16, Option<String>),
    Effect(Effect),
    Resolve(Resolve),
    /// `wait-for-body`: milliseconds, and the bytes that are enough; 0 wants all.
    WaitForBody {
        wait: u64,
        least: u64,
    },
    Allow,
    Deny(Reply),
    Tarpit(Reply),
    SilentDrop,
    Reject,
    Redirect(Redirect),
    Return(Reply),
    /// 401 or 407; the realm, when it is not the section's name.
    Auth(Option<Format>),
    /// The metrics, made by the control thread.
    Exporter,
    /// The statistics page, where the request is for it.
    Page(Arc<Page>),
}

/// Names of headers that `del-header` means.
#[derive(Debug)]
pub enum NamePattern {
    Whole(Vec<u8>),
    Beginning(Vec<u8>),
    End(Vec<u8>),
    Part(Vec<u8>),
    Regex(regex::bytes::Regex),
}

/// What a `tcp-request` or `tcp-response` rule does.
#[derive(Debug)]
pub enum TcpAction {
    Accept,
    Reject,
    Vanish,
    /// The server's side ends.
    Close,
    /// A header of the PROXY protocol comes first.
    ExpectProxy,
    /// A NetScaler client IP header comes first.
    ExpectNetscaler,
    /// What follows is read as requests.
    SwitchMode,
    Resolve(Resolve),
    Effect(Effect),
}

#[derive(Debug)]
pub struct TcpRule {
    pub action: TcpAction,
    pub condition: Option<Condition>,
}

/// How tcp rules ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    Reject,
    Vanish,
    Close,
    /// Accepted, and from now on in http mode.
    Http,
    /// Ask again when more has come.
    Wait,
    /// A name is asked for; then go on at this rule.
    Name(usize),
}

/// Runs tcp rules up to the first that decides, from this one on. After a wait for bytes all of them
/// are asked again, with more to look at.
pub fn run_tcp(rules: &[TcpRule], from: usize, ctx: &Context<'_>) -> Verdict {
    for (number, rule) in rules.iter().enumerate().skip(from) {
        let truth = rule.condition.as_ref().map_or(Truth::Yes, |c| c.truth(ctx));
        if truth == Truth::Wait {
            return Verdict::Wait;
        }
        if truth == Truth::No {
            continue;
        }
        match &rule.action {
            TcpAction::Accept => return Verdict::Accept,
            TcpAction::Reject => return Verdict::Reject,
            TcpAction::Vanish => return Verdict::Vanish,
            TcpAction::Close => return Verdict::Close,
            TcpAction::SwitchMode => return Verdict::Http,
            TcpAction::ExpectProxy => {
                ctx.remember(|memory| memory.expects = Some(Greeting::Proxy));
            }
            TcpAction::ExpectNetscaler => {
                ctx.remember(|memory| memory.expects = Some(Greeting::Netscaler));
            }
            TcpAction::Resolve(resolve) if resolve.ask(ctx) => return Verdict::Name(number + 1),
            TcpAction::Resolve(_) => {}
            TcpAction::Effect(effect) => effect.apply(ctx),
        }
    }
    Verdict::Accept
}
