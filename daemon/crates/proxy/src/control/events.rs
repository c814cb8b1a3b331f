//! Changes of servers in the log, and who is told of them by mail.

use super::alerts::{self, Alerts};
use super::change::{Change, News};
use crate::logs::Logs;
use crate::plan::{Backend, Plan};
use crate::shared::admin;
use health::{
    Cause, Order, Transition, Who, check_line, no_server_line, order_line, remains_line,
    transition_line, unresolved_line,
};
use std::collections::VecDeque;
use std::sync::Arc;
use sys::epoll::{Epoll, Ready};
use trafficlog::Level;

#[derive(Default)]
pub struct Events {
    logs: Logs,
    recent: VecDeque<String>,
    alerts: Alerts,
}

/// Lines that are kept for who asks later.
const KEPT: usize = 256;

impl Events {
    pub fn configure(&mut self, plan: &Arc<Plan>) {
        plan.log_targets.start();
        self.logs.configure(plan);
        self.alerts.configure(plan);
    }

    pub fn changes(&mut self, plan: &Plan, changes: &[Change]) {
        for change in changes {
            let Some(b) = plan.backends.iter().find(|b| b.name == change.backend.name) else {
                continue;
            };
            match &change.news {
                News::Check {
                    is_agent,
                    result,
                    health,
                    noted,
                } => {
                    let section = plan.model.proxies.get(b.section);
                    let in_words = section.is_some_and(|s| s.options.log_health_checks);
                    if in_words && *noted {
                        let line = check_line(who(change, None), *is_agent, result, health);
                        self.event(b.section, Level::Notice, &line);
                        self.alerts.tell(b.section, Level::Info, &line);
                    }
                    // The reason was told with the check.
                    let cause = if in_words {
                        Cause::Known
                    } else {
                        Cause::Check(result)
                    };
                    self.transition(b, change, None, cause);
                }
                News::Followed(via) => self.transition(b, change, Some(via), Cause::Known),
                News::Forced => self.transition(b, change, None, Cause::Order),
                News::Weighed if change.nobody => self.nobody(b),
                News::Weighed => {}
                News::Lost { reason, down } => self.lost(b, change, reason, *down),
                News::Found(name) => {
                    let who = who(change, None);
                    for line in [
                        format!("{who} ('{name}') is UP/READY (resolves again)."),
                        format!("{who} administratively READY thanks to valid DNS answer."),
                    ] {
                        self.event(b.section, Level::Notice, &line);
                    }
                }
                News::Ordered(order, via) => self.ordered(b, change, *order, via.as_deref()),
            }
        }
    }

    fn transition(&mut self, b: &Backend, change: &Change, via: Option<&str>, cause: Cause<'_>) {
        let Some(transition) = change.transition else {
            return;
        };
        let line = transition_line(who(change, via), transition, cause, change.left);
        let level = match transition {
            Transition::Down if change.served => Level::Alert,
            _ => Level::Notice,
        };
        self.event(b.section, level, &line);
        if transition == Transition::Up && change.server.orders() & admin::ANY_DRAIN != 0 {
            self.event(b.section, Level::Notice, &remains_line(who(change, via)));
        }
        if transition != Transition::Stopping {
            self.alerts.tell(b.section, level, &line);
        }
        if change.nobody {
            self.nobody(b);
        }
    }

    fn ordered(&mut self, b: &Backend, change: &Change, order: Order, via: Option<&str>) {
        let line = order_line(who(change, via), order, change.left);
        let ends = matches!(order, Order::Maintenance { down: false });
        let level = if ends && change.served {
            Level::Alert
        } else {
            Level::Notice
        };
        self.event(b.section, level, &line);
        if let Order::LeaveMaintenance { drain: true, .. } = order {
            self.event(b.section, Level::Notice, &remains_line(who(change, via)));
        }
        if matches!(order, Order::Drain { .. }) {
            self.alerts.tell(b.section, level, &line);
        }
        if change.nobody {
            self.nobody(b);
        }
    }

    fn lost(&mut self, b: &Backend, change: &Change, reason: &str, down: bool) {
        let left = (!down).then_some(change.left);
        let line = unresolved_line(who(change, None), reason, left);
        let level = if down { Level::Notice } else { Level::Alert };
        self.event(b.section, level, &line);
        if change.nobody {
            self.nobody(b);
        }
    }

    /// A line, kept for a while besides.
    pub fn event(&mut self, section: usize, level: Level, line: &str) {
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        let second = sys::epoll::unix_us() / 1_000_000;
        self.recent
            .push_back(format!("<{}>{second} {line}\n", level as u8));
        self.logs.event(section, level, line);
    }

    /// The last lines, the oldest first.
    pub fn recent(&self) -> String {
        self.recent.iter().map(String::as_str).collect()
    }

    fn nobody(&mut self, b: &Backend) {
        let line = no_server_line(&b.name);
        self.event(b.section, Level::Emerg, &line);
    }

    /// When a mail is to be sent or given up.
    pub fn next_due(&self) -> Option<u64> {
        self.alerts.next_due()
    }

    /// A mail server is ready for more.
    pub fn on_event(&mut self, ready: Ready) {
        let said = self.alerts.on_event(ready);
        self.unsent(said);
    }

    pub fn send_mails(&mut self, now: u64, epoll: &Epoll) {
        let said = self.alerts.run_due(now, epoll);
        self.unsent(said);
    }

    fn unsent(&mut self, said: impl IntoIterator<Item = alerts::Said>) {
        for (section, line) in said {
            self.event(section, Level::Warning, &line);
        }
    }

    pub fn flush(&mut self) {
        self.logs.flush();
    }
}

fn who<'a>(change: &'a Change, via: Option<&'a str>) -> Who<'a> {
    Who {
        backend: &change.server.backend,
        server: &change.server.name,
        is_backup: change.backup,
        via,
    }
}
