//! Signals that ask for state and counters, as keepalived's users send them.

use serde_json::Value;
use sys::signal::{Signal, real_time};

use super::{Daemon, inputs};
use crate::dump::{self, Kind};
use crate::options::StandIn;
use crate::worker::Kind as Worker;

/// SIGRTMIN + 2 and SIGRTMAX − 1, by the C library that keepalived is built with.
pub const JSON: i32 = 36;
pub const STATS_CLEAR: i32 = 63;

/// Signals beside those that every daemon here takes.
pub fn signals() -> Vec<Signal> {
    let real_time = [JSON, STATS_CLEAR].into_iter().filter_map(real_time);
    [Signal::USR1, Signal::USR2]
        .into_iter()
        .chain(real_time)
        .collect()
}

pub fn kind_of(signal: i32) -> Option<Kind> {
    if signal == Signal::USR1.as_raw() {
        return Some(Kind::Data);
    }
    if signal == Signal::USR2.as_raw() {
        return Some(Kind::Stats { clear: false });
    }
    match signal {
        JSON => Some(Kind::Json),
        STATS_CLEAR => Some(Kind::Stats { clear: true }),
        _ => None,
    }
}

impl Daemon {
    pub(super) fn begin_dump(&mut self, kind: Kind) {
        self.journal
            .info(&format!("asked by a signal for {}", kind.file()));
        self.poll(super::status::Purpose::Dump(kind), &[Worker::Vrrp]);
    }

    /// The VRRP process answered, or is too late: what is known is written.
    pub(super) fn finish_dump(&mut self, kind: Kind, vrrp: &Value) {
        let (Some(stand_in), Some(half)) = (&self.options.stand_in, &self.current.keepalived)
        else {
            return;
        };
        let directory = &stand_in.dump_directory;
        let config = half.read_again(inputs(&self.options));
        match dump::write(kind, directory, &config, vrrp, &self.counted) {
            Ok(path) => self.journal.notice(&format!("wrote {}", path.display())),
            Err(error) => {
                let path = directory.join(kind.file());
                self.journal.error(&format!("{}: {error}", path.display()));
            }
        }
        if kind == (Kind::Stats { clear: true }) {
            self.counted = vrrp.clone();
        }
    }

    /// `--dump-conf`: into the log.
    pub(super) fn dump_at_start(&mut self) {
        let wanted = |stand_in: &StandIn| stand_in.dump_at_start;
        if self.options.stand_in.as_ref().is_some_and(wanted)
            && let Some(half) = &self.current.keepalived
        {
            let text = dump::configuration(&half.parsed.config, None);
            self.journal.document(&text);
        }
    }
}
