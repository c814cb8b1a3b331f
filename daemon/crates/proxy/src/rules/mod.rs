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
mod last_rule;
mod late;
pub mod matcher;
pub mod memory;
mod name_pattern;
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
mod tcp;
pub mod telling;
pub mod users;
pub mod value;
pub mod variable;
mod whereabouts;

pub use act::run;
pub use condition::{Condition, Term, Test, Truth, holds};
pub use context::{BodySeen, Context, Message};
pub use edits::Edits;
pub use format::Format;
pub use late::run_all;
pub use name_pattern::NamePattern;
pub use naming::unique_id;
pub use outcome::{Outcome, Subject};
pub use redirect::{Redirect, RedirectKind};
pub use tcp::{TcpRule, Verdict, run_tcp};

use config::Location;
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
    /// Where it is written, for `last_rule_file` and `last_rule_line`.
    pub location: Option<Location>,
}

#[derive(Debug)]
pub enum Action {
    SetHeader(Vec<u8>, Format),
    AddHeader(Vec<u8>, Format),
    DelHeader(NamePattern),
    /// `set-header` or `add-header` of Connection, and `set-header` of a request's Host.
    Connection {
        set: bool,
        value: Format,
    },
    Host(Format),
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
    /// 401; the realm, when it is not the section's name.
    Auth(Option<Format>),
    /// The metrics, made by the control thread.
    Exporter,
    /// The statistics page, where the request is for it.
    Page(Arc<Page>),
}
