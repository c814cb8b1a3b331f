//! What may come next in a state.

use vrrp::instance::State;

use super::Pair;

/// One thing that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Deliver(usize),
    /// Deliver, and deliver again later.
    Double(usize),
    Lose(usize),
    Fire(usize),
    Tick,
    Happen(usize, Fate),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Crash,
    Start,
    Sleep,
    Wake,
    Stop,
    Fail,
    Recover,
    Priority(u8),
    Handover,
    Reload,
    /// Cuts the link, or mends it.
    Cut,
}

impl Pair {
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut may_tick = true;
        for (at, packet) in self.packets.iter().enumerate() {
            // Two alike are one choice.
            if self.asleep[packet.to] || self.packets[..at].contains(packet) {
                continue;
            }
            may_tick &= !packet.old;
            choices.push(Choice::Deliver(at));
            if self.budget.doubles > 0 {
                choices.push(Choice::Double(at));
            }
            if self.budget.losses > 0 {
                choices.push(Choice::Lose(at));
            }
        }
        for node in 0..2 {
            if self.is_due(node) && !self.asleep[node] {
                may_tick = false;
                choices.push(Choice::Fire(node));
            }
        }
        if may_tick {
            choices.push(Choice::Tick);
        }
        if self.budget.fates > 0 {
            self.fates(&mut choices);
        }
        choices
    }

    pub(super) fn is_due(&self, node: usize) -> bool {
        let deadline = self.nodes[node].next_deadline();
        deadline.is_some_and(|at| at <= self.now)
    }

    fn fates(&self, choices: &mut Vec<Choice>) {
        choices.push(Choice::Happen(0, Fate::Cut));
        for node in 0..2 {
            let mut add = |fate| choices.push(Choice::Happen(node, fate));
            if self.asleep[node] {
                add(Fate::Wake);
                continue;
            }
            add(Fate::Sleep);
            match self.nodes[node].state() {
                State::Init => add(Fate::Start),
                State::Fault => add(Fate::Recover),
                State::Backup | State::Master => {
                    for fate in [
                        Fate::Crash,
                        Fate::Stop,
                        Fate::Fail,
                        Fate::Handover,
                        Fate::Reload,
                        Fate::Priority(64),
                        Fate::Priority(224),
                    ] {
                        add(fate);
                    }
                }
            }
        }
    }
}
