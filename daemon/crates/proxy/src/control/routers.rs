//! The virtual routers of this host, for the page and the metrics: the supervisor is asked when
//! somebody looks, and who looks waits for its word. Requests to servers wait for nothing of it.

use super::change::Change;
use super::{Control, RunError};
use crate::rules::page::{Service, Wanted};
use crate::worker::Requested;
use ipc::FromWorker;
use stats::page::{Instance, Options, Output};

/// When a page is shown without the word of a supervisor that does not speak; it waits for the VRRP
/// process for less than this.
const PATIENCE_MS: u64 = 2_000;

/// What somebody wants to know of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Page,
    Metrics,
}

/// A question that is out, and who waits for the answer.
#[derive(Debug)]
struct Question {
    id: u64,
    about: About,
    deadline: u64,
    waiting: Vec<Requested>,
}

#[derive(Debug, Default)]
pub struct Routers {
    /// A VRRP process runs beside this one.
    here: bool,
    questions: Vec<Question>,
    /// As they were told last.
    pub instances: Vec<Instance>,
    pub metrics: String,
}

impl Routers {
    pub fn introduce(&mut self) {
        self.here = true;
    }

    pub fn next_due(&self) -> Option<u64> {
        self.questions.iter().map(|it| it.deadline).min()
    }

    fn told(&mut self, about: About, text: String) {
        match about {
            About::Page => self.instances = serde_json::from_str(&text).unwrap_or_default(),
            About::Metrics => self.metrics = text,
        }
    }
}

impl Control {
    /// A request for the page, for metrics, or an order: answered, or kept until the supervisor spoke.
    pub(super) fn requested(
        &mut self,
        requested: Requested,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Result<(), RunError> {
        let about = about(&requested.wanted).filter(|_| self.routers.here);
        let Some(about) = about else {
            self.answer_request(&requested, now, changes);
            // An order may have changed the configuration.
            return self.settle_amendments(now);
        };
        let mut out = self.routers.questions.iter_mut();
        if let Some(question) = out.find(|it| it.about == about) {
            question.waiting.push(requested);
            return Ok(());
        }
        let id = self.sockets.number();
        let what = match about {
            About::Page => "routers",
            About::Metrics => "router metrics",
        };
        let message = FromWorker::Question {
            id,
            what: what.to_owned(),
        };
        self.channel.send(&message, &[])?;
        self.routers.questions.push(Question {
            id,
            about,
            deadline: now + PATIENCE_MS,
            waiting: vec![requested],
        });
        Ok(())
    }

    /// Whether this was the answer to a question about them.
    pub(super) fn told_of_routers(&mut self, id: u64, text: &mut String, now: u64) -> bool {
        let found = self.routers.questions.iter().position(|it| it.id == id);
        let Some(at) = found else { return false };
        let question = self.routers.questions.swap_remove(at);
        self.routers.told(question.about, std::mem::take(text));
        self.answer_all(&question.waiting, now);
        true
    }

    /// Who waited for too long gets what there is.
    pub(super) fn give_up_on_routers(&mut self, now: u64) {
        let late = |it: &mut Question| now >= it.deadline;
        let late: Vec<Question> = self.routers.questions.extract_if(.., late).collect();
        for question in late {
            self.routers.told(question.about, String::new());
            self.answer_all(&question.waiting, now);
        }
    }

    fn answer_all(&mut self, waiting: &[Requested], now: u64) {
        for requested in waiting {
            // None of them is an order.
            self.answer_request(requested, now, &mut Vec::new());
        }
    }

    fn answer_request(&mut self, requested: &Requested, now: u64, changes: &mut Vec<Change>) {
        let made = self.serve(&requested.wanted, now, changes);
        if let Some(team) = &self.team {
            team.made(requested, made);
        }
    }
}

/// What of them is shown in the answer.
fn about(wanted: &Wanted) -> Option<About> {
    let tail = || String::from_utf8_lossy(&wanted.tail);
    match &wanted.service {
        Service::Exporter(_) => {
            let request = stats::metrics::Request::read(&tail()).ok()?;
            request.routers().then_some(About::Metrics)
        }
        Service::Page(_) if wanted.order.is_some() => None,
        Service::Page(_) => {
            let output = Options::read(&tail()).output;
            matches!(output, Output::Html | Output::Live).then_some(About::Page)
        }
    }
}
