//! Notify scripts: asked for in the order of events, run by the supervisor.

use config::keepalived::model::{Command, Notify};
use ipc::FromWorker;
use vrrp::InstanceId;
use vrrp::instance::State;

use super::Worker;

impl Worker {
    pub(super) fn notify_state(&mut self, id: InstanceId, to: State) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let plan = &running.plan;
        let priority = self
            .node
            .get(id)
            .map_or(0, vrrp::Instance::effective_priority);
        let mut commands = commands(&plan.notify, to, "INSTANCE", &plan.name, priority);
        let group = plan.group.as_ref().and_then(|name| {
            self.groups
                .iter()
                .find(|group| group.name == *name)
                .filter(|_| self.agreed(name, to))
        });
        if let Some(group) = group {
            commands.extend(self::commands(
                &group.notify,
                to,
                "GROUP",
                &group.name,
                priority,
            ));
        }
        for message in commands {
            self.say(&message);
        }
    }

    pub(super) fn notify_lower_priority(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        if let Some(command) = &running.plan.notify.master_rx_lower_pri {
            let message = run(command, &[]);
            self.say(&message);
        }
    }

    /// A group has changed when its last member has.
    fn agreed(&self, group: &str, to: State) -> bool {
        self.running
            .values()
            .filter(|running| running.plan.group.as_deref() == Some(group))
            .all(|running| self.state_of(running.id) == to)
    }
}

fn commands(notify: &Notify, to: State, kind: &str, name: &str, priority: u8) -> Vec<FromWorker> {
    let (own, word) = match to {
        State::Master => (&notify.master, "MASTER"),
        State::Backup => (&notify.backup, "BACKUP"),
        State::Fault => (&notify.fault, "FAULT"),
        State::Init => (&notify.stop, "STOP"),
    };
    let priority = priority.to_string();
    let appended = [kind, name, word, priority.as_str()];
    own.iter()
        .map(|command| run(command, &[]))
        .chain(notify.any.iter().map(|command| run(command, &appended)))
        .collect()
}

fn run(command: &Command, appended: &[&str]) -> FromWorker {
    let mut argv = command.argv.value.clone();
    argv.extend(appended.iter().map(|word| (*word).to_owned()));
    let user = command.user.as_ref();
    FromWorker::Notify {
        argv,
        user: user.map(|user| user.user.value.clone()),
        group: user
            .and_then(|user| user.group.as_ref())
            .map(|group| group.value.clone()),
    }
}
