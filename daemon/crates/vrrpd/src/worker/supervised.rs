//! A supervisor that hangs runs no checks and cannot restart anything: this host should not serve
//! while another one can. So every priority falls to the lowest, which asks a peer to take over;
//! alone, this host goes on.

use vrrp::Micros;

use super::{NOTICE, WARNING, Worker};
use crate::clock;

/// Silence that means it hangs. It tells twice a second that it lives, and may be busy for a while
/// with a configuration.
const SILENT: Micros = 5_000_000;

/// The priority that asks for relief ([`vrrp::settings::HANDOVER_PRIORITY`]).
pub const LOWEST: u8 = vrrp::settings::HANDOVER_PRIORITY;

#[derive(Debug, Default)]
pub struct Supervisor {
    /// Watched from its first word on.
    heard: Option<Micros>,
    hangs: bool,
}

impl Supervisor {
    pub fn hangs(&self) -> bool {
        self.hangs
    }

    /// True when that changed.
    fn judge(&mut self, now: Micros) -> bool {
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
        self.reassess();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_hangs_when_it_falls_silent_and_not_before_its_first_word() {
        let mut supervisor = Supervisor::default();
        assert!(!supervisor.judge(60_000_000));
        supervisor.heard = Some(60_000_000);
        assert!(!supervisor.judge(64_000_000));
        assert!(supervisor.judge(66_000_000) && supervisor.hangs());
        supervisor.heard = Some(67_000_000);
        assert!(supervisor.judge(67_000_000) && !supervisor.hangs());
    }
}
