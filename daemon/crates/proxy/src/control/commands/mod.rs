//! Commands of the runtime sockets, carried out by the control thread: it has everything that they
//! ask about, and each answer is one step that takes next to no time.

mod amend;
mod certificates;
mod cookies;
mod crt_lists;
mod dynamic;
mod errors;
mod find;
mod frontends;
mod listed;
mod page_orders;
mod patterns;
mod places;
mod process;
mod recompile;
mod servers;
mod sessions;
mod stapled;
mod states;
mod statistics;
mod supervisor;
mod tables;
mod ticket_keys;
mod trusted;
mod variables;
mod waiting;
mod walk;

use super::change::Change;
use super::{Control, RunError};
use crate::desk::{Answer, Desk, Job, Settings, Socket};
use crate::worker::Grant;
pub use amend::Amendments;
use config::haproxy::model::{self, SeverityOutput, SocketLevel};
use runtime::{Command, Level, Manner};
use std::sync::Arc;
use std::time::Duration;
use sys::epoll::Interest;
pub use waiting::RuntimeSockets;

/// `stats timeout` and `stats maxconn` where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);
const MOST_CLIENTS: usize = 10;

/// Splits off the sockets of `stats socket`: no worker hears of them.
pub fn split(grants: Vec<Grant>) -> (Vec<Grant>, Vec<Grant>) {
    grants.into_iter().partition(|g| !g.frontend.is_empty())
}

impl Control {
    /// Takes up the sockets of a configuration.
    pub(super) fn configure_sockets(
        &mut self,
        model: &model::Config,
        grants: Vec<Grant>,
    ) -> Result<(), RunError> {
        self.sockets.grants = grants;
        if self.sockets.desk.is_none() && !self.sockets.grants.is_empty() {
            let desk = Arc::new(Desk::new()?);
            self.epoll
                .add(desk.control(), super::DESK, Interest::Input)?;
            let thread = crate::desk::start(desk.clone())?;
            self.sockets.desk = Some((desk, thread));
        }
        let Some((desk, _)) = &self.sockets.desk else {
            return Ok(());
        };
        let said: Vec<&model::StatsSocket> = model
            .global
            .runtime_addresses()
            .map(|(_, socket, _)| socket)
            .collect();
        let grants = self.sockets.grants.iter();
        let sockets = grants.filter_map(|grant| {
            let said = said.get(usize::try_from(grant.index).ok()?)?;
            Some(socket(grant, said))
        });
        desk.configure(Settings {
            sockets: sockets.collect(),
            timeout: model
                .global
                .stats_timeout
                .as_ref()
                .map_or(TIMEOUT, |t| t.value),
            most: model
                .global
                .stats_maxconn
                .as_ref()
                .map_or(MOST_CLIENTS, |n| n.value as usize),
        });
        Ok(())
    }

    /// Carries out what clients of the runtime sockets want.
    pub(super) fn on_desk(&mut self, now: u64, changes: &mut Vec<Change>) -> Result<(), RunError> {
        let Some(desk) = self.sockets.desk.as_ref().map(|(desk, _)| desk.clone()) else {
            return Ok(());
        };
        for job in desk.take_jobs() {
            let ticket = job.ticket;
            if !amend::only_amends(job.invocation.command) {
                self.settle_amendments(now)?;
            }
            match self.carry_out(&job, now, changes)? {
                // Who is answered may count on it: the workers are to have it by then.
                Some(answer) if self.amends => self.sockets.held.push((ticket, answer)),
                Some(answer) => desk.answer(ticket, answer),
                None => {}
            }
        }
        self.settle_amendments(now)
    }

    /// `None`: others are asked first.
    fn carry_out(
        &mut self,
        job: &Job,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Result<Option<Answer>, RunError> {
        use Command as C;
        let it = &job.invocation;
        let words = &it.words[..];
        Ok(Some(match it.command {
            C::ShowSess | C::ShutdownSession => return Ok(self.sessions(job)),
            C::DisableFrontend => return Ok(self.disable_frontend(job, false)),
            C::ShutdownFrontend => return Ok(self.disable_frontend(job, true)),
            C::ShowVrrp | C::ShowConfig | C::ShowStartupLogs => return self.ask_supervisor(job),
            C::ShutdownSessions => self.end_sessions(words),
            C::ShowServersState => self.servers_state(words, job.cursor.as_ref()),
            C::ShowServersConn => self.servers_conn(words, job.cursor.as_ref()),
            C::GetWeight => self.get_weight(words),
            C::SetWeight => self.set_weight(words, changes),
            C::SetServer => self.set_server(words, now, changes),
            C::EnableServer => self.wish(words, health::Wish::Ready, now, changes),
            C::DisableServer => self.wish(words, health::Wish::Maintenance, now, changes),
            C::SetMaxconnServer => self.set_server_maxconn(words),
            C::EnableHealth => self.switch_check(words, false, true, now, changes),
            C::DisableHealth => self.switch_check(words, false, false, now, changes),
            C::EnableAgent => self.switch_check(words, true, true, now, changes),
            C::DisableAgent => self.switch_check(words, true, false, now, changes),
            C::AddServer => self.add_server(it),
            C::DelServer => self.delete_server(words),
            C::EnableCookie | C::DisableCookie | C::SetCookieKey => self.dynamic_cookie(it),
            C::EnableFrontend => self.enable_frontend(words),
            C::SetMaxconnFrontend => self.set_frontend_maxconn(words),
            C::SetMaxconnGlobal => self.set_global_maxconn(words),
            C::SetRateLimit => self.set_rate_limit(words),
            C::ShowTable | C::ClearTable | C::SetTable => self.tables(it, now),
            C::ShowMap
            | C::ShowAcl
            | C::GetMap
            | C::GetAcl
            | C::AddMap
            | C::AddAcl
            | C::SetMap
            | C::DelMap
            | C::DelAcl
            | C::ClearMap
            | C::ClearAcl
            | C::PrepareMap
            | C::PrepareAcl
            | C::CommitMap
            | C::CommitAcl => self.patterns(it),
            C::GetVar => self.get_var(words),
            C::SetVar => self.set_var(words),
            C::ShowSslCert
            | C::SetSslCert
            | C::CommitSslCert
            | C::AbortSslCert
            | C::NewSslCert
            | C::DelSslCert => self.certificate(it),
            C::ShowSslCaFile
            | C::SetSslCaFile
            | C::CommitSslCaFile
            | C::AbortSslCaFile
            | C::NewSslCaFile
            | C::DelSslCaFile
            | C::ShowSslCrlFile
            | C::SetSslCrlFile
            | C::CommitSslCrlFile
            | C::AbortSslCrlFile
            | C::NewSslCrlFile
            | C::DelSslCrlFile => self.trusted(it),
            C::ShowSslCrtList | C::AddSslCrtList | C::DelSslCrtList => self.crt_list(it),
            C::ShowSslOcspResponse => self.show_stapled(word(words, 0)),
            C::SetSslOcspResponse => self.set_stapled(it),
            C::ShowTlsKeys => self.show_ticket_keys(word(words, 0)),
            C::SetSslTlsKey => self.set_ticket_key(it),
            C::GetSockets => self.hand_over(job),
            _ => self.about_process(it, job.cursor.as_ref(), now),
        }))
    }

    /// `expose-fd listeners`
    fn hand_over(&self, job: &Job) -> Answer {
        let Some(plan) = self.plan.as_ref().filter(|_| job.exposes) else {
            return Answer::Nothing;
        };
        let all = self.grants.iter().chain(&self.sockets.grants);
        let interface = |grant: &Grant| {
            let bind = listed::bind_of(&plan.model, grant)?;
            bind.interface.as_ref().map(|name| name.value.clone())
        };
        let named = all.map(|grant| (grant.fd.clone(), interface(grant).unwrap_or_default()));
        Answer::Sockets(named.collect())
    }
}

fn socket(grant: &Grant, said: &model::StatsSocket) -> Socket {
    Socket {
        fd: grant.fd.clone(),
        level: match said.level {
            SocketLevel::User => Level::User,
            SocketLevel::Operator => Level::Operator,
            SocketLevel::Admin => Level::Admin,
        },
        manner: match said.severity_output {
            SeverityOutput::None => Manner::Silent,
            SeverityOutput::Number => Manner::Number,
            SeverityOutput::String => Manner::Text,
        },
        exposes: said.expose_fd_listeners,
    }
}

/// A word, or an empty one where there is none.
fn word(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", String::as_str)
}

/// The number that a text begins with, as C's `atol` reads it; 0 where there is none.
fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = digits[..length].parse().unwrap_or(0);
    if text.starts_with('-') {
        -number
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn numbers_are_read_up_to_what_is_none() {
        for (text, number) in [
            ("5", 5),
            ("5s", 5),
            ("-7x", -7),
            ("x", 0),
            ("", 0),
            ("+3", 3),
        ] {
            assert_eq!(leading_number(text), number, "{text}");
        }
    }
}
