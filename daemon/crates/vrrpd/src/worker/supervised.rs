//! A supervisor that hangs runs no checks and cannot restart anything: this host should not serve
//! while another one can. So every priority falls to the lowest, which asks a peer to take over;
//! alone, this host goes on.

use vrrp::Micros;

use super::{NOTICE, WARNING, Worker};
use crate::clock;

/// Silence that means it hangs. It tells twice a second that it lives, and may be busy for a while
/// with a configuration.
const SILENT: Micros = 5_000_000;

/// This process looks many times a second. Between two looks further apart than this it did not
/// run itself, and neither may have the supervisor: a machine that was paused wakes with both.
const OWN_STALL: Micros = 500_000;

/// The priority that asks for relief ([`vrrp::settings::HANDOVER_PRIORITY`]).
pub const LOWEST: u8 = vrrp::settings::HANDOVER_PRIORITY;

#[derive(Debug, Default)]
pub struct Supervisor {
    /// Watched from its first word on.
    heard: Option<Micros>,
    looked: Option<Micros>,
    hangs: bool,
}

impl Supervisor {
    pub fn hangs(&self) -> bool {
        self.hangs
    }

    /// True when that changed.
    fn judge(&mut self, now: Micros) -> bool {
        let before = self.looked.replace(now);
        let apart = before.map_or(0, |before| now.saturating_sub(before));
        if apart > OWN_STALL {
            self.heard = self.heard.map(|at| at + apart);
        }
        let silent = |at: Micros| now.saturating_sub(at) > SILENT;
        let hangs = self.heard.is_some_and(silent);
        std::mem::replace(&mut self.hangs, hangs) != hangs
    }
}

impl Worker {
    pub(super) fn supervisor_lives(&mut self) {
        let now = clock::monotonic();
        self.supervisor.heard = Some(now);
        self.judge_supervisor(now);
    }

    /// After a stall of our own its words are still unread; they are taken first.
    pub(super) fn judge_supervisor(&mut self, now: Micros) {
        if !self.supervisor.judge(now) {
            return;
        }
        if self.supervisor.hangs {
            let text = "the supervisor does not answer: a peer is asked to take over";
            self.log(WARNING, text.to_owned());
        } else {
            self.log(NOTICE, "the supervisor answers again".to_owned());
        }
        self.next_chores = 0;
        self.reassess();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks ten times a second; whether it was ever found to hang.
    fn look(supervisor: &mut Supervisor, from: Micros, to: Micros) -> bool {
        let times = (from..to).step_by(100_000);
        times.fold(false, |hung, now| {
            supervisor.judge(now);
            hung || supervisor.hangs()
        })
    }

    #[test]
    fn a_supervisor_hangs_when_it_falls_silent_and_not_before_its_first_word() {
        let mut supervisor = Supervisor::default();
        assert!(!look(&mut supervisor, 50_000_000, 60_000_000));
        supervisor.heard = Some(60_000_000);
        assert!(!look(&mut supervisor, 60_000_000, 64_900_000));
        assert!(look(&mut supervisor, 64_900_000, 65_300_000));
        supervisor.heard = Some(65_300_000);
        assert!(supervisor.judge(65_300_000) && !supervisor.hangs());
    }

    #[test]
    fn a_stall_of_both_is_no_silence_of_the_other() {
        let mut supervisor = Supervisor {
            heard: Some(60_000_000),
            ..Supervisor::default()
        };
        assert!(!look(&mut supervisor, 60_000_000, 62_000_000));
        // Ten seconds in which nothing on this machine ran.
        assert!(!look(&mut supervisor, 72_000_000, 74_900_000));
        // From then on it has the rest of its time.
        assert!(look(&mut supervisor, 74_900_000, 75_500_000));
    }
}
