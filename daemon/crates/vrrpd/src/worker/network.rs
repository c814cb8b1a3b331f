//! Links, addresses and sockets: what changed outside, and what follows.

use netlink::{Address, Change};
use vrrp::instance::State;
use vrrp::{InstanceId, Settings};

use super::receive::worth_a_line;
use super::{WARNING, Worker};
use crate::WorkerError;
use crate::clock;
use crate::links::Links;
use crate::running::Held;
use crate::sockets::Key;
use sys::epoll::Interest;

/// Announcements for an address that somebody else removed and that was put back.
const RESTORED_REPEAT: u8 = 5;

impl Worker {
    pub(super) fn network_changed(&mut self) -> Result<(), WorkerError> {
        let changes = self.watch.changes()?;
        for change in &changes {
            if *change == Change::Overrun {
                self.links = Links::read(&mut self.netlink)?;
            } else {
                self.links.apply(change);
            }
        }
        for change in &changes {
            match change {
                Change::AddressRemoved(address) => self.restore(address),
                Change::Overrun => self.restore_all(),
                _ => {}
            }
        }
        self.put_lasting_back();
        self.rewire();
        // The kernel drops routes with links and addresses, and does not tell of all.
        if self.path_watch.is_some() {
            self.put_paths_back();
            self.reassess();
        }
        Ok(())
    }

    /// Source addresses, sockets and rules of every instance, then what they mean.
    pub(super) fn rewire(&mut self) {
        self.ensure_vmacs();
        self.promote_secondaries();
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            self.rewire_one(id);
        }
        let wanted: Vec<Key> = self
            .running
            .values()
            .filter_map(|running| running.socket.clone())
            .collect();
        self.sockets.retain(|key| wanted.contains(key));
        self.reassess();
    }

    fn rewire_one(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let link = self.links.link(&running.plan.interface);
        let index = link.map(|link| link.index);
        let sender = running.plan.advert_interface();
        let sender = self
            .links
            .link(sender)
            .map(|link| (link.index, sender.to_owned()));
        let link_local = running.plan.ipv6
            && running.destinations().iter().all(|to| match to {
                std::net::IpAddr::V6(v6) => v6.is_multicast() || v6.is_unicast_link_local(),
                std::net::IpAddr::V4(_) => false,
            });
        let found = index.and_then(|index| {
            self.links
                .source(index, running.plan.ipv6, link_local, |address| {
                    self.running.values().any(|other| other.is_vip(address))
                })
        });
        let address = index.and(running.plan.source.or(found));
        let key = sender.map(|(index, interface)| Key {
            interface: interface.into(),
            index,
            ipv6: running.plan.ipv6,
            protocol: running.protocol(),
        });
        let group = running.group();
        let socket_error = key.as_ref().and_then(|key| self.open(key, group).err());
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.socket = key;
        running.socket_error = socket_error.map(|error| error.to_string());
        let moved = running.address != address;
        running.address = address;
        if let vrrp::Transport::Unicast { peers } = &running.plan.transport {
            running.peers.expect(peers.iter().map(|peer| peer.address));
        }
        running.rules = address.map(|address| running.make_rules(address));
        if moved {
            self.resettle(id);
        }
    }

    fn open(&mut self, key: &Key, group: Option<std::net::IpAddr>) -> std::io::Result<()> {
        if let Some(socket) = self.sockets.ensure(key, group)? {
            let token = socket.token;
            self.epoll.add(socket, token, Interest::Input)?;
        }
        Ok(())
    }

    /// The state machine's settings after a change of plan or source address.
    pub(super) fn resettle(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let settings = Settings {
            address: running.address.unwrap_or(running.plan.settings.address),
            ..running.plan.settings.clone()
        };
        let group = running.plan.group.clone();
        let effects = self
            .node
            .reconfigure(id, settings, group, clock::monotonic());
        self.execute(effects);
    }

    /// Somebody else (a network manager, an operator) removed an address we hold: put it back at
    /// once and go on being master.
    fn restore(&mut self, gone: &Address) {
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            if self.state_of(id) != State::Master {
                continue;
            }
            let held = self.running.get(&id).and_then(|running| {
                running
                    .held
                    .iter()
                    .find(|held| {
                        !held.vip.no_track
                            && held.index == gone.interface
                            && held.vip.address.address == gone.address
                    })
                    .cloned()
            });
            let Some(held) = held else { continue };
            match self.netlink.add_address(held.index, &held.vip.address) {
                Ok(true) => self.restored(id, &held),
                Ok(false) => {}
                Err(error) => self.log(
                    WARNING,
                    format!("cannot put {} back: {error}", held.vip.text()),
                ),
            }
        }
    }

    fn restored(&mut self, id: InstanceId, held: &Held) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.restored += 1;
        let count = running.restored;
        self.announce_one(held.index, held.vip.address.address, RESTORED_REPEAT);
        self.verify_later(id);
        if worth_a_line(count) {
            let (text, interface) = (held.vip.text(), &held.vip.interface);
            let line = format!(
                "{text} was removed from {interface} by somebody else; put back (×{count})"
            );
            self.log(WARNING, line);
        }
    }

    /// Announcements were lost: whatever should be there and is not goes back.
    pub(super) fn restore_all(&mut self) {
        let held: Vec<_> = self
            .running
            .values()
            .flat_map(|running| running.held.clone())
            .collect();
        for item in held {
            let address = item.vip.address.address;
            let present = self
                .links
                .addresses_of(item.index)
                .any(|there| there.address == address);
            if !present {
                self.restore(&Address {
                    interface: item.index,
                    address,
                    prefix: item.vip.address.prefix,
                    scope: 0,
                    tentative: false,
                });
            }
        }
    }
}
