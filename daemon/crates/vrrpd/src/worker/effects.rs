//! Does what the state machine decided, in its order.

use std::net::{IpAddr, Ipv4Addr};

use ipc::FromWorker;
use vrrp::instance::{Action, State};
use vrrp::node::Effects;
use vrrp::{Advert, Authentication, InstanceId, Micros, ah, ip, packet};

use super::why::{self, Seen};
use super::{NOTICE, WARNING, Worker};
use crate::clock;
use crate::running::{Held, Running};
use crate::sockets::Raw;

/// Without a change of state for so long, nothing waits for this process.
const CALM: Micros = 5_000_000;

/// Between two reports of everything that is held.
const REPORT_PAUSE: Micros = 20_000;

/// The whole packet, inside an authentication header where the configuration asks for one.
fn ipv4_packet(running: &mut Running, from: Ipv4Addr, to: Ipv4Addr, payload: &[u8]) -> Vec<u8> {
    let (identification, ttl) = (running.identification, running.plan.unicast_ttl);
    running.identification = identification.wrapping_add(1).max(1);
    if running.plan.authentication != Authentication::Ah {
        return ip::build_v4(from, to, identification, ttl, ip::PROTOCOL_VRRP, payload);
    }
    let sequence = running.sequence;
    running.sequence = sequence.wrapping_add(1).max(1);
    ah::seal(
        from,
        to,
        identification,
        ttl,
        sequence,
        &running.plan.ah_key,
        payload,
    )
}

impl Worker {
    pub(super) fn execute(&mut self, effects: Effects) {
        self.foretell(&effects);
        for (id, action) in effects {
            // An advert of ours is as routine as one of theirs.
            if !matches!(action, Action::SendAdvert { .. }) {
                self.next_chores = 0;
                // The kernel may take its time with each of hundreds of addresses.
                self.beat(clock::monotonic());
            }
            match action {
                Action::SendAdvert { priority, copies } => {
                    for _ in 0..copies {
                        self.send_advert(id, priority);
                    }
                    if priority > 0 {
                        self.refresh_switch(id);
                    }
                }
                Action::Acquire => self.acquire(id),
                Action::Release => {
                    self.release(id);
                    self.report_soon();
                }
                Action::Announce { repeat } => {
                    self.announce(id, repeat);
                    self.verify_unless_done(id);
                }
                Action::StopAnnouncing => self.stop_announcing(id),
                Action::Transition { from, to } => self.transition(id, from, to),
                Action::LowerPriorityHeard { source, priority } => {
                    self.lower_priority_heard(id, source, priority);
                }
                Action::WantsMaster => {}
                Action::AskWitness => self.witness_wanted(id),
            }
        }
    }

    /// The supervisor may learn the whole a moment late: removing once more what is gone harms
    /// nobody. So many changes are one report, and a supervisor that is behind with reading gets no
    /// further.
    pub(super) fn report_changes(&mut self) {
        if self.next_report() <= clock::monotonic() {
            self.report_holding();
        }
    }

    pub(super) fn next_report(&self) -> Micros {
        let due = self.report_due.filter(|_| self.channel.backlog() == 0);
        due.unwrap_or(Micros::MAX)
    }

    fn report_soon(&mut self) {
        if self.report_due.is_none() {
            self.report_due = Some(clock::monotonic() + REPORT_PAUSE);
        }
    }

    /// The supervisor knows of all addresses to come before the kernel does, so that nothing is
    /// left behind if this process dies in between.
    fn foretell(&mut self, effects: &Effects) {
        let mut addresses = Vec::new();
        for (id, action) in effects {
            if *action == Action::Acquire {
                self.take_hold(*id);
                addresses.extend(
                    self.running
                        .get(id)
                        .into_iter()
                        .flat_map(|it| it.held_now()),
                );
            }
        }
        if !addresses.is_empty() {
            self.say(&FromWorker::Taking { addresses });
            self.refuse_unaccepted();
            self.report_soon();
        }
    }

    fn send_advert(&mut self, id: InstanceId, priority: u8) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let (Some(source), Some(key)) = (running.address, running.socket.clone()) else {
            return;
        };
        let Some(socket) = self.sockets.get(&key) else {
            return;
        };
        let advert = Advert {
            version: running.plan.settings.version,
            vrid: running.plan.vrid,
            priority,
            interval: running.plan.settings.interval,
            addresses: running.plan.advertised.clone(),
            authentication: running.plan.authentication,
        };
        for destination in running.destinations() {
            let payload = packet::encode(&advert, source, destination, running.plan.checksum);
            let result = match (&socket.raw, source, destination) {
                (Raw::V4(raw), IpAddr::V4(from), IpAddr::V4(to)) => {
                    let whole = ipv4_packet(running, from, to, &payload);
                    raw.send(&whole, to)
                }
                (Raw::V6(raw), IpAddr::V6(from), IpAddr::V6(to)) => {
                    raw.send(&payload, from, to, key.index)
                }
                _ => Ok(()),
            };
            // A link that just went down refuses; the instance goes to FAULT by the link's own
            // announcement, so counting is enough.
            self.send_errors += u64::from(result.is_err());
        }
        // A sealed goodbye must carry the number after the last one that was sent.
        if running.plan.authentication == Authentication::Ah && !running.held.is_empty() {
            self.leave_farewell();
        }
    }

    pub(super) fn take_hold(&mut self, id: InstanceId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.held = running
            .plan
            .vips
            .iter()
            .filter_map(|vip| {
                let index = self.links.link(&vip.interface)?.index;
                Some(Held {
                    index,
                    vip: vip.clone(),
                })
            })
            .collect();
    }

    fn acquire(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let held = running.held.clone();
        self.relay(id);
        for item in &held {
            self.add(item);
        }
        self.come_back(id);
        self.set_paths(id);
    }

    pub(super) fn add(&mut self, item: &Held) {
        if let Err(error) = self.netlink.add_address(item.index, &item.vip.address) {
            let (text, interface) = (item.vip.text(), &item.vip.interface);
            self.log(
                WARNING,
                format!("cannot add {text} to {interface}: {error}"),
            );
        }
    }

    fn release(&mut self, id: InstanceId) {
        self.unset_paths(id);
        self.linger(id);
        self.stop_announcing(id);
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        // Taken out first: the kernel's announcement of their removal must find nothing to
        // restore. Removed in reverse, as keepalived does.
        running.next_extra = 0;
        running.conflict = None;
        let held = std::mem::take(&mut running.held);
        for item in held.iter().rev() {
            self.remove(item);
        }
        self.hush(id);
    }

    pub(super) fn remove(&mut self, item: &Held) {
        if let Err(error) = self.netlink.remove_address(item.index, &item.vip.address) {
            let (text, interface) = (item.vip.text(), &item.vip.interface);
            self.log(
                WARNING,
                format!("cannot remove {text} from {interface}: {error}"),
            );
        }
    }

    pub(super) fn report_holding(&mut self) {
        self.report_due = None;
        let all = self.running.values();
        let addresses = all.flat_map(|running| running.held_now()).collect();
        let departed = self.moving.departed();
        self.say(&FromWorker::Holding {
            addresses,
            departed,
        });
        self.refuse_unaccepted();
        self.leave_farewell();
    }

    fn transition(&mut self, id: InstanceId, from: State, to: State) {
        let faults = self.node.faults(id);
        let instance = self.node.get(id);
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let seen = instance.map(|instance| Seen {
            heard: instance.heard(),
            priority: instance.effective_priority(),
            yielded: instance.yielded(),
            interval: running.plan.settings.interval,
            now: clock::monotonic(),
        });
        let lasted_ms = clock::unix_ms().saturating_sub(running.since_ms);
        running.since_ms = clock::unix_ms();
        running.transitions += 1;
        let name = running.plan.name.clone();
        let mut text = format!("instance {name}: {} → {}", from.label(), to.label());
        if to == State::Fault {
            let reasons: Vec<String> = faults.iter().map(ToString::to_string).collect();
            text = format!("{text}: {}", reasons.join("; "));
        } else if let Some(cause) = seen.and_then(|seen| why::cause(from, to, &seen)) {
            text = format!("{text}: {cause}");
        }
        self.log(NOTICE, text);
        self.trim_at = Some(clock::monotonic() + CALM);
        self.notify_state(id, to);
        self.mail_state(id, from, to, lasted_ms);
    }

    fn lower_priority_heard(&mut self, id: InstanceId, source: IpAddr, priority: u8) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let name = running.plan.name.clone();
        self.verify_later(id);
        // The master before us says its last advert before it hears our first.
        if self.is_settled(id) {
            self.second_master(id, source);
            let text = format!(
                "instance {name}: {source} advertises priority {priority}, lower than ours: two masters; announced ourselves again"
            );
            self.log(WARNING, text);
        }
        self.notify_lower_priority(id);
    }
}
