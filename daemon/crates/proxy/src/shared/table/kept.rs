//! An entry as a value, for the process after this one.

use super::{Counter, Entry, Key, Rate, Table};
use serde::{Deserialize, Serialize};

/// Times are those of the machine's monotonic clock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptEntry {
    key: Key,
    used: u64,
    plain: Vec<u64>,
    rates: Vec<Rate>,
    gpc: Vec<u64>,
    gpt: Vec<u32>,
    gpc_rate: Vec<Rate>,
    server: Option<String>,
}

impl Entry {
    pub fn keep(&self) -> KeptEntry {
        let data = self.lock();
        let mut plain = data.plain.to_vec();
        // Its connections end with the process that has them.
        plain[Counter::ConnCur as usize] = 0;
        KeptEntry {
            key: self.key.clone(),
            used: data.used.0,
            plain,
            rates: data.rates.clone(),
            gpc: data.gpc.clone(),
            gpt: data.gpt.clone(),
            gpc_rate: data.gpc_rate.clone(),
            server: data.server.as_deref().map(str::to_owned),
        }
    }

    /// A table that is declared the same has the same room.
    fn go_on(&self, kept: &KeptEntry) {
        let mut data = self.lock();
        for (now, kept) in data.plain.iter_mut().zip(&kept.plain) {
            *now = *kept;
        }
        fill(&mut data.rates, &kept.rates);
        fill(&mut data.gpc, &kept.gpc);
        fill(&mut data.gpt, &kept.gpt);
        fill(&mut data.gpc_rate, &kept.gpc_rate);
        data.server = kept.server.as_deref().map(Into::into);
    }
}

fn fill<T: Copy>(room: &mut [T], kept: &[T]) {
    for (now, kept) in room.iter_mut().zip(kept) {
        *now = *kept;
    }
}

impl Table {
    /// Begins with the entries of another that is declared the same.
    pub fn continue_from(&self, other: &Self) {
        let mut mark = (0, 0);
        loop {
            let (part, next) = other.part(mark);
            if part.is_empty() {
                return;
            }
            for entry in &part {
                self.restore(&entry.keep());
            }
            mark = next;
        }
    }

    /// An entry of the process before this one, as old as it is.
    pub fn restore(&self, kept: &KeptEntry) {
        if let Some(entry) = self.take(&kept.key, kept.used) {
            entry.go_on(kept);
        }
    }
}
