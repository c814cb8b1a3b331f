//! Whether what a line looks at is there when it applies.

use super::args::Args;
use super::context::Context;
use super::model::{AclTerm, Fetch, Sample, Test, TestRef};
use super::piece::Piece;
use super::section::Section;
use super::signatures::{self, Moments, Origin};
use crate::registry::Places;
use crate::source::Spanned;

/// When a line of a section applies; nothing where the language lets any sample stand.
pub fn of_line(section: &Section, keyword: &str, args: &Args<'_>) -> Option<Moments> {
    let next = args.peek_text().unwrap_or("");
    Some(match keyword {
        "tcp-request" if next == "connection" && !sets_address(args) => Moments::ACCEPT,
        "tcp-request" if next == "session" => Moments::SESSION,
        "tcp-request" | "http-request" | "stats" => requests(section),
        "use_backend" | "unique-id-format" => Moments::FRONT,
        "http-response" | "http-after-response" | "tcp-response" => Moments::RESPONSE,
        "stick" if next == "store-response" => Moments::RESPONSE,
        "stick" | "balance" | "use-server" | "ignore-persist" | "force-persist" => Moments::BACK,
        "server" | "default-server" | "server-template" => Moments::CONNECT,
        "http-check" | "tcp-check" => Moments::CHECK,
        "log-format" | "log-format-sd" | "error-log-format" => Moments::LOG,
        _ => return None,
    })
}

/// When rules about requests apply in this section.
pub fn requests(section: &Section) -> Moments {
    match section.place {
        Places::FRONTEND => Moments::FRONT,
        Places::BACKEND => Moments::BACK,
        _ => Moments::FRONT.and(Moments::BACK),
    }
}

/// Addresses are set by what any rule about a request may look at.
fn sets_address(args: &Args<'_>) -> bool {
    let action = args.rest().get(1).map(|word| word.text.as_ref());
    action.is_some_and(|name| name.starts_with("set-src") || name.starts_with("set-dst"))
}

impl Context<'_> {
    /// Says so when a sample can have no value here.
    pub fn is_there(&mut self, piece: Piece<'_>, fetch: &Spanned<Fetch>) {
        let origin = signatures::origin(signatures::name(&fetch.value));
        let Some(here) = self.moments.filter(|here| !origin.there.meets(*here)) else {
            return;
        };
        let message = format!(
            "'{}' looks at {}, which is not there in {}",
            piece.call().0.text,
            origin.what,
            here.names().join(" and ")
        );
        let help = instead(piece.text, origin.there, here);
        self.error("haproxy/not-there", fetch.span, message)
            .suggest(help);
    }

    /// Fetches that speak of the message that passes.
    pub fn of_side<'n>(&self, name: &'n str) -> &'n str {
        if !self.moments.is_some_and(Moments::are_of_answers) {
            return name;
        }
        match name {
            "hdr" => "res.hdr",
            "cookie" => "res.cook",
            "payload" => "res.payload",
            "payload_lv" => "res.payload_lv",
            _ => name,
        }
    }

    /// Warns of tests that nothing can pass at the moment at which they are made.
    pub fn can_match(&mut self, section: &Section, rows: &[Vec<AclTerm>]) {
        let Some(here) = self.moments else { return };
        for term in rows.iter().flatten() {
            let (who, tests) = match &term.test.value {
                TestRef::Anonymous(test) => ("this test".to_owned(), vec![&**test]),
                TestRef::Named(id) => {
                    let Some(acl) = section.proxy.acls.get(id.0 as usize) else {
                        continue;
                    };
                    let tests = acl.any_of.iter().map(|test| &test.value).collect();
                    (format!("the ACL '{}'", acl.name.value), tests)
                }
            };
            let lacking = |test: &&&Test| !origin_of(&test.sample).there.meets(here);
            let never: Vec<&&Test> = tests.iter().filter(lacking).collect();
            let Some(first) = never.first() else { continue };
            let who = if never.len() == tests.len() {
                who
            } else {
                format!("a line of {who}")
            };
            let (name, origin) = (
                signatures::name(&first.sample.fetch.value),
                origin_of(&first.sample),
            );
            let message = format!(
                "{who} never matches here: '{name}' looks at {}, which is not there in {}",
                origin.what,
                here.names().join(" and ")
            );
            self.warning("haproxy/never-matches", term.test.span, message)
                .suggest(instead(name, origin.there, here));
        }
    }
}

fn origin_of(sample: &Sample) -> &'static Origin {
    signatures::origin(signatures::name(&sample.fetch.value))
}

/// What to write instead.
fn instead(written: &str, there: Moments, here: Moments) -> String {
    if here == Moments::CHECK {
        return "look at the server's answer (res.…, status), at the backend or at variables"
            .to_owned();
    }
    let later = here == Moments::RESPONSE || here == Moments::LOG;
    let keeper = if there.meets(Moments::FRONT) {
        Some("http-request")
    } else if there.meets(Moments::RESPONSE) && here == Moments::LOG {
        Some("http-response")
    } else {
        None
    };
    match keeper.filter(|_| later) {
        Some(keeper) => format!(
            "keep it while it is there: '{keeper} set-var(txn.kept) {written}', and write 'var(txn.kept)' here"
        ),
        None => format!("it can be used in {}", there.names().join(", ")),
    }
}
