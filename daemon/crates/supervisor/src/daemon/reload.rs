//! Reload: all or nothing. Parse, check the machine, open what is new, configure the workers one
//! after the other, and take everything back when one refuses.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use config::json::Finding;
use serde_json::{Value, json};

use super::configure::Task;
use super::{Daemon, prepare, unix_ms};
use crate::changes::Changes;
use crate::configuration::{self, Loaded, load};
use crate::control::ClientId;
use crate::host;
use crate::listeners::Listeners;
use crate::users::Users;
use crate::worker::{Kind, Rank};

/// How long a worker may take over a configuration.
const PATIENCE: Duration = Duration::from_secs(15);

/// So many changes stay in the status.
const SHOWN: usize = 100;

/// A reload that is under way.
pub(super) struct Reload {
    requester: Option<ClientId>,
    loaded: Loaded,
    listeners: Listeners,
    attempt: u64,
    changes: Changes,
    /// Workers still to be asked, the proxy first: it listens before an address comes.
    to_ask: VecDeque<Kind>,
    waiting: Option<(Kind, Instant)>,
    /// Workers that took it up.
    done: Vec<Kind>,
    /// Why it is being taken back.
    refused: Option<Vec<Finding>>,
}

impl Daemon {
    pub(super) fn begin_reload(&mut self, requester: Option<ClientId>) {
        if self.upgrade.is_some() && requester.is_some() {
            let error = "an upgrade is under way; try again when it is over";
            self.reply(requester, &json!({ "error": error }));
            return;
        }
        if self.reload.is_some() || !self.serving || self.upgrade.is_some() {
            self.waiting_reloads.push(requester);
            return;
        }
        if self.stopping.is_some() {
            self.reply(requester, &json!({ "error": "the daemon is stopping" }));
            return;
        }
        self.manager.reloading();
        let loaded = load(prepare::inputs(&self.options));
        if !loaded.is_valid() {
            // All that can be known at once, of the machine as well.
            let mut findings = loaded.findings();
            findings.extend(host::problems(&loaded, &Users::read()));
            self.log_findings(&findings);
            self.end_reload(requester, false, &Changes::default(), &findings);
            return;
        }
        self.users = Users::read();
        let listeners = match prepare::prepare(&loaded, &self.listeners, &self.users) {
            Ok(listeners) => listeners,
            Err(problems) => {
                for problem in &problems {
                    self.journal.error(&problem.to_string());
                }
                let mut findings = problems;
                findings.extend(loaded.findings());
                self.end_reload(requester, false, &Changes::default(), &findings);
                return;
            }
        };
        self.make_fifos(&loaded);
        self.attempt += 1;
        let (changes, to_ask) = self.compare(&loaded, &listeners);
        self.reload = Some(Reload {
            requester,
            loaded,
            listeners,
            attempt: self.attempt,
            changes,
            to_ask,
            waiting: None,
            done: Vec::new(),
            refused: None,
        });
        self.advance_reload();
    }

    /// What is different, in words, and whom it concerns. A proxy whose texts are the same is
    /// left alone, unless its sockets change. The VRRP process is always asked: a reload also
    /// ends a handover and opens again what could not be opened before.
    fn compare(&self, loaded: &Loaded, listeners: &Listeners) -> (Changes, VecDeque<Kind>) {
        let mut changes = Changes::default();
        let mut to_ask = VecDeque::new();
        let (before, after) = (&self.current.haproxy, &loaded.haproxy);
        let proxy = changes.compare("haproxy.cfg", before.as_ref(), after.as_ref());
        let (before, after) = (&self.current.keepalived, &loaded.keepalived);
        changes.compare("keepalived.conf", before.as_ref(), after.as_ref());
        let added = listeners.added_to(&self.listeners);
        let removed = self.listeners.added_to(listeners);
        let rights = |loaded| host::confinement(loaded, &self.users);
        if rights(loaded) != rights(&self.current) {
            changes.say(
                "user, group, chroot, or the right to foreign addresses and marks changed: they take effect when the service is restarted",
            );
        }
        for address in &added {
            changes.say(format!("listens on {address}"));
        }
        for address in &removed {
            changes.say(format!("no longer listens on {address}"));
        }
        if proxy || !added.is_empty() || !removed.is_empty() {
            to_ask.push_back(Kind::Proxy);
        }
        if self.handed_over {
            changes.say("the handover is over");
        }
        if loaded.keepalived.is_some() {
            to_ask.push_back(Kind::Vrrp);
        }
        (changes, to_ask)
    }

    fn advance_reload(&mut self) {
        let Some(reload) = &mut self.reload else {
            return;
        };
        if reload.waiting.is_some() {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        if reload.refused.is_some() {
            match reload.done.pop() {
                Some(kind) => {
                    reload.waiting = Some((kind, deadline));
                    self.configure_current(kind);
                }
                None => self.finish_refused(),
            }
            return;
        }
        match reload.to_ask.pop_front() {
            Some(kind) => {
                reload.waiting = Some((kind, deadline));
                if kind == Kind::Proxy {
                    self.service.reconfigured(Instant::now());
                }
                let (loaded, listeners) = (&reload.loaded, &reload.listeners);
                let task = Task::new(kind, loaded, listeners, reload.attempt);
                self.configure((kind, Rank::Current), &task);
            }
            None => self.commit(),
        }
    }

    /// A worker answered, or died instead. False when no reload waits for it.
    pub(super) fn reload_answered(
        &mut self,
        kind: Kind,
        generation: u64,
        answer: Result<(), Vec<String>>,
    ) -> bool {
        let Some(reload) = &mut self.reload else {
            return false;
        };
        if reload.waiting.is_none_or(|(waited, _)| waited != kind) {
            return false;
        }
        if reload.refused.is_none() && generation != reload.attempt {
            return false;
        }
        reload.waiting = None;
        match answer {
            Ok(()) if reload.refused.is_none() => reload.done.push(kind),
            Ok(()) => {}
            Err(reasons) => {
                let finding = |reason: String| {
                    let code = "reload/refused";
                    let message = format!("the {} process refused: {reason}", kind.name());
                    configuration::finding_without_place(code, kind.name(), message)
                };
                let findings = reasons.into_iter().map(finding);
                reload.refused.get_or_insert_default().extend(findings);
            }
        }
        self.advance_reload();
        true
    }

    pub(super) fn reload_deadline(&self) -> Option<Instant> {
        self.reload.as_ref()?.waiting.map(|(_, deadline)| deadline)
    }

    pub(super) fn check_reload(&mut self, now: Instant) {
        let waiting = self.reload.as_ref().and_then(|reload| reload.waiting);
        if let Some((kind, deadline)) = waiting
            && now >= deadline
        {
            let attempt = self.attempt;
            let reason = format!("no answer within {} s", PATIENCE.as_secs());
            self.reload_answered(kind, attempt, Err(vec![reason]));
        }
        let free = self.reload.is_none() && self.upgrade.is_none();
        if free && self.serving && !self.waiting_reloads.is_empty() {
            let requester = self.waiting_reloads.remove(0);
            self.begin_reload(requester);
        }
    }

    fn commit(&mut self) {
        let Some(reload) = self.reload.take() else {
            return;
        };
        self.current = reload.loaded;
        prepare::take_name(&self.current);
        let before = std::mem::replace(&mut self.listeners, reload.listeners);
        for problem in self.listeners.tune(&before) {
            self.journal.warning(&problem);
        }
        before.remove_files(&self.listeners);
        self.generation = reload.attempt;
        self.loaded_at = unix_ms();
        self.handed_over = false;
        self.take_up_readers();
        self.watch_certificates();
        let text = reload.changes.summary();
        self.journal
            .notice(&format!("configuration {}: {text}", self.generation));
        let findings = self.current.findings();
        self.end_reload(reload.requester, true, &reload.changes, &findings);
        self.current.settle();
    }

    fn finish_refused(&mut self) {
        let Some(reload) = self.reload.take() else {
            return;
        };
        self.readers.tidy();
        let findings = reload.refused.unwrap_or_default();
        for finding in &findings {
            self.journal.error(&finding.to_string());
        }
        self.end_reload(reload.requester, false, &Changes::default(), &findings);
    }

    fn end_reload(
        &mut self,
        requester: Option<ClientId>,
        applied: bool,
        changes: &Changes,
        diagnostics: &[Finding],
    ) {
        let diagnostics: Vec<Value> = diagnostics
            .iter()
            .filter_map(|finding| serde_json::to_value(finding).ok())
            .collect();
        let (generation, at) = (self.generation, unix_ms());
        if !applied {
            self.journal.error(&format!(
                "the reload is refused for what stands above: configuration {generation} stays in force"
            ));
        }
        let verdict = |most: usize| {
            json!({
                "applied": applied,
                "generation": generation,
                "at": at,
                "changes": changes.texts(most),
                "differences": changes.differences(most),
                "diagnostics": diagnostics,
            })
        };
        let reply = verdict(usize::MAX);
        self.last_reload = verdict(SHOWN);
        self.manager.ready(&self.summary());
        self.reply(requester, &reply);
    }
}
