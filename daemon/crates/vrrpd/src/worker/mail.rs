//! What the people of `notification_email` are told. The subjects begin as keepalived's do, so
//! that filters made for those go on working.

use config::keepalived::model::Notify;
use ipc::FromWorker;
use vrrp::InstanceId;
use vrrp::instance::{Heard, State};

use super::Worker;
use super::notify::word;
use crate::clock;
use crate::running::Running;

/// A master asks its peer with this priority to take over.
const ASKS: u8 = 1;

impl Worker {
    pub(super) fn mail_state(&mut self, id: InstanceId, from: State, to: State, lasted_ms: u64) {
        let wanted = |notify: &Notify| notify.mails() && (to != State::Fault || notify.mail_faults);
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let word = word(to, running.deleted);
        let (name, group) = (running.plan.name.clone(), running.plan.group.clone());
        if wanted(&running.plan.notify) {
            let heading = format!("VRRP Instance {name} - Entering {word} state");
            let text = self.state_text(running, word, from, to, lasted_ms);
            self.mail(heading, text);
        }
        let Some(group) = group.filter(|group| self.agreed(group, to)) else {
            return;
        };
        let mails = |plan: &crate::plan::GroupPlan| plan.name == group && wanted(&plan.notify);
        if self.groups.iter().any(mails) {
            let members = self.running.values();
            let members = members.filter(|it| it.plan.group.as_deref() == Some(group.as_str()));
            let members: Vec<&str> = members.map(|it| it.plan.name.as_str()).collect();
            let text = format!(
                "All instances of the sync group {group} are {word}: {}.\n\nSince:  {}\n",
                members.join(", "),
                clock::utc_text(clock::unix_ms())
            );
            self.mail(format!("VRRP Group {group} - Entering {word} state"), text);
        }
    }

    /// A split brain began, or is over.
    pub(super) fn mail_conflict(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        if !running.plan.notify.mails() {
            return;
        }
        let name = &running.plan.name;
        let at = clock::utc_text(clock::unix_ms());
        let (subject, text) = match &running.conflict {
            Some(conflict) => {
                let text = conflict.text();
                (
                    format!("VRRP Instance {name} - {text}"),
                    format!(
                        "{text}.\n\nSince:  {at}\n\nClients may reach either host. This one has \
                         announced itself again; the one of the lower priority steps back as soon \
                         as it hears the other.\nCheck whether VRRP passes between the hosts \
                         (firewall, switch, IGMP snooping).\n"
                    ),
                )
            }
            None => (
                format!("VRRP Instance {name} - the split brain is over"),
                format!("No other owner of the addresses was seen any more.\n\nSince:  {at}\n"),
            ),
        };
        self.mail(subject, text);
    }

    fn mail(&mut self, subject: String, text: String) {
        self.say(&FromWorker::Mail { subject, text });
    }

    fn state_text(
        &self,
        running: &Running,
        word: &str,
        from: State,
        to: State,
        lasted_ms: u64,
    ) -> String {
        let plan = &running.plan;
        let heard = self.node.get(running.id).and_then(vrrp::Instance::heard);
        let previous = match (from, heard) {
            (State::Master, _) => "this host".to_owned(),
            (_, Some(heard)) => format!("{}, priority {}", heard.source, heard.priority),
            (_, None) => "none was heard".to_owned(),
        };
        let before = match from {
            State::Init => "not running".to_owned(),
            from => format!("{} for {}", from.label(), lasting(lasted_ms)),
        };
        let vips: Vec<String> = plan.vips.iter().map(crate::plan::VipPlan::text).collect();
        format!(
            "VRRP instance {name} (virtual router {vrid} on {interface}) is {word}.\n\n\
             Since:            {since}\n\
             Before:           {before}\n\
             Reason:           {reason}\n\
             Previous master:  {previous}\n\
             Priority:         {priority} of {configured} configured\n\
             Addresses:        {vips}\n",
            name = plan.name,
            vrid = plan.vrid,
            interface = plan.interface,
            since = clock::utc_text(running.since_ms),
            reason = self.reason(running, from, to, heard),
            priority = self.priority_of(running.id),
            configured = plan.settings.priority,
            vips = vips.join(", "),
        )
    }

    fn reason(&self, running: &Running, from: State, to: State, heard: Option<Heard>) -> String {
        match to {
            State::Master => self.reason_to_take_over(running, heard),
            State::Fault => {
                let faults = self.node.faults(running.id);
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                faults.join("; ")
            }
            State::Init if running.deleted => "it is no longer in the configuration".to_owned(),
            State::Init => "the daemon stops".to_owned(),
            State::Backup => match from {
                State::Init => "it has started".to_owned(),
                State::Fault => "what was wrong is over".to_owned(),
                _ => self.reason_to_step_back(running, heard),
            },
        }
    }

    fn reason_to_take_over(&self, running: &Running, heard: Option<Heard>) -> String {
        let own = self.priority_of(running.id);
        let Some(Heard {
            source,
            priority,
            at,
        }) = heard
        else {
            return "no other router was heard".to_owned();
        };
        let silence = clock::monotonic().saturating_sub(at);
        match priority {
            0 => format!("{source} gave mastership up"),
            ASKS => format!("{source} asked for it"),
            _ if silence >= 2 * running.plan.settings.interval => {
                format!("{source} was not heard for {}", lasting(silence / 1000))
            }
            _ if priority < own => format!("{source} advertises the lower priority {priority}"),
            _ => format!("{source} stopped advertising"),
        }
    }

    fn reason_to_step_back(&self, running: &Running, heard: Option<Heard>) -> String {
        if self
            .node
            .get(running.id)
            .is_some_and(vrrp::Instance::yielded)
        {
            return "it was asked to hand over".to_owned();
        }
        match heard {
            Some(heard) => format!("{} advertises priority {}", heard.source, heard.priority),
            None => "an address was lost".to_owned(),
        }
    }
}

/// A time as people read it.
fn lasting(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..10 => format!("{}.{:03} s", seconds, ms % 1000),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::lasting;

    #[test]
    fn times_are_told_in_the_unit_that_people_use() {
        let told = [351, 9_999, 61_000, 180_000, 10_000_000, 200_000_000].map(lasting);
        assert_eq!(
            told,
            ["0.351 s", "9.999 s", "61 s", "3 min", "2 h", "2 days"]
        );
    }
}
