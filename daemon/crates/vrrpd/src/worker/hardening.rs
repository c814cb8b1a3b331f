//! Makes the process hard to delay, once. Each step is allowed to fail: a container may not grant
//! it, and the protocol works without; what was not granted is in the log and in the status.

use std::path::Path;

use serde_json::{Value, json};

use sys::files::Reach;
use sys::filter::Process;

use super::{INFO, Worker};
use crate::plan::Plan;

/// Enough to come before every ordinary process, and below the kernel's own threads.
const DEFAULT_PRIORITY: u8 = 10;
/// Without the VRRP process the host is useless: the last one to be killed for memory.
const OOM_SCORE: i32 = -1000;
const NICE: i32 = -20;

/// Where it reads and sets what the kernel does with packets.
const KERNEL_SETTINGS: &str = "/proc/sys/net";

/// The kernel's settings, and the folders of the FIFOs that are written to.
fn reaches(fifos: &[String]) -> Vec<Reach> {
    let folders = fifos.iter().filter_map(|path| Path::new(path).parent());
    let fifos = folders.map(|folder| Reach::Fifos(folder.to_owned()));
    let settings = Reach::ReadWrite(KERNEL_SETTINGS.into());
    std::iter::once(settings).chain(fifos).collect()
}

/// What was granted.
#[derive(Debug, Default)]
pub struct Hardening {
    /// Real-time priority.
    realtime: Option<u8>,
    pub(super) memory_locked: bool,
    /// Files that it has no business with are out of its reach.
    files: bool,
    /// Only listed system calls.
    filter: bool,
    /// What could not be done, and why.
    refused: Vec<String>,
}

impl Hardening {
    pub fn status(&self) -> Value {
        json!({
            "realtimePriority": self.realtime,
            "memoryLocked": self.memory_locked,
            "filesClosed": self.files,
            "callsFiltered": self.filter,
            "refused": self.refused,
        })
    }
}

impl Worker {
    pub(super) fn harden(&mut self, plan: &Plan) {
        if std::mem::replace(&mut self.prepared, true) {
            return;
        }
        let priority = plan.rt_priority.unwrap_or(DEFAULT_PRIORITY);
        let locked = sys::realtime::lock_memory();
        let realtime = sys::realtime::schedule_fifo(priority);
        self.hardening.memory_locked = locked.is_ok();
        self.hardening.realtime = realtime.is_ok().then_some(priority);
        let nice = match &realtime {
            Ok(()) => Ok(()),
            Err(_) => sys::realtime::set_nice(NICE),
        };
        let private = sys::caps::keep_memory_private();
        let oom = sys::oom::set_score(OOM_SCORE);
        let rights = sys::caps::keep_only(&[
            sys::caps::Capability::NetAdmin,
            sys::caps::Capability::NetRaw,
        ]);
        let privileges = sys::caps::no_new_privileges();
        let files = sys::files::only(&reaches(&plan.fifos));
        self.hardening.files = files.is_ok() && sys::files::known();
        let filters = sys::filter::known();
        let filter = sys::filter::install(Process::Vrrp);
        self.hardening.filter = filter.is_ok() && filters;
        let steps = [
            ("lock its memory", locked),
            ("run in real time", realtime),
            ("come before other processes", nice),
            ("keep its memory to itself", private),
            ("be spared by the OOM killer", oom),
            ("give up rights it does not need", rights),
            ("rule out other rights", privileges),
            ("close files to itself", files),
            ("filter its system calls", filter),
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
