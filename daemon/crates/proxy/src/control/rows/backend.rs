//! The line of a backend.

use super::side::{Side, never};
use super::{Section, Sight, mode};
use crate::plan::{Backend, Mode, Server};
use crate::shared::STEPS;
use config::haproxy::model::Balance;
use stats::{Column, Object, Row};

impl Sight<'_> {
    pub(super) fn backend(&self, section: &Section<'_>, b: &Backend) -> Row {
        let mut row = Row::new(Object::Backend, &b.name, "BACKEND", section.number, 0);
        let side = Side::back(b);
        let http = b.mode == Mode::Http;
        let written = || b.servers.iter().filter(|s| !s.implied);
        let serves =
            |backup: bool| written().filter(move |s| s.backup == backup && s.shared.serves());
        let (active, backup) = (serves(false).count(), serves(true).count());
        let up = written().next().is_none() || active + backup > 0;
        let in_use = || -> Box<dyn Iterator<Item = &Server>> {
            match (active, b.allbackups) {
                (0, true) => Box::new(serves(true)),
                (0, false) => Box::new(serves(true).take(1)),
                _ => Box::new(serves(false)),
            }
        };
        let all = b.shared.sessions();
        side.sessions(&mut row, all);
        side.refusals(&mut row);
        side.behind(&mut row, self.now);
        never(&mut row, http);
        if http {
            side.answers(&mut row);
            row.set(Column::ReqTot, side.total(|t| &t.requests));
        }
        let standing = &b.shared.standing;
        row.set(Column::Qcur, b.shared.queued_unbound())
            .set(Column::Slim, b.fullconn)
            .set(Column::Status, if up { "UP" } else { "DOWN" })
            .set(
                Column::Weight,
                in_use().map(|s| effective_weight(b, s)).sum::<u32>(),
            )
            .set(
                Column::Uweight,
                in_use().map(|s| s.shared.weight()).sum::<u32>(),
            )
            .set(Column::Act, active)
            .set(Column::Bck, backup)
            .set(Column::Chkdown, standing.falls())
            .set(Column::Lastchg, standing.age())
            .put(
                Column::Downtime,
                written().next().map(|_| standing.downtime()),
            )
            .set(Column::Mode, mode(b.mode))
            .set(Column::AggServerStatus, 0_u32)
            .set(Column::AggServerCheckStatus, 0_u32)
            .set(Column::AggCheckStatus, 0_u32);
        if self.legends {
            let cookie = section.model.cookie.as_ref();
            row.put(Column::Cookie, cookie.map(|c| c.name.value.clone()))
                .set(Column::Algo, algorithm(&b.balance));
        }
        row
    }
}

/// The part of its weight that it has while it warms up.
pub fn effective_weight(b: &Backend, s: &Server) -> u32 {
    (s.shared.weight() * warm_steps(b, s)).div_ceil(STEPS)
}

/// All of them where weights do not move.
pub fn warm_steps(b: &Backend, s: &Server) -> u32 {
    if b.has_fixed_weights() {
        STEPS
    } else {
        s.shared.warm_steps()
    }
}

fn algorithm(balance: &Balance) -> &'static str {
    match balance {
        Balance::RoundRobin => "roundrobin",
        Balance::StaticRr => "static-rr",
        Balance::LeastConn => "leastconn",
        Balance::First => "first",
        Balance::Source => "source",
        Balance::Uri { .. } => "uri",
        Balance::UrlParam { .. } => "url_param",
        Balance::Hdr { .. } => "hdr",
        Balance::Random { .. } => "random",
        Balance::RdpCookie { .. } => "rdp-cookie",
        Balance::Hash(_) => "hash",
    }
}
