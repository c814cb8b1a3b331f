//! Makes the process hard to delay, once. Each step is allowed to fail: a container may not grant
//! it, and the protocol works without; what was not granted is in the log and in the status.

use serde_json::{Value, json};

use super::{INFO, Worker};

/// Enough to come before every ordinary process, and below the kernel's own threads.
const DEFAULT_PRIORITY: u8 = 10;
/// Without the VRRP process the host is useless: the last one to be killed for memory.
const OOM_SCORE: i32 = -1000;
const NICE: i32 = -20;

/// What was granted.
#[derive(Debug, Default)]
pub struct Hardening {
    /// Real-time priority.
    realtime: Option<u8>,
    pub(super) memory_locked: bool,
    /// What could not be done, and why.
    refused: Vec<String>,
}

impl Hardening {
    pub fn status(&self) -> Value {
        json!({
            "realtimePriority": self.realtime,
            "memoryLocked": self.memory_locked,
            "refused": self.refused,
        })
    }
}

impl Worker {
    pub(super) fn harden(&mut self, rt_priority: Option<u8>) {
        if std::mem::replace(&mut self.prepared, true) {
            return;
        }
        let priority = rt_priority.unwrap_or(DEFAULT_PRIORITY);
        let locked = sys::realtime::lock_memory();
        let realtime = sys::realtime::schedule_fifo(priority);
        self.hardening.memory_locked = locked.is_ok();
        self.hardening.realtime = realtime.is_ok().then_some(priority);
        let nice = match &realtime {
            Ok(()) => Ok(()),
            Err(_) => sys::realtime::set_nice(NICE),
        };
        let steps = [
            ("lock its memory", locked),
            ("run in real time", realtime),
            ("come before other processes", nice),
            (
                "be spared by the OOM killer",
                sys::process::set_oom_score_adj(OOM_SCORE),
            ),
            (
                "give up rights it does not need",
                sys::caps::keep_only(&[
                    sys::caps::Capability::NetAdmin,
                    sys::caps::Capability::NetRaw,
                ]),
            ),
        ];
        for (what, result) in steps {
            if let Err(error) = result {
                let text = format!("the VRRP process cannot {what}: {error}");
                self.hardening.refused.push(text.clone());
                self.log(INFO, text);
            }
        }
    }
}
