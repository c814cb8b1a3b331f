//! Orders about servers that come by the statistics page.

use super::find::{Found, backend};
use crate::control::Control;
use crate::control::change::Change;
use crate::control::checks::Kind;
use crate::control::page::answer;
use crate::rules::page::{From, Page, Wanted};
use crate::shared::State;
use crate::worker::Made;
use health::{Outcome, Wish};
use stats::page::{Action, Order};

impl Control {
    /// Carries out what the page's form, or a program in its place, orders.
    pub(in crate::control) fn obey(
        &mut self,
        page: &Page,
        wanted: &Wanted,
        body: &str,
        (now, changes): (u64, &mut Vec<Change>),
    ) -> Made {
        let order = Order::read(body);
        if !wanted.admin {
            return done(page, "DENY");
        }
        if !self.is_genuine(&wanted.from, order.token.as_deref()) {
            let text = "This order does not come from the statistics page: load the page again.\n";
            return answer(
                403,
                "text/plain",
                text.to_owned(),
                "cache-control: no-cache\r\n",
            );
        }
        let Some(action) = order.action else {
            return done(page, "ERRP");
        };
        if order.backend.is_empty() || order.servers.is_empty() {
            return done(page, "ERRP");
        }
        let mut carry = |name: &String| self.order(&order.backend, name, action, now, changes);
        let carried: Vec<Option<bool>> = order.servers.iter().map(&mut carry).collect();
        let count = |wanted: Option<bool>| carried.iter().filter(|c| **c == wanted).count();
        let code = match (count(Some(true)), count(None)) {
            (0, missing) if missing == carried.len() => "ERRP",
            (0, _) => "NONE",
            (done, _) if done == carried.len() => "DONE",
            _ => "PART",
        };
        done(page, code)
    }

    /// Whether an order comes from our page, or from no browser at all: a page of somebody else
    /// makes a browser send the password along, but not our token, and it says whose page it was.
    fn is_genuine(&mut self, from: &From, token: Option<&str>) -> bool {
        if from.origin.is_none() && from.site.is_none() && token.is_none() {
            return true;
        }
        let host = from.origin.as_ref().is_none_or(|origin| {
            let scheme = origin.windows(3).position(|w| w == b"://");
            scheme.is_some_and(|at| origin[at + 3..].eq_ignore_ascii_case(&from.host))
        });
        let site = from
            .site
            .as_deref()
            .is_none_or(|site| site == b"same-origin");
        let own = self.secret.sign(&from.user);
        host && site && own.zip(token).is_some_and(|(own, token)| own == token)
    }

    /// Whether anything could be done; `None`: there is no such server.
    fn order(
        &mut self,
        section: &str,
        name: &str,
        action: Action,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Option<bool> {
        let plan = self.plan.clone()?;
        let at = backend(&plan, section)?;
        let mut servers = plan.backends[at].servers.iter();
        let server = servers.position(|s| s.name == name && !s.implied)?;
        let found = Found {
            plan: plan.clone(),
            backend: at,
            server,
        };
        let shared = found.server().shared.clone();
        let wish = match action {
            Action::Enable if shared.state() != State::Maintenance => return Some(false),
            Action::Ready | Action::Enable => Wish::Ready,
            Action::Drain => Wish::Drain,
            Action::Maintenance => Wish::Maintenance,
            Action::Shutdown => {
                if let Some(team) = &self.team {
                    team.end_sessions(&shared, b'K');
                }
                return Some(true);
            }
            Action::DisableChecks => {
                return Some(self.switched(&found, Kind::Health, false, now, changes));
            }
            Action::EnableChecks => {
                return Some(self.switched(&found, Kind::Health, true, now, changes));
            }
            Action::DisableAgent => {
                return Some(self.switched(&found, Kind::Agent, false, now, changes));
            }
            Action::EnableAgent => {
                return Some(self.switched(&found, Kind::Agent, true, now, changes));
            }
            Action::CheckRunning => {
                return self.forced(&found, Kind::Health, Outcome::Passed, changes);
            }
            Action::CheckStopping => {
                return self.forced(&found, Kind::Health, Outcome::Conditional, changes);
            }
            Action::CheckDown => {
                return self.forced(&found, Kind::Health, Outcome::Failed, changes);
            }
            Action::AgentUp => return self.forced(&found, Kind::Agent, Outcome::Passed, changes),
            Action::AgentDown => return self.forced(&found, Kind::Agent, Outcome::Failed, changes),
        };
        let place = self.checks.place(&shared)?;
        self.checks.ordered(place, wish, now, changes);
        Some(true)
    }

    fn switched(
        &mut self,
        found: &Found,
        kind: Kind,
        on: bool,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> bool {
        let there = Self::is_asked(found, kind);
        if there {
            self.switch_found(found, kind, on, now, changes);
        }
        there
    }

    fn forced(
        &mut self,
        found: &Found,
        kind: Kind,
        outcome: Outcome,
        changes: &mut Vec<Change>,
    ) -> Option<bool> {
        let tracks = Self::line(found).is_some_and(|m| m.track.is_some());
        let may = match kind {
            Kind::Health => !tracks,
            Kind::Agent => Self::is_asked(found, kind),
        };
        if may {
            let at = self.checks.place(&found.server().shared)?;
            self.checks.force(at, kind, outcome, changes);
        }
        Some(may)
    }
}

/// Back to the page, which tells what became of it.
fn done(page: &Page, code: &str) -> Made {
    let uri = String::from_utf8_lossy(&page.uri);
    let more = format!("cache-control: no-cache\r\nlocation: {uri};st={code}\r\n");
    answer(303, "text/plain", String::new(), &more)
}
