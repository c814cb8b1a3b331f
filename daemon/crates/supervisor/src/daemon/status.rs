//! `status` and `handover`: questions to the workers and the answers put together.

use std::time::{Duration, Instant};

use ipc::ToWorker;
use serde_json::{Value, json};

use super::Daemon;
use crate::control::ClientId;
use crate::worker::Kind;

/// A worker that does not answer in this time is shown as absent.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks at whether a handover is done.
const HANDOVER_LOOK: Duration = Duration::from_millis(5);

/// How a client wants the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Document,
    Exposition,
}

/// What the workers' answers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Reply(ClientId, Form),
    /// The proxy's question of this number, for a client of its runtime sockets.
    Vrrp(u64, super::questions::About),
    /// A look at whether a handover is done.
    Look,
    Dump(crate::dump::Kind),
}

/// A question that is out to the workers.
pub(super) struct Poll {
    id: u64,
    purpose: Purpose,
    deadline: Instant,
    missing: Vec<Kind>,
    vrrp: Value,
    proxy: Value,
}

/// A handover that is waited for.
pub(super) struct Handover {
    client: ClientId,
    began: Instant,
    deadline: Instant,
    next_look: Instant,
}

impl Daemon {
    pub(super) fn begin_status(&mut self, client: ClientId, form: Form) {
        let kinds: Vec<Kind> = self.slots.iter().map(|slot| slot.kind).collect();
        self.poll(Purpose::Reply(client, form), &kinds);
    }

    pub(super) fn poll(&mut self, purpose: Purpose, kinds: &[Kind]) {
        self.next_poll += 1;
        let id = self.next_poll;
        let asked = kinds.iter().copied();
        let missing: Vec<Kind> = asked
            .filter(|kind| self.tell(*kind, &ToWorker::Status { id }))
            .collect();
        self.polls.push(Poll {
            id,
            purpose,
            deadline: Instant::now() + PATIENCE,
            missing,
            vrrp: Value::Null,
            proxy: Value::Null,
        });
        self.finish_polls(Instant::now());
    }

    pub(super) fn status_part(&mut self, kind: Kind, id: u64, body: Value) {
        if kind == Kind::Proxy {
            self.proxy_answered();
        }
        if let Some(poll) = self.polls.iter_mut().find(|poll| poll.id == id) {
            poll.missing.retain(|missing| *missing != kind);
            match kind {
                Kind::Vrrp => poll.vrrp = body,
                Kind::Proxy => poll.proxy = body,
            }
            self.finish_polls(Instant::now());
        }
    }

    pub(super) fn finish_polls(&mut self, now: Instant) {
        let polls = std::mem::take(&mut self.polls);
        let (done, waiting): (Vec<Poll>, Vec<Poll>) = polls
            .into_iter()
            .partition(|poll| poll.missing.is_empty() || now >= poll.deadline);
        self.polls = waiting;
        for poll in done {
            match poll.purpose {
                Purpose::Reply(client, form) => {
                    let document = self.document(&poll.vrrp, &poll.proxy);
                    let reply = match form {
                        Form::Document => document,
                        Form::Exposition => {
                            json!({ "text": crate::metrics::exposition(&document) })
                        }
                    };
                    self.reply(Some(client), &reply);
                }
                Purpose::Vrrp(id, about) => self.told_of_vrrp(id, about, &poll.vrrp),
                Purpose::Look => self.handover_looked(&poll.vrrp, now),
                Purpose::Dump(kind) => self.finish_dump(kind, &poll.vrrp),
            }
        }
    }

    /// The whole of `tandemd status --json`.
    fn document(&self, vrrp: &Value, proxy: &Value) -> Value {
        let processes: Vec<Value> = self
            .slots
            .iter()
            .filter_map(|slot| {
                let pid = slot.worker.as_ref()?.pid();
                let name = slot.kind.name();
                // Of the program before this one: it ends with its last connection.
                let draining = slot.leaver.as_ref().map(crate::worker::Worker::pid);
                Some(json!({ "name": name, "pid": pid, "restarts": slot.restarts, "draining": draining }))
            })
            .collect();
        json!({
            "version": self.options.version,
            "commit": self.options.commit,
            "protocol": crate::PROTOCOL,
            "pid": std::process::id(),
            "startedAt": self.started_at,
            "configuration": {
                "generation": self.generation,
                "haproxySha256": self.current.haproxy.as_ref().map(|half| &half.sha256),
                "keepalivedSha256": self.current.keepalived.as_ref().map(|half| &half.sha256),
                "loadedAt": self.loaded_at,
                "lastReload": self.last_reload,
            },
            "processes": processes,
            "mail": self.mail_status(),
            "orders": self.orders,
            "notify": { "dropped": self.notifications.dropped },
            "vrrp": vrrp,
            "proxy": proxy,
        })
    }

    pub(super) fn begin_handover(&mut self, client: ClientId, timeout_ms: u64) {
        let busy = match (&self.handover, &self.upgrade) {
            (Some(_), _) => Some("another handover is under way"),
            (_, Some(_)) => Some("an upgrade is under way"),
            _ => None,
        };
        if let Some(error) = busy {
            self.reply(Some(client), &json!({ "error": error }));
            return;
        }
        if !self.tell(Kind::Vrrp, &ToWorker::Handover) {
            let reply = json!({ "error": "no VRRP process runs here" });
            self.reply(Some(client), &reply);
            return;
        }
        self.handed_over = true;
        let now = Instant::now();
        self.handover = Some(Handover {
            client,
            began: now,
            deadline: now + Duration::from_millis(timeout_ms),
            next_look: now,
        });
    }

    /// What comes of it is seen in the status.
    pub(super) fn lead(&mut self, client: ClientId) {
        let reply = if self.tell(Kind::Vrrp, &ToWorker::Lead) {
            json!({ "asked": true })
        } else {
            json!({ "error": "no VRRP process runs here" })
        };
        self.reply(Some(client), &reply);
    }

    pub(super) fn check_handover(&mut self, now: Instant) {
        let due = |handover: &Handover| now >= handover.next_look;
        if self.handover.as_ref().is_some_and(due) {
            if let Some(handover) = &mut self.handover {
                handover.next_look = now + PATIENCE;
            }
            self.poll(Purpose::Look, &[Kind::Vrrp]);
        }
    }

    fn handover_looked(&mut self, vrrp: &Value, now: Instant) {
        let Some(handover) = &mut self.handover else {
            return;
        };
        handover.next_look = now + HANDOVER_LOOK;
        let empty = Vec::new();
        let instances = vrrp["instances"].as_array().unwrap_or(&empty);
        let answered = vrrp.is_object();
        let master = instances
            .iter()
            .any(|instance| instance["state"] == "MASTER");
        let done = answered && !master;
        if !done && now < handover.deadline {
            return;
        }
        let instances: Vec<Value> = instances
            .iter()
            .map(|instance| json!({ "name": instance["name"], "state": instance["state"] }))
            .collect();
        let reply = json!({
            "handedOver": done,
            "elapsedMs": u64::try_from(now.duration_since(handover.began).as_millis()).unwrap_or(u64::MAX),
            "instances": instances,
        });
        let client = handover.client;
        self.handover = None;
        self.reply(Some(client), &reply);
    }

    pub(super) fn status_deadline(&self) -> Option<Instant> {
        let polls = self.polls.iter().map(|poll| poll.deadline);
        let handover = self.handover.as_ref().map(|handover| handover.next_look);
        polls.chain(handover).min()
    }
}
