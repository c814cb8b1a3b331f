//! A state left in peace: an election follows, and then nothing any more.

use vrrp::instance::{Event, Instance, State};

use super::Pair;

impl Pair {
    /// From here on nothing goes wrong any more: whoever can take part elects one, in time, and
    /// keeps it.
    pub fn check_quiet(&self) -> Result<(), String> {
        let mut pair = self.clone();
        pair.asleep = [false; 2];
        pair.cut = false;
        let handing_over = pair.nodes.iter().any(Instance::is_handing_over);
        let election = 16 + 2;
        let handover = if handing_over { 8 + 2 } else { 0 };
        pair.settle(election + handover)?;
        let masters = pair
            .states()
            .iter()
            .filter(|it| **it == State::Master)
            .count();
        let able = pair
            .states()
            .iter()
            .any(|it| matches!(it, State::Backup | State::Master));
        if masters != usize::from(able) {
            return Err(format!("quiet ends with {:?}", pair.states()));
        }
        let before = pair.transitions;
        pair.settle(election)?;
        if pair.transitions != before {
            return Err(format!("a change in quiet, to {:?}", pair.states()));
        }
        Ok(())
    }

    fn settle(&mut self, ticks: u32) -> Result<(), String> {
        for _ in 0..=ticks {
            loop {
                if !self.packets.is_empty() {
                    self.deliver(0)?;
                } else if let Some(node) = (0..2).find(|node| self.is_due(*node)) {
                    self.step(node, Event::Timer)?;
                } else {
                    break;
                }
            }
            self.tick();
        }
        Ok(())
    }
}
