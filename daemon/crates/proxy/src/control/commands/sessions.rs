//! `show sess` and the ends of sessions: the workers have them, and tell of some at a time.

use super::word;
use crate::control::Control;
use crate::control::team::Team;
use crate::desk::{Answer, Cursor, Job};
use crate::worker::{SessionId, SessionQuestion};
use runtime::Command;

/// Older than nothing: all sessions.
const ALL_AGES: u64 = 0;

impl Control {
    /// Asks a worker; its report is the answer.
    pub(super) fn sessions(&mut self, job: &Job) -> Option<Answer> {
        let words = &job.invocation.words;
        if job.invocation.command == Command::ShutdownSession {
            return self.end_session(job);
        }
        let named = SessionId::read(word(words, 0));
        let (worker, from) = match (&job.cursor, named) {
            (Some(Cursor::Session { worker, from }), _) => (*worker, *from),
            (_, Some(id)) => (id.worker(), 0),
            _ => (0, 0),
        };
        let workers = self.team.as_ref().map_or(0, Team::len);
        if worker >= workers {
            return Some(if named.is_some() {
                Answer::Done
            } else {
                Answer::Text(String::new())
            });
        }
        let older = match word(words, 0) {
            "older" => seconds(word(words, 1)),
            _ => ALL_AGES,
        };
        let number = self.sockets.question(job.ticket);
        let question = SessionQuestion {
            number,
            from,
            only: named,
            in_full: named.is_some() || word(words, 0) == "all",
            older_ms: older * 1000,
        };
        if let Some(team) = &self.team {
            team.ask_sessions(worker, question);
        }
        None
    }

    /// What a worker said to a question; it goes on with the next one.
    pub(in crate::control) fn told_sessions(
        &mut self,
        worker: usize,
        question: &SessionQuestion,
        text: String,
        next: Option<u32>,
    ) {
        let workers = self.team.as_ref().map_or(0, Team::len);
        let cursor = match next {
            Some(from) => Some(Cursor::Session { worker, from }),
            None if question.only.is_some() || worker + 1 >= workers => None,
            None => Some(Cursor::Session {
                worker: worker + 1,
                from: 0,
            }),
        };
        let answer = match cursor {
            Some(cursor) => Answer::Part(text, cursor),
            None => Answer::Text(text),
        };
        self.sockets.late(question.number, answer);
    }

    fn end_session(&mut self, job: &Job) -> Option<Answer> {
        let text = word(&job.invocation.words, 0);
        if !text.starts_with("0x") {
            return Some(Answer::error(
                "Session pointer expected (use 'show sess').\n",
            ));
        }
        let workers = self.team.as_ref().map_or(0, Team::len);
        let Some(id) = SessionId::read(text).filter(|id| id.worker() < workers) else {
            return Some(no_session());
        };
        let number = self.sockets.question(job.ticket);
        if let Some(team) = &self.team {
            team.end_session(id, number);
        }
        None
    }

    /// Whether the session that was to end was there.
    pub(in crate::control) fn told_end(&mut self, number: u64, found: bool) {
        let answer = if found { Answer::Done } else { no_session() };
        self.sockets.late(number, answer);
    }

    pub(super) fn end_sessions(&self, words: &[String]) -> Answer {
        match self.find_server(words) {
            Ok(found) => {
                if let Some(team) = &self.team {
                    team.end_sessions(&found.server().shared, b'K');
                }
                Answer::Done
            }
            Err(refused) => refused,
        }
    }
}

fn no_session() -> Answer {
    Answer::error("No such session (use 'show sess').\n")
}

/// `5`, `5s`, `2m`, `1h`; what is none is no time.
fn seconds(text: &str) -> u64 {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => 0,
    };
    number.parse::<u64>().unwrap_or(0).saturating_mul(unit)
}
