//! Orders about frontends and the whole process: taking connections or not, and how many.

use super::{leading_number, listed, word};
use crate::control::Control;
use crate::desk::{Answer, Job};
use crate::shared::Traffic;
use std::sync::Arc;
use trafficlog::Level;

const RATES: &str = "'set rate-limit' only supports :\n   - 'connections global' to set the per-process maximum connection rate\n   - 'sessions global' to set the per-process maximum session rate\n   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n   - 'http-compression global' to set the per-process maximum compression speed in kB/s\n";

/// Connections that may wait again where nothing is said.
const BACKLOG: u32 = 4096;

impl Control {
    pub(in crate::control) fn is_disabled(&self, name: &str) -> bool {
        self.amendments.shut.iter().any(|(shut, _)| shut == name)
    }

    /// `shutdown frontend`: it is as if it were not there.
    pub(in crate::control) fn is_shut(&self, name: &str) -> bool {
        self.amendments
            .shut
            .iter()
            .any(|(shut, for_good)| shut == name && *for_good)
    }

    /// The sockets that workers listen on.
    pub(in crate::control) fn open_grants(&self) -> Vec<crate::worker::Grant> {
        listed::open(&self.grants, &self.amendments.shut)
    }

    /// The answer comes when all workers took it up.
    pub(super) fn disable_frontend(&mut self, job: &Job, for_good: bool) -> Option<Answer> {
        let (plan, at) = match self.find_frontend(&job.invocation.words) {
            Ok(found) => found,
            Err(refused) => return Some(refused),
        };
        let name = &plan.frontends[at].name;
        let refusal = match (self.is_shut(name), self.is_disabled(name), for_good) {
            (true, _, true) => "Frontend was already shut down.\n",
            (true, _, false) => "Frontend was previously shut down, cannot disable.\n",
            (false, true, false) => "All sockets are already disabled.\n",
            _ => "",
        };
        if !refusal.is_empty() {
            return Some(Answer::error(refusal));
        }
        self.amendments.shut.retain(|(shut, _)| shut != name);
        self.amendments.shut.push((name.clone(), for_good));
        self.tell_amendments();
        let number = self.sockets.question(job.ticket);
        let team = self.team.as_ref()?;
        self.sockets
            .closing
            .insert(number, (name.clone(), team.len()));
        team.close_frontend(name, number);
        None
    }

    /// A worker took it up. After the last one the kernel refuses connections, unless the frontend
    /// was enabled meanwhile.
    pub(in crate::control) fn told_closed(&mut self, number: u64) {
        let Some((name, left)) = self.sockets.closing.get_mut(&number) else {
            return;
        };
        *left -= 1;
        if *left > 0 {
            return;
        }
        let name = std::mem::take(name);
        self.sockets.closing.remove(&number);
        if self.is_disabled(&name) {
            for socket in listed::of_frontend(&self.grants, &name) {
                let _ = sys::tcp::shutdown_read(&**socket);
            }
        }
        self.tell_frontend(&name);
        self.sockets.late(number, Answer::Done);
    }

    /// The log's line about a frontend that an order has closed or opened, as haproxy writes it.
    fn tell_frontend(&mut self, name: &str) {
        let Some(plan) = self.plan.clone() else {
            return;
        };
        let Some(f) = plan.frontends.iter().find(|f| f.name == name) else {
            return;
        };
        let farm = plan.backends.iter().find(|b| b.section == f.section);
        let kind = if farm.is_some() { "proxy" } else { "frontend" };
        let line = if self.is_shut(name) {
            let came = Traffic::total(&f.shared.traffic, |t| &t.connections);
            let passed = farm.map_or(0, |b| Traffic::total(&b.shared.traffic, |t| &t.sessions));
            format!("Proxy {name} stopped (cumulated conns: FE: {came}, BE: {passed}).")
        } else if self.is_disabled(name) {
            format!("Paused {kind} {name}.")
        } else {
            format!("Resumed {kind} {name}.")
        };
        self.log.event(f.section, Level::Warning, &line);
    }

    pub(super) fn enable_frontend(&mut self, words: &[String]) -> Answer {
        let (plan, at) = match self.find_frontend(words) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let name = &plan.frontends[at].name;
        if self.is_shut(name) {
            let text = "Frontend was previously shut down, cannot enable.\n";
            return Answer::error(text);
        }
        if !self.is_disabled(name) {
            return Answer::error("All sockets are already enabled.\n");
        }
        self.amendments.shut.retain(|(shut, _)| shut != name);
        let mine = self.grants.iter().filter(|grant| grant.frontend == *name);
        for grant in mine {
            let bind = listed::bind_of(&plan.model, grant);
            let backlog = bind
                .and_then(|b| b.backlog.as_ref())
                .map_or(BACKLOG, |n| n.value);
            let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
            if let Err(e) = rustix::net::listen(&*grant.fd, backlog) {
                let text = format!("Some sockets of {name} could not be enabled again: {e}\n");
                return Answer::error(text);
            }
        }
        if let Some(team) = &self.team {
            team.configure(&plan, &self.open_grants(), &Arc::default());
        }
        self.tell_amendments();
        self.tell_frontend(name);
        Answer::Done
    }

    pub(super) fn set_frontend_maxconn(&mut self, words: &[String]) -> Answer {
        let (plan, at) = match self.find_frontend(words) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        let text = word(words, 1);
        if text.is_empty() {
            return Answer::error("Integer value expected.\n");
        }
        let Ok(limit) = u32::try_from(leading_number(text)) else {
            return Answer::error("Value out of range.\n");
        };
        let name = plan.frontends[at].name.clone();
        self.amend(|all| {
            all.frontends.retain(|(known, _)| *known != name);
            all.frontends.push((name, limit));
        });
        Answer::Done
    }

    pub(super) fn set_global_maxconn(&mut self, words: &[String]) -> Answer {
        let text = word(words, 0);
        if text.is_empty() {
            return Answer::error("Expects an integer value.\n");
        }
        let written = self
            .written
            .as_ref()
            .and_then(|m| m.global.maxconn.as_ref());
        let most = written.map(|n| n.value);
        // None, and what is less than one, means what the configuration says.
        let limit = u32::try_from(leading_number(text).max(0)).ok();
        match (limit, most) {
            (None, _) => Answer::error("Value out of range.\n"),
            (Some(limit), Some(most)) if limit > most => Answer::error("Value out of range.\n"),
            (Some(limit), _) => {
                self.amend(|all| all.maxconn = (limit > 0).then_some(limit));
                Answer::Done
            }
        }
    }

    pub(super) fn set_rate_limit(&mut self, words: &[String]) -> Answer {
        let what = word(words, 0);
        let known = [
            "connections",
            "sessions",
            "ssl-sessions",
            "http-compression",
        ];
        if !known.contains(&what) || word(words, 1) != "global" {
            return Answer::error(RATES);
        }
        let text = word(words, 2);
        if text.is_empty() {
            return Answer::error("Expects an integer value.\n");
        }
        let Ok(limit) = u32::try_from(leading_number(text).max(0)) else {
            return Answer::error("Value out of range.\n");
        };
        match what {
            "connections" => self.amend(|all| all.connection_rate = Some(limit)),
            "sessions" => self.amend(|all| all.session_rate = Some(limit)),
            "ssl-sessions" => self.amend(|all| all.tls_rate = Some(limit)),
            // Nothing is limited there: only the limit that is none can be kept.
            _ if limit > 0 => {
                return Answer::error(format!("There is no limit of {what} here.\n"));
            }
            _ => {}
        }
        Answer::Done
    }
}
