//! A VRRP process that hangs or died: its mastership is given away for it.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use ipc::ToWorker;
use ipc::message::{FarewellPacket, HeldAddress};
use ipc::pulse::Pulse;
use netlink::{Link, Netlink, NewAddress};

use super::Daemon;
use crate::farewell;
use crate::liveness::{self, Liveness, OWN_LATENESS, Verdict};
use crate::worker::Kind;

/// How often the VRRP process is told that its supervisor lives.
const ALIVE_EVERY: Duration = Duration::from_secs(1);

impl Daemon {
    /// A beat of the VRRP process is missing.
    pub(super) fn beat_missing(&mut self, now: Instant) {
        let Some(worker) = self.worker(Kind::Vrrp) else {
            return;
        };
        if let Some(pulse) = &worker.pulse {
            pulse.noted();
        }
        // A timer of ours that is overdue, too.
        let starved = worker.next_word.is_some_and(|at| now > at + OWN_LATENESS);
        worker.liveness.missed(now, starved);
    }

    /// Nobody answers this: a VRRP process that hears nothing more asks a peer to take over.
    pub(super) fn tell_alive(&mut self, now: Instant) {
        let due = |at: Instant| now >= at;
        for slot in &mut self.slots {
            let Some(worker) = &mut slot.worker else {
                continue;
            };
            if worker.next_word.is_some_and(due) {
                worker.next_word = Some(now + ALIVE_EVERY);
                // A broken channel shows itself when it is read.
                let _ = worker.send(&ToWorker::Alive, &[], &self.epoll);
            }
        }
    }

    /// Looks at the worker whose beat is missing.
    pub(super) fn check_liveness(&mut self, now: Instant) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.kind == Kind::Vrrp) else {
            return;
        };
        let Some(worker) = &mut slot.worker else {
            return;
        };
        let pid = worker.pid();
        if worker.liveness.deadline().is_none() {
            return;
        }
        let beats = worker.pulse.as_ref().is_some_and(Pulse::beats);
        if !worker.liveness.is_due(now, beats) {
            return;
        }
        let Some(evidence) = liveness::evidence(pid) else {
            return;
        };
        let Verdict::Hung(reason) = worker.liveness.judge(now, evidence) else {
            return;
        };
        worker.liveness = Liveness::default();
        // Before anything is logged: every millisecond here is one of outage.
        self.end(Kind::Vrrp);
        let text = format!("the vrrp process {pid} hangs ({reason}); it is killed");
        self.journal.error(&text);
        self.alarm(&text);
    }

    /// The first sign of the end of a process; the kernel may be busy with it for a hundred
    /// milliseconds before it tells. Whatever still runs without a channel is no use either.
    pub(super) fn channel_closed(&mut self, kind: Kind) {
        let Some(worker) = self.worker(kind) else {
            return;
        };
        // Once; and whatever ended as it should left none.
        if worker.farewell.is_empty() {
            return;
        }
        self.end(kind);
    }

    /// Kills a process that is no use any more, and gives up for it.
    fn end(&mut self, kind: Kind) {
        let Some(worker) = self.worker(kind) else {
            return;
        };
        worker.kill();
        let (held, farewell) = (worker.held.clone(), std::mem::take(&mut worker.farewell));
        self.give_up(&held, &farewell);
    }

    /// Says goodbye for a process that cannot, then takes its addresses away.
    pub(super) fn give_up(&mut self, held: &[HeldAddress], packets: &[FarewellPacket]) {
        if held.is_empty() && packets.is_empty() {
            return;
        }
        let opened = Netlink::open().and_then(|mut netlink| {
            let links = netlink.links()?;
            Ok((netlink, links))
        });
        let (mut netlink, links) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.journal
                    .error(&format!("addresses stay behind: {error}"));
                return;
            }
        };
        if let Err(error) = farewell::send(packets, &links) {
            self.journal
                .warning(&format!("the peers are not told: {error}"));
        }
        for entry in held {
            self.remove_address(entry, &mut netlink, &links);
        }
    }

    /// Routes, rules, interfaces and the firewall tables of a process that cannot remove them.
    pub(super) fn undo(&mut self, requests: &[Vec<u8>]) {
        let removed = self.take_away(requests);
        if !requests.is_empty() {
            self.journal.notice(&format!(
                "removed {removed} routes, rules and interfaces of the dead process"
            ));
        }
    }

    /// How many of the requests found something. The tables last: an address that is hushed by one
    /// must go before it.
    pub(super) fn take_away(&mut self, requests: &[Vec<u8>]) -> usize {
        let mut removed = 0;
        if !requests.is_empty() {
            match Netlink::open() {
                Ok(mut netlink) => {
                    for request in requests {
                        match netlink.undo(request) {
                            Ok(there) => removed += usize::from(there),
                            Err(error) => self
                                .journal
                                .error(&format!("something stays behind: {error}")),
                        }
                    }
                }
                Err(error) => self
                    .journal
                    .error(&format!("routes and rules stay behind: {error}")),
            }
        }
        if let Err(error) = netlink::firewall::clear() {
            self.journal
                .error(&format!("a firewall table stays behind: {error}"));
        }
        removed
    }

    fn remove_address(&mut self, entry: &HeldAddress, netlink: &mut Netlink, links: &[Link]) {
        let parsed = entry.address.split_once('/').and_then(|(address, prefix)| {
            Some((address.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?))
        });
        let link = links.iter().find(|link| link.name == entry.interface);
        let (Some((address, prefix)), Some(link)) = (parsed, link) else {
            return;
        };
        let text = format!("{} on {}", entry.address, entry.interface);
        match netlink.remove_address(link.index, &NewAddress::plain(address, prefix)) {
            Ok(true) => self.journal.notice(&format!("removed {text}")),
            Ok(false) => {}
            Err(error) => self
                .journal
                .error(&format!("{text} cannot be removed: {error}")),
        }
    }
}
