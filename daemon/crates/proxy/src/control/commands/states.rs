//! `show servers state` and `show servers conn`.

use super::find::backend;
use super::word;
use crate::control::Control;
use crate::control::checks::Kind;
use crate::desk::{Answer, Cursor};
use crate::plan::{Backend, Plan, Server};
use crate::shared::{State, WARM};
use config::haproxy::model::{self, Host, ServerAddress, ServerPort};
use health::CheckStatus;
use std::fmt::Write as _;
use std::sync::atomic::Ordering::Relaxed;

const COLUMNS: &str = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";

/// So much text is made at once.
pub const PART: usize = 32 << 10;

/// Bits of a check's state.
const RUNS: u32 = 0x01;
const CONFIGURED: u32 = 0x02;
const ENABLED: u32 = 0x04;
const PAUSED: u32 = 0x08;
const AGENT: u32 = 0x10;

impl Control {
    pub(super) fn servers_state(&self, words: &[String], from: Option<&Cursor>) -> Answer {
        self.servers(words, from, COLUMNS, |plan, b, s, out| {
            self.state_line(plan, b, s, out);
        })
    }

    pub(super) fn servers_conn(&self, words: &[String], from: Option<&Cursor>) -> Answer {
        let threads = self
            .registry
            .as_ref()
            .map_or(1, crate::shared::Registry::workers);
        let columns = format!(
            "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[{threads}]\n"
        );
        self.servers(words, from, &columns, |plan, b, s, out| {
            conn_line(plan, b, s, threads, out);
        })
    }

    /// A line for each server of all backends, or of one, a part at a time.
    fn servers(
        &self,
        words: &[String],
        from: Option<&Cursor>,
        columns: &str,
        line: impl Fn(&Plan, &Backend, &Server, &mut String),
    ) -> Answer {
        let Some(plan) = &self.plan else {
            return super::find::nothing_runs();
        };
        let only = match word(words, 0) {
            "" => None,
            name => match backend(plan, name) {
                Some(at) => Some(at),
                None => return Answer::error("Can't find backend.\n"),
            },
        };
        let (mut out, first) = match from {
            Some(Cursor::Row(row)) => (String::new(), *row),
            _ => (columns.to_owned(), 0),
        };
        let backends = plan.backends.iter().enumerate();
        let wanted = backends.filter(|(at, _)| only.is_none_or(|only| only == *at));
        let servers = wanted.flat_map(|(_, b)| {
            let written = b.servers.iter().filter(|s| !s.implied);
            written.map(move |s| (b, s))
        });
        for (row, (b, s)) in servers.enumerate().skip(first) {
            if out.len() > PART {
                return Answer::Part(out, Cursor::Row(row));
            }
            line(plan, b, s, &mut out);
        }
        Answer::Text(out)
    }

    fn state_line(&self, plan: &Plan, b: &Backend, s: &Server, out: &mut String) {
        let model = line_of(plan, b, s);
        let at = self.checks.place(&s.shared);
        let member = at.and_then(|at| self.checks.roster().members.get(at));
        let (fqdn, record) = names(model);
        let (address, port) = place(s, model);
        let since = (sys::epoll::unix_us() / 1000).saturating_sub(s.shared.since()) / 1000;
        let last = member.and_then(|m| m.last.as_ref());
        let status = last.map_or(CheckStatus::Initializing, |last| last.status);
        let health = match member.and_then(|m| m.health.as_ref()) {
            _ if s.shared.state() == State::Maintenance => 0,
            Some(health) => health.level(),
            None => model.map_or(2, |m| m.check.rise.value),
        };
        let runs = |kind| at.is_some_and(|at| self.checks.runs(at, kind));
        let check = match member {
            Some(m) if m.health.is_some() => {
                let paused = s.shared.state() == State::Maintenance;
                CONFIGURED
                    | flag(!m.unchecked, ENABLED)
                    | flag(paused, PAUSED)
                    | flag(runs(Kind::Health), RUNS)
            }
            _ => flag(model.is_some_and(|m| m.disabled), PAUSED),
        };
        let agent = match member {
            Some(m) if m.agent.is_some() => {
                AGENT | CONFIGURED | flag(!m.unasked, ENABLED) | flag(runs(Kind::Agent), RUNS)
            }
            _ => 0,
        };
        let forced = plan
            .model
            .proxies
            .get(b.section)
            .is_some_and(|p| p.id.is_some());
        let chosen = self.chose_number(&b.name, &s.name);
        let host = |host: Option<&config::Spanned<Host>>| {
            host.map_or_else(|| "-".to_owned(), |host| host.value.to_string())
        };
        let number = |port: Option<&config::Spanned<u16>>| port.map_or(0, |port| port.value);
        let _ = writeln!(
            out,
            "{} {} {} {} {address} {} {} {} {} {since} {} {} {health} {check} {agent} {} {} {fqdn} {port} {record} {} {} {} {} {}",
            plan.section_number(b.section),
            b.name,
            s.id,
            s.name,
            operation(s),
            s.shared.orders(),
            s.shared.weight(),
            s.shared.initial_weight(),
            number_of_status(status),
            result(last),
            u8::from(forced),
            u8::from(chosen),
            u8::from(model.is_some_and(|m| m.tls.is_some())),
            number(model.and_then(|m| m.check.port.as_ref())),
            host(model.and_then(|m| m.check.addr.as_ref())),
            host(model.and_then(|m| m.agent.addr.as_ref())),
            number(model.and_then(|m| m.agent.port.as_ref())),
        );
    }
}

fn flag(on: bool, bit: u32) -> u32 {
    if on { bit } else { 0 }
}

fn line_of<'p>(plan: &'p Plan, b: &Backend, s: &Server) -> Option<&'p model::Server> {
    let section = plan.model.proxies.get(b.section)?;
    let at = b.servers.iter().position(|other| std::ptr::eq(other, s))?;
    section.servers.get(at)
}

fn operation(s: &Server) -> u8 {
    match s.shared.operation() {
        _ if s.shared.state() == State::Maintenance => 0,
        State::Down | State::Maintenance => 0,
        State::Stopping => 3,
        _ if s.shared.warmth() < WARM => 1,
        State::NoCheck | State::Up | State::Unknown | State::Drain => 2,
    }
}

/// The name that it is given by, and the label of its service.
fn names(model: Option<&model::Server>) -> (&str, &str) {
    let address = model.map(|m| &m.address.value);
    let service = address.and_then(ServerAddress::service);
    let name = address.and_then(ServerAddress::name);
    (
        name.filter(|_| service.is_none()).unwrap_or("-"),
        service.unwrap_or("-"),
    )
}

fn place(s: &Server, model: Option<&model::Server>) -> (String, u16) {
    let told = s.shared.whereabouts.place();
    let Some(ServerAddress::Tcp { host, port }) = model.map(|m| &m.address.value) else {
        return ("-".to_owned(), 0);
    };
    let ip = match host {
        Host::Ip(ip) => ip.to_string(),
        Host::Name(_) => told.map_or_else(|| "-".to_owned(), |place| place.ip.to_string()),
    };
    let written = match port {
        ServerPort::Fixed(port) => *port,
        ServerPort::SameAsClient => 0,
        ServerPort::Offset(by) => u16::try_from(by.unsigned_abs()).unwrap_or(0),
    };
    (ip, told.and_then(|place| place.port).unwrap_or(written))
}

fn result(last: Option<&health::CheckResult>) -> u8 {
    match last {
        None => 0,
        Some(last) if last.status == CheckStatus::Checked => 1,
        Some(last) => match last.outcome() {
            health::Outcome::Failed => 2,
            health::Outcome::Passed => 3,
            health::Outcome::Conditional => 4,
        },
    }
}

/// `srv_check_status`
fn number_of_status(status: CheckStatus) -> u8 {
    match status {
        CheckStatus::Initializing => 1,
        CheckStatus::Checked => 3,
        CheckStatus::Observed => 4,
        CheckStatus::SocketError => 5,
        CheckStatus::L4Ok => 6,
        CheckStatus::L4Timeout => 7,
        CheckStatus::L4Connection => 8,
        CheckStatus::L6Ok => 9,
        CheckStatus::L6Timeout => 10,
        CheckStatus::L6Response => 11,
        CheckStatus::L7Timeout => 12,
        CheckStatus::L7Response => 13,
        CheckStatus::L7Ok => 15,
        CheckStatus::L7OkConditional => 16,
        CheckStatus::L7Status => 17,
        CheckStatus::ProgramError => 18,
        CheckStatus::ProgramTimeout => 19,
        CheckStatus::ProgramOk => 20,
    }
}

fn conn_line(plan: &Plan, b: &Backend, s: &Server, threads: usize, out: &mut String) {
    let model = line_of(plan, b, s);
    let (address, port) = place(s, model);
    let purge = model.map_or(5000, |m| {
        m.idle.purge.as_ref().map_or(5000, |d| d.value.as_millis())
    });
    let limit = model
        .and_then(|m| m.idle.most.as_ref())
        .map_or(-1, |n| i64::from(n.value));
    let (used, idle) = (s.shared.active.load(Relaxed), s.shared.idle.load(Relaxed));
    let _ = write!(
        out,
        "{}/{} {}/{} {address} {port} - {purge} {used} {used} {used} 0 {idle} {limit} {idle}",
        b.name,
        s.name,
        plan.section_number(b.section),
        s.id
    );
    for thread in 0..threads {
        let _ = write!(out, " {}", if thread == 0 { idle } else { 0 });
    }
    out.push('\n');
}
