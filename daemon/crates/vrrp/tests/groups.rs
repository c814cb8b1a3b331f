//! Sync groups on two hosts: rules, and a day of simulated time with priorities that change, faults,
//! handovers and reloads.

mod simulation;

use std::collections::BTreeSet;

use simulation::{Random, address, settings};
use vrrp::fault::FaultReason;
use vrrp::instance::{Action, Event, State};
use vrrp::node::Effects;
use vrrp::timers::SECOND;
use vrrp::{InstanceId, Micros, Node, Received};

const MEMBERS: [InstanceId; 2] = [InstanceId(1), InstanceId(2)];
const ALONE: InstanceId = InstanceId(3);
const ALL: [InstanceId; 3] = [MEMBERS[0], MEMBERS[1], ALONE];
const DELAY: Micros = 300;

/// Two hosts whose instances of one number hear each other.
struct Hosts {
    now: Micros,
    nodes: [Node; 2],
    holds: [BTreeSet<InstanceId>; 2],
    in_flight: Vec<(Micros, usize, InstanceId, Event)>,
    transitions: u64,
}

impl Hosts {
    fn new() -> Self {
        let mut hosts = Self {
            now: SECOND,
            nodes: [Node::default(), Node::default()],
            holds: [BTreeSet::new(), BTreeSet::new()],
            in_flight: Vec::new(),
            transitions: 0,
        };
        for host in 0..2 {
            for id in ALL {
                let group = (id != ALONE).then(|| "G".to_owned());
                let settings = settings(host, if host == 0 { 254 } else { 200 }, SECOND);
                hosts.nodes[host].add(id, &format!("VI_{}", id.0), settings, group);
            }
            for id in ALL {
                hosts.step(host, id, Event::Start);
            }
        }
        hosts
    }

    fn step(&mut self, host: usize, id: InstanceId, event: Event) {
        let effects = self.nodes[host].step(id, event, self.now);
        self.take(host, effects);
    }

    fn fault(&mut self, host: usize, id: InstanceId, failed: bool) {
        let faults = if failed {
            vec![FaultReason::InterfaceDown("eth0".to_owned())]
        } else {
            Vec::new()
        };
        let effects = self.nodes[host].set_faults(id, faults, self.now);
        self.take(host, effects);
    }

    fn take(&mut self, host: usize, effects: Effects) {
        for (id, action) in effects {
            match action {
                Action::SendAdvert { priority, .. } => {
                    let advert = Received {
                        source: address(host),
                        priority,
                        interval: SECOND,
                        addresses_differ: false,
                    };
                    self.carry(host, id, Event::Advert(advert));
                }
                Action::Announce { .. } => self.carry(host, id, Event::SuccessorAnnounced),
                Action::Acquire => assert!(self.holds[host].insert(id)),
                Action::Release => assert!(self.holds[host].remove(&id)),
                Action::Transition { .. } => self.transitions += 1,
                Action::LowerPriorityHeard { .. }
                | Action::WantsMaster
                | Action::AskWitness
                | Action::StopAnnouncing => {}
            }
        }
        for id in ALL {
            let master = self.nodes[host].get(id).unwrap().state() == State::Master;
            assert_eq!(
                self.holds[host].contains(&id),
                master,
                "{id:?} of host {host}"
            );
        }
    }

    fn carry(&mut self, from: usize, id: InstanceId, event: Event) {
        self.in_flight.push((self.now + DELAY, 1 - from, id, event));
    }

    fn run(&mut self, span: Micros) {
        let end = self.now + span;
        loop {
            let packet = (0..self.in_flight.len()).min_by_key(|at| self.in_flight[*at].0);
            let packet_at = packet.map_or(Micros::MAX, |at| self.in_flight[at].0);
            let timer = (0..2)
                .filter_map(|host| Some((self.nodes[host].next_deadline()?, host)))
                .min();
            let timer_at = timer.map_or(Micros::MAX, |(at, _)| at);
            if packet_at.min(timer_at) > end {
                break;
            }
            self.now = self.now.max(packet_at.min(timer_at));
            if let Some(at) = packet.filter(|_| packet_at <= timer_at) {
                let (_, host, id, event) = self.in_flight.remove(at);
                self.step(host, id, event);
            } else if let Some((_, host)) = timer {
                let effects = self.nodes[host].fire(self.now);
                self.take(host, effects);
            }
        }
        self.now = end;
    }

    fn states(&self, host: usize) -> [State; 3] {
        ALL.map(|id| self.nodes[host].get(id).unwrap().state())
    }

    /// Quiet: each instance has one master if any host can serve it, and a group one host.
    fn check(&self, hour: usize) {
        let (a, b) = (self.states(0), self.states(1));
        for at in 0..3 {
            let masters = [a[at], b[at]]
                .iter()
                .filter(|it| **it == State::Master)
                .count();
            let able = [a[at], b[at]].iter().any(|it| *it != State::Fault);
            assert_eq!(masters, usize::from(able), "hour {hour}: {a:?} {b:?}");
        }
        for states in [a, b] {
            assert_eq!(
                states[0], states[1],
                "hour {hour}: the group is torn: {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn a_group_is_master_when_all_its_members_want_to_be() {
    let mut hosts = Hosts::new();
    hosts.run(10 * SECOND);
    assert_eq!(hosts.states(0), [State::Master; 3]);
    assert_eq!(hosts.states(1), [State::Backup; 3]);
}

#[test]
fn a_member_in_fault_pulls_the_group_and_leaves_others_alone() {
    let mut hosts = Hosts::new();
    hosts.run(10 * SECOND);
    hosts.fault(0, MEMBERS[1], true);
    assert_eq!(hosts.states(0), [State::Fault, State::Fault, State::Master]);
    hosts.run(5 * SECOND);
    assert_eq!(
        hosts.states(1),
        [State::Master, State::Master, State::Backup]
    );
    hosts.fault(0, MEMBERS[1], false);
    hosts.run(10 * SECOND);
    assert_eq!(hosts.states(0), [State::Master; 3]);
}

#[test]
fn a_member_that_yields_takes_the_group_along() {
    let mut hosts = Hosts::new();
    hosts.run(10 * SECOND);
    // Only one member of the other host becomes better.
    for id in MEMBERS {
        hosts.step(1, id, Event::Priority(100));
    }
    hosts.step(0, MEMBERS[0], Event::Priority(50));
    hosts.step(0, MEMBERS[1], Event::Priority(50));
    hosts.run(10 * SECOND);
    assert_eq!(
        hosts.states(1),
        [State::Master, State::Master, State::Backup]
    );
    hosts.check(0);
}

#[test]
fn adverts_that_are_due_in_a_moment_leave_with_those_that_are_due_now() {
    let mut hosts = Hosts::new();
    hosts.run(10 * SECOND);
    let mut wakeups = 0;
    let end = hosts.now + 10 * SECOND;
    while let Some(at) = hosts.nodes[0].next_deadline().filter(|at| *at < end) {
        let effects = hosts.nodes[0].fire(at);
        let sent = effects
            .iter()
            .filter(|(_, action)| matches!(action, Action::SendAdvert { .. }));
        assert_eq!(sent.count() % 3, 0, "all three in one go");
        wakeups += 1;
    }
    // Ten seconds of adverts, and the announcements of five seconds after the start.
    assert!(wakeups <= 12, "{wakeups}");
}

#[test]
fn a_simulated_day_of_changes_faults_handovers_and_reloads_keeps_groups_whole() {
    let mut hosts = Hosts::new();
    let mut random = Random::new(24);
    hosts.run(60 * SECOND);
    for quarter in 0..4 * 24 {
        let host = usize::try_from(random.below(2)).unwrap();
        let id = ALL[usize::try_from(random.below(3)).unwrap()];
        match random.below(6) {
            0 => {
                // Trackers weigh on a group as a whole.
                let priority = u8::try_from(1 + random.below(254)).unwrap();
                let ids = if id == ALONE { &ALL[2..] } else { &ALL[..2] };
                for id in ids {
                    hosts.step(host, *id, Event::Priority(priority));
                }
            }
            1 => hosts.fault(host, id, true),
            2 => {
                let patience = 5 * SECOND;
                let effects = hosts.nodes[host].step_all(Event::Handover { patience }, hosts.now);
                hosts.take(host, effects);
            }
            3 => {
                let settings = hosts.nodes[host].get(id).unwrap().settings().clone();
                let group = (id != ALONE).then(|| "G".to_owned());
                let effects = hosts.nodes[host].reconfigure(id, settings, group, hosts.now);
                hosts.take(host, effects);
            }
            _ => {
                for id in ALL {
                    hosts.fault(host, id, false);
                }
            }
        }
        hosts.run(60 * SECOND);
        hosts.check(quarter / 4);
        let before = hosts.transitions;
        hosts.run(14 * 60 * SECOND);
        assert_eq!(hosts.transitions, before, "a flip without a cause");
        hosts.check(quarter / 4);
    }
}
