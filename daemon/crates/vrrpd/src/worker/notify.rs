//! Notify scripts and FIFO lines: in the order of events. Scripts are run by the supervisor.

use config::keepalived::model::{Command, Notify};
use ipc::FromWorker;
use vrrp::InstanceId;
use vrrp::instance::State;

use super::receive::worth_a_line;
use super::{WARNING, Worker};
use crate::fifo::Fifo;

/// What is told of an instance or a group.
struct Notice {
    kind: &'static str,
    name: String,
    word: &'static str,
    priority: u8,
    commands: Vec<Command>,
    any: Option<Command>,
}

impl Notice {
    fn line(&self) -> String {
        let Self {
            kind,
            name,
            word,
            priority,
            ..
        } = self;
        format!("{kind} \"{name}\" {word} {priority}\n")
    }

    fn messages(&self) -> impl Iterator<Item = FromWorker> + '_ {
        let priority = self.priority.to_string();
        let appended = [self.kind, &self.name, self.word, &priority].map(str::to_owned);
        let run = move |command: &Command, appended: &[String]| {
            run(format!("{} {}", self.kind, self.name), command, appended)
        };
        let own = self.commands.iter().map(move |command| run(command, &[]));
        own.chain(self.any.iter().map(move |command| run(command, &appended)))
    }
}

impl Worker {
    pub(super) fn notify_state(&mut self, id: InstanceId, to: State) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let word = word(to, running.deleted);
        let group = running.plan.group.clone();
        self.notify(id, word, true);
        let notice = group.filter(|name| self.agreed(name, to)).and_then(|name| {
            let group = self.groups.iter().find(|group| group.name == name)?;
            // A group has no priority of its own: programs expect 0 there.
            Some(notice("GROUP", name, word, 0, &group.notify, true))
        });
        if let Some(notice) = notice {
            self.tell(&notice);
        }
    }

    pub(super) fn notify_lower_priority(&mut self, id: InstanceId) {
        self.notify(id, "MASTER_RX_LOWER_PRI", true);
    }

    /// `notify_priority_changes`: the same state with another priority.
    pub(super) fn notify_priority(&mut self, id: InstanceId) {
        let running = self.running.get(&id);
        if running.is_some_and(|it| it.plan.notify.priority_changes) {
            let word = word(self.state_of(id), false);
            self.notify(id, word, false);
        }
    }

    fn notify(&mut self, id: InstanceId, word: &'static str, own: bool) {
        let priority = self.priority_of(id);
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let plan = &running.plan;
        let name = plan.name.clone();
        let notice = notice("INSTANCE", name, word, priority, &plan.notify, own);
        self.tell(&notice);
    }

    fn tell(&mut self, notice: &Notice) {
        let line = notice.line();
        let mut lost = Vec::new();
        for fifo in &mut self.fifos {
            if !fifo.write(&line) && worth_a_line(fifo.lost) {
                lost.push(format!(
                    "notify_fifo {}: nobody reads it, {} lines are lost",
                    fifo.path(),
                    fifo.lost
                ));
            }
        }
        for text in lost {
            self.log(WARNING, text);
        }
        for message in notice.messages() {
            self.say(&message);
        }
    }

    /// Pipes that stay named stay open; those that cannot be opened are tried again at the next
    /// reload.
    pub(super) fn take_up_fifos(&mut self, wanted: &[String]) {
        self.fifos
            .retain(|fifo| wanted.iter().any(|path| path == fifo.path()));
        for path in wanted {
            if self.fifos.iter().any(|fifo| fifo.path() == path) {
                continue;
            }
            match Fifo::open(path) {
                Ok(fifo) => self.fifos.push(fifo),
                Err(error) => {
                    // Which folders stay open to this process is settled when it starts.
                    let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
                    let advice = if denied {
                        "; a FIFO in a new folder takes a restart of the service"
                    } else {
                        ""
                    };
                    self.log(WARNING, format!("notify_fifo {path}: {error}{advice}"));
                }
            }
        }
    }

    pub(super) fn priority_of(&self, id: InstanceId) -> u8 {
        self.node
            .get(id)
            .map_or(0, vrrp::Instance::effective_priority)
    }

    /// A group has changed when its last member has.
    pub(super) fn agreed(&self, group: &str, to: State) -> bool {
        self.running
            .values()
            .filter(|running| running.plan.group.as_deref() == Some(group))
            .all(|running| self.state_of(running.id) == to)
    }
}

pub(super) fn word(state: State, deleted: bool) -> &'static str {
    match state {
        State::Master => "MASTER",
        State::Backup => "BACKUP",
        State::Fault => "FAULT",
        State::Init if deleted => "DELETED",
        State::Init => "STOP",
    }
}

fn notice(
    kind: &'static str,
    name: String,
    word: &'static str,
    priority: u8,
    notify: &Notify,
    own: bool,
) -> Notice {
    let command = match word {
        "MASTER" => &notify.master,
        "BACKUP" => &notify.backup,
        "FAULT" => &notify.fault,
        "DELETED" => &notify.deleted,
        "MASTER_RX_LOWER_PRI" => &notify.master_rx_lower_pri,
        _ => &notify.stop,
    };
    Notice {
        kind,
        name,
        word,
        priority,
        commands: command.iter().filter(|_| own).cloned().collect(),
        any: notify.any.clone().filter(|_| word != "MASTER_RX_LOWER_PRI"),
    }
}

fn run(subject: String, command: &Command, appended: &[String]) -> FromWorker {
    let mut argv = command.argv.value.clone();
    argv.extend(appended.iter().cloned());
    let user = command.user.as_ref();
    FromWorker::Notify {
        subject,
        argv,
        user: user.map(|user| user.user.value.clone()),
        group: user
            .and_then(|user| user.group.as_ref())
            .map(|group| group.value.clone()),
    }
}
