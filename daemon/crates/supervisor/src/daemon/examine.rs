//! The proxy's external checks: it names the section, and what is run is the configuration's to say.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use ipc::{Examination, ToWorker, Verdict};

use super::Daemon;
use crate::command::Starter;
use crate::host;
use crate::programs::{Said, Wanted};
use crate::worker::{Kind, Rank};

/// What variables of a check may be called: nothing that a loader or a shell goes by.
const PREFIX: &str = "HAPROXY_";

impl Daemon {
    pub(super) fn examine(&mut self, examination: Examination) {
        let id = examination.id;
        if self.is_about_to_end() {
            return self.programs_say(vec![Said::Verdict(id, Verdict::Postponed)]);
        }
        match self.wanted_program(examination) {
            Some(wanted) => self.programs.add(wanted),
            // Another configuration is on its way to the proxy.
            None => self.programs_say(vec![Said::Verdict(id, Verdict::Postponed)]),
        }
    }

    fn wanted_program(&self, examination: Examination) -> Option<Wanted> {
        let program = self.current.programs.get(&examination.section)?;
        let path = program.path.as_ref().map_or("", |path| &path.value);
        let told = examination.variables.into_iter();
        let told = told.filter(|(name, _)| name.starts_with(PREFIX));
        let env = std::iter::once(("PATH".to_owned(), path.to_owned())).chain(told);
        Some(Wanted {
            id: examination.id,
            section: examination.section,
            program: program.command.as_ref()?.value.clone(),
            arguments: examination.arguments,
            env: env
                .map(|(name, value)| (OsString::from(name), OsString::from(value)))
                .collect(),
            identity: host::confinement(&self.current, &self.users).identity,
            deadline: Instant::now() + Duration::from_millis(examination.limit_ms),
        })
    }

    pub(super) fn advance_programs(&mut self, now: Instant) {
        if self.is_about_to_end() {
            let said = self.programs.postpone();
            self.programs_say(said);
        }
        let starter = Starter {
            users: &self.users,
            guarded: false,
            epoll: &self.epoll,
        };
        let said = self.programs.advance(now, &starter);
        self.programs_say(said);
    }

    pub(super) fn program_ended(&mut self, token: u64) {
        let said = self.programs.ended(token, &self.epoll);
        self.programs_say(said.into_iter().collect());
    }

    /// Whichever process of the proxy asked: numbers are no other's.
    fn programs_say(&mut self, said: Vec<Said>) {
        for said in said {
            match said {
                Said::Warning(text) => self.journal.warning(&text),
                Said::Verdict(id, verdict) => {
                    let message = ToWorker::Examined { id, verdict };
                    for rank in [Rank::Current, Rank::Heir, Rank::Leaver] {
                        self.tell_ranked(Kind::Proxy, rank, &message);
                    }
                }
            }
        }
    }
}
