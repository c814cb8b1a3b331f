//! The lines of statistics: from the plan, the counters and what the checks found.

mod backend;
mod info;
mod listener;
mod server;
mod side;

pub use info::{Overall, node};

use super::Control;
use super::checks::{Checks, Kind};
use crate::plan::{Frontend, Mode, Plan};
use config::haproxy::model::Proxy;
use side::{Side, never};
use stats::{Column, Object, Row, Selection};
use std::collections::HashSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::monotonic_ms;

/// What lines are made of.
struct Sight<'a> {
    plan: &'a Plan,
    checks: &'a Checks,
    /// Members of the roster that are being checked at this moment.
    busy: HashSet<usize>,
    now: u64,
    /// Addresses, cookies and algorithms are shown, too.
    legends: bool,
    stopping: bool,
}

/// The section that lines are about.
struct Section<'a> {
    model: &'a Proxy,
    number: u32,
}

impl Control {
    /// All lines, and what is known of the process, each as the text that HAProxy's tools read.
    pub(super) fn statistics(&mut self) -> serde_json::Value {
        let rows = self.rows(&Selection::default(), true);
        let mut info = String::new();
        self.info().plain(false, &mut info);
        serde_json::json!({ "csv": stats::csv(&rows), "info": info })
    }

    /// All lines that are asked for, as they are now. `legends`: with addresses, cookies and
    /// algorithms.
    pub(super) fn rows(&self, selection: &Selection, legends: bool) -> Vec<Row> {
        self.rows_from(selection, legends, (0, usize::MAX)).0
    }

    /// The same of so many lines from a place on, and where to go on.
    pub(super) fn rows_from(
        &self,
        selection: &Selection,
        legends: bool,
        (from, most): (usize, usize),
    ) -> (Vec<Row>, Option<usize>) {
        let mut rows = Vec::new();
        let Some(plan) = &self.plan else {
            return (rows, None);
        };
        let sight = Sight {
            plan,
            checks: &self.checks,
            busy: self.checks.under_way(Kind::Health).collect(),
            now: monotonic_ms(),
            legends,
            stopping: self.stopping,
        };
        let end = from.saturating_add(most);
        let mut at = 0;
        let mut offer = |row: &dyn Fn() -> Row| {
            at += 1;
            if at > from && at <= end {
                rows.extend(Some(row()).filter(|row| selection.takes(row)));
            }
            at <= end
        };
        let (mut frontends, mut backends) = (
            plan.frontends.iter().peekable(),
            plan.backends.iter().peekable(),
        );
        let sections = plan.model.proxies.iter().enumerate();
        for ((place, model), number) in sections.zip(plan.section_numbers.iter().copied()) {
            let section = Section { model, number };
            if let Some(f) = frontends.next_if(|f| f.section == place)
                && !self.is_shut(&f.name)
            {
                let mut binds = f.counted_binds();
                let own = offer(&|| self.as_ordered(sight.frontend(&section, f)));
                if !own || !binds.all(|at| offer(&|| sight.listener(&section, f, at))) {
                    break;
                }
            }
            if let Some(b) = backends.next_if(|b| b.section == place) {
                let models = model.servers.iter();
                let mut both = b.servers.iter().zip(models).filter(|(s, _)| !s.implied);
                let all = both.all(|(s, model)| offer(&|| sight.server(&section, b, s, model)));
                if !all || !offer(&|| sight.backend(&section, b)) {
                    break;
                }
            }
        }
        let next = (at > end).then_some(end);
        (rows, next)
    }

    /// A frontend that was disabled says so.
    fn as_ordered(&self, mut row: Row) -> Row {
        if self.is_disabled(row.section()) {
            row.set(Column::Status, "PAUSED".to_owned());
        }
        row
    }

    /// Looks at all counters once a second, so that rates, averages and ages can be told later.
    pub(super) fn look_back(&mut self, now: u64) {
        let Some(plan) = &self.plan else { return };
        if now < self.next_look {
            return;
        }
        self.next_look = (now / 1000 + 1) * 1000;
        self.overall.look(plan, now);
        for f in &plan.frontends {
            Side::front(f).look(now);
        }
        for b in &plan.backends {
            Side::back(b).look(now);
            for s in &b.servers {
                Side::server(s).look(now);
            }
        }
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Tcp => "tcp",
        Mode::Http => "http",
    }
}

impl Sight<'_> {
    fn frontend(&self, section: &Section<'_>, f: &Frontend) -> Row {
        let mut row = Row::new(Object::Frontend, &f.name, "FRONTEND", section.number, 0);
        let side = Side::front(f);
        let http = f.mode == Mode::Http;
        let active = f.shared.active.load(Relaxed);
        let limit = if f.maxconn == 0 {
            self.plan.maxconn
        } else {
            f.maxconn
        };
        let status = match () {
            () if self.stopping => "STOP",
            () if limit != 0 && active >= limit => "FULL",
            () => "OPEN",
        };
        side.sessions(&mut row, active);
        side.refusals(&mut row);
        row.set(Column::Slim, limit)
            .set(Column::Ereq, side.total(|t| &t.request_errors))
            .set(Column::Status, status)
            .set(Column::Mode, mode(f.mode))
            .set(Column::RateLim, f.session_limit)
            .set(Column::ConnTot, side.total(|t| &t.connections))
            .set(Column::ReqTot, side.total(|t| &t.requests))
            .set(Column::Dcon, side.total(|t| &t.denied_connections))
            .set(Column::Dses, side.total(|t| &t.denied_sessions));
        never(&mut row, http);
        if http {
            side.answers(&mut row);
            row.set(Column::Intercepted, side.total(|t| &t.intercepted));
        }
        let mut past = side.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.look(side.traffic, self.now);
        row.set(Column::Rate, past.sessions.now(self.now))
            .set(Column::RateMax, past.sessions.most())
            .set(Column::ReqRate, past.requests.now(self.now))
            .set(Column::ReqRateMax, past.requests.most())
            .set(Column::ConnRate, past.connections.now(self.now))
            .set(Column::ConnRateMax, past.connections.most());
        row
    }
}
