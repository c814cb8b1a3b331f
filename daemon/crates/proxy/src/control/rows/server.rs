//! The line of a server.

use super::backend::{effective_weight, warm_steps};
use super::side::Side;
use super::{Section, Sight, mode};
use crate::control::roster::Member;
use crate::plan::{Backend, Mode, Server, Target};
use crate::shared::{STEPS, State, WARM};
use config::haproxy::model;
use health::{CheckResult, CheckStatus, Health};
use stats::{Column, Object, Row};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use sys::tcp::Peer;

impl Sight<'_> {
    pub(super) fn server(
        &self,
        section: &Section<'_>,
        b: &Backend,
        s: &Server,
        model: &model::Server,
    ) -> Row {
        let mut row = Row::new(Object::Server, &b.name, &s.name, section.number, s.id);
        let side = Side::server(s);
        side.sessions(&mut row, s.shared.active.load(Relaxed));
        side.behind(&mut row, self.now);
        if b.mode == Mode::Http {
            side.answers(&mut row);
            row.set(Column::ReqTot, side.total(|t| &t.requests));
        }
        let limit = |n: u32| Some(n).filter(|n| *n > 0);
        let warming = s.shared.warmth() < WARM && s.slowstart > 0 && s.shared.state().is_up();
        let share = warm_steps(b, s) * 100 / STEPS;
        row.set(Column::Qcur, s.shared.queued.load(Relaxed))
            .put(Column::Slim, limit(s.shared.maxconn()))
            .put(Column::Qlimit, limit(s.maxqueue))
            .put(Column::Throttle, warming.then_some(share))
            .set(Column::Weight, effective_weight(b, s))
            .set(Column::Uweight, s.shared.weight())
            .set(Column::Act, !s.backup)
            .set(Column::Bck, s.backup)
            .set(Column::Lastchg, s.shared.standing.age())
            .set(Column::Mode, mode(b.mode))
            .set(Column::Wrew, 0_u32)
            .set(Column::Eint, 0_u32)
            .set(Column::UsedConnCur, s.shared.active.load(Relaxed));
        let idle = model.idle.most.as_ref().map(|most| most.value);
        row.put(Column::SrcIlim, idle);
        if self.legends {
            row.set(Column::Addr, address(s));
            let cookie = model.cookie.as_ref().map(|cookie| cookie.value.clone());
            row.put(Column::Cookie, cookie);
        }
        self.checked(&mut row, s, model);
        row
    }

    /// What checks and the agent say.
    fn checked(&self, row: &mut Row, s: &Server, model: &model::Server) {
        let roster = self.checks.roster();
        let at = self.checks.place(&s.shared);
        let member = at.and_then(|at| roster.members.get(at));
        let (Some(at), Some(member)) = (at, member) else {
            row.set(Column::Status, s.shared.state().name());
            return;
        };
        row.set(Column::Status, roster.status(at));
        let tracked = member.tracks.and_then(|at| roster.members.get(at));
        let name = |m: &Member| format!("{}/{}", m.server.backend, m.server.name);
        row.put(Column::Tracked, tracked.map(name));
        if let Some(health) = member.health.as_ref().filter(|_| !member.unchecked) {
            row.set(Column::Chkfail, s.shared.failed_checks.get())
                .set(Column::Chkdown, s.shared.standing.falls())
                .set(Column::Downtime, s.shared.standing.downtime());
            if s.observed.is_some() {
                row.set(Column::Hanafail, s.shared.failed_traffic.get());
            }
            // In maintenance nobody looks after it.
            if s.shared.state() != State::Maintenance {
                row.set(Column::CheckRise, model.check.rise.value)
                    .set(Column::CheckFall, model.check.fall.value)
                    .set(Column::CheckHealth, health.level());
                found(row, &HEALTH, member.last.as_ref(), self.busy.contains(&at));
            }
        }
        if let Some(agent) = &member.agent {
            said(row, agent);
            found(row, &AGENT, member.last_agent.as_ref(), false);
        }
    }
}

/// Where the result of a check goes, and that of an agent.
struct Places {
    status: Column,
    code: Column,
    duration: Column,
    description: Column,
    said: Column,
}

const HEALTH: Places = Places {
    status: Column::CheckStatus,
    code: Column::CheckCode,
    duration: Column::CheckDuration,
    description: Column::CheckDesc,
    said: Column::LastChk,
};

const AGENT: Places = Places {
    status: Column::AgentStatus,
    code: Column::AgentCode,
    duration: Column::AgentDuration,
    description: Column::AgentDesc,
    said: Column::LastAgt,
};

fn found(row: &mut Row, places: &Places, last: Option<&CheckResult>, busy: bool) {
    let status = last.map_or(CheckStatus::Initializing, |last| last.status);
    let code = status.code();
    if busy {
        row.set(places.status, format!("* {code}"));
    } else {
        row.set(places.status, code);
    }
    row.set(places.description, status.description());
    let Some(last) = last else { return };
    let duration = u64::try_from(last.duration.as_millis()).unwrap_or(u64::MAX);
    row.set(places.duration, duration)
        // Of a program that a signal ended, -1 stands there as the original writes it.
        .put(places.code, last.told_code().map(i32::cast_unsigned))
        .set(places.said, last.info.clone().unwrap_or_default());
}

/// An agent is believed at once.
fn said(row: &mut Row, agent: &Health) {
    row.set(Column::AgentRise, 1_u32)
        .set(Column::AgentFall, 1_u32)
        .set(Column::AgentHealth, agent.level());
}

/// Where its connections go now; without a port where that is the client's.
fn address(s: &Server) -> String {
    let port = |ip: IpAddr| SocketAddr::new(ip, 0).to_string();
    match (&s.target, s.peer(|| None)) {
        (_, Some(Peer::Unix(_))) => "unix".to_owned(),
        (_, Some(Peer::Tcp(address))) => address.to_string(),
        (Target::ClientPort(ip, _), None) => port(*ip),
        (Target::Client(_) | Target::Named(_) | Target::Fixed(_), None) => String::new(),
    }
}
