//! What lines of frontends, backends and servers have in common: counters over all workers.

use crate::plan::{Backend, Frontend, Server};
use crate::shared::{Counter, Past, Traffic};
use stats::{Column, Row};
use std::sync::{Mutex, PoisonError};

/// The counters of a frontend, backend or server, and what looking at them told.
pub struct Side<'a> {
    pub traffic: &'a [Traffic],
    pub past: &'a Mutex<Past>,
}

impl<'a> Side<'a> {
    pub fn front(f: &'a Frontend) -> Self {
        Self {
            traffic: &f.shared.traffic,
            past: &f.shared.past,
        }
    }

    pub fn back(b: &'a Backend) -> Self {
        Self {
            traffic: &b.shared.traffic,
            past: &b.shared.past,
        }
    }

    pub fn server(s: &'a Server) -> Self {
        Self {
            traffic: &s.shared.traffic,
            past: &s.shared.past,
        }
    }

    pub fn look(&self, now: u64) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.look(self.traffic, now);
    }

    pub fn total(&self, of: impl Fn(&Traffic) -> &Counter) -> u64 {
        Traffic::total(self.traffic, of)
    }

    pub fn most(&self, of: impl Fn(&Traffic) -> &Counter) -> u64 {
        Traffic::most(self.traffic, of)
    }

    /// Sessions and bytes.
    pub fn sessions(&self, row: &mut Row, active: u32) {
        row.set(Column::Scur, active)
            .set(Column::Smax, self.most(|t| &t.most))
            .set(Column::Stot, self.total(|t| &t.sessions))
            .set(Column::Bin, self.total(|t| &t.bytes_in))
            .set(Column::Bout, self.total(|t| &t.bytes_out));
    }

    pub fn refusals(&self, row: &mut Row) {
        row.set(Column::Dreq, self.total(|t| &t.denied_requests))
            .set(Column::Dresp, self.total(|t| &t.denied_responses));
    }

    /// Answers by the class of their status.
    pub fn answers(&self, row: &mut Row) {
        const CLASSES: [Column; 6] = [
            Column::Hrsp1xx,
            Column::Hrsp2xx,
            Column::Hrsp3xx,
            Column::Hrsp4xx,
            Column::Hrsp5xx,
            Column::HrspOther,
        ];
        for (at, class) in CLASSES.into_iter().enumerate() {
            row.set(class, self.total(|t| &t.answers[at]));
        }
    }

    /// What the sides of servers count, and how long exchanges took.
    pub fn behind(&self, row: &mut Row, now: u64) {
        const TIMES: [(Column, Column); 4] = [
            (Column::Qtime, Column::QtimeMax),
            (Column::Ctime, Column::CtimeMax),
            (Column::Rtime, Column::RtimeMax),
            (Column::Ttime, Column::TtimeMax),
        ];
        row.set(Column::Qmax, self.most(|t| &t.most_queued))
            .set(Column::Dresp, self.total(|t| &t.denied_responses))
            .set(Column::Econ, self.total(|t| &t.connection_errors))
            .set(Column::Eresp, self.total(|t| &t.response_errors))
            .set(Column::Wretr, self.total(|t| &t.retries))
            .set(Column::Wredis, self.total(|t| &t.redispatches))
            .set(Column::Lbtot, self.total(|t| &t.balanced))
            .set(Column::CliAbrt, self.total(|t| &t.client_aborts))
            .set(Column::SrvAbrt, self.total(|t| &t.server_aborts))
            .set(Column::Connect, self.total(|t| &t.connects))
            .set(Column::Reuse, self.total(|t| &t.reuses));
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.look(self.traffic, now);
        row.set(Column::Rate, past.sessions.now(now))
            .set(Column::RateMax, past.sessions.most());
        let age = past.last_session.map_or(-1, |at| {
            i64::try_from(now.saturating_sub(at) / 1000).unwrap_or(-1)
        });
        row.set(Column::Lastsess, age);
        for (at, (mean, longest)) in TIMES.into_iter().enumerate() {
            row.set(mean, past.times[at].mean())
                .set(longest, self.most(|t| &t.times[at].longest));
        }
    }
}

/// What does not happen here: headers always fit, nothing is compressed or cached.
pub fn never(row: &mut Row, http: bool) {
    for column in [
        Column::Wrew,
        Column::Eint,
        Column::CompIn,
        Column::CompOut,
        Column::CompByp,
        Column::CompRsp,
    ] {
        row.set(column, 0_u32);
    }
    if http {
        row.set(Column::CacheLookups, 0_u32)
            .set(Column::CacheHits, 0_u32);
    }
}
