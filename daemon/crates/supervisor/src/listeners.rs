//! The listening sockets. They are opened here, handed to the proxy, and outlive it: a proxy that
//! dies or reloads loses no connection that waits in a queue.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;

use config::haproxy::model::ListenAddress;
use config::json::Finding;
use config::{SourceMap, haproxy};
use ipc::ListenerGrant;
use sys::listener::{ListenOptions, listen_abstract, listen_tcp, listen_unix, set_interface, tune};

mod refusal;
mod rights;
#[cfg(test)]
mod test;
mod wanted;

use refusal::problem;
use rights::Rights;
use wanted::{Key, Place, Wanted, options, wanted};

/// Open sockets, shared between the running set and one that is being prepared.
#[derive(Debug, Clone, Default)]
pub struct Listeners {
    open: Vec<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    grant: ListenerGrant,
    key: Key,
    /// How it is to be open; of addresses of TCP.
    options: Option<ListenOptions>,
    /// Of the file of a unix socket.
    rights: Rights,
    fd: Rc<OwnedFd>,
}

impl Listeners {
    /// The sockets for a configuration: those already open are kept as they are, the others are
    /// opened. On failure every problem is told and nothing changes.
    pub fn prepare(
        &self,
        config: &haproxy::Config,
        sources: &SourceMap,
        vips: &HashSet<IpAddr>,
    ) -> Result<Self, Vec<Finding>> {
        let wanted = wanted(config);
        let existing: HashMap<&Key, &Rc<OwnedFd>> =
            self.open.iter().map(|it| (&it.key, &it.fd)).collect();
        let mut left = self.left_by(&wanted);
        let mut prepared: HashMap<Key, Rc<OwnedFd>> = HashMap::new();
        let mut open = Vec::new();
        let mut problems = Vec::new();
        for wanted in wanted {
            let known = prepared
                .get(&wanted.key)
                .or(existing.get(&wanted.key).copied());
            let known = known.cloned().or_else(|| left.remove(&wanted.key.place()));
            let options = options(&wanted, vips);
            let fd = match known {
                Some(fd) => fd,
                None => match open_listener(&wanted, options.as_ref()) {
                    Ok(fd) => Rc::new(fd),
                    Err(error) => {
                        problems.push(problem(&wanted, &error, sources));
                        continue;
                    }
                },
            };
            prepared.insert(wanted.key.clone(), Rc::clone(&fd));
            open.push(Open {
                grant: wanted.grant,
                key: wanted.key,
                options,
                rights: Rights::of(&wanted.bind),
                fd,
            });
        }
        if problems.is_empty() {
            Ok(Self { open })
        } else {
            Err(problems)
        }
    }

    /// Sockets that the program before this one left open, each with its grant; those that it had
    /// not are none of this configuration.
    pub fn adopt(
        config: &haproxy::Config,
        vips: &HashSet<IpAddr>,
        kept: Vec<(ListenerGrant, Rc<OwnedFd>)>,
    ) -> Self {
        let mut kept = kept;
        let open = wanted(config).into_iter().filter_map(|wanted| {
            let at = kept.iter().position(|(grant, _)| *grant == wanted.grant)?;
            let (_, fd) = kept.swap_remove(at);
            Some(Open {
                options: options(&wanted, vips),
                rights: Rights::of(&wanted.bind),
                grant: wanted.grant,
                key: wanted.key,
                fd,
            })
        });
        Self {
            open: open.collect(),
        }
    }

    /// Sockets whose place is wanted at another interface: they move there.
    fn left_by(&self, wanted: &[Wanted]) -> HashMap<Place, Rc<OwnedFd>> {
        let keys: HashSet<&Key> = wanted.iter().map(|wanted| &wanted.key).collect();
        let left = self.open.iter().filter(|it| !keys.contains(&it.key));
        let tcp = left.filter(|it| it.options.is_some());
        tcp.map(|it| (it.key.place(), Rc::clone(&it.fd))).collect()
    }

    /// Sockets that were open before take up what their lines say now; what cannot be changed.
    pub fn tune(&self, before: &Self) -> Vec<String> {
        let was = |it: &Open| before.open.iter().find(|old| Rc::ptr_eq(&old.fd, &it.fd));
        let mut problems = Vec::new();
        for it in &self.open {
            if let ListenAddress::Unix(path) = &it.key.address
                && was(it).is_some_and(|old| old.rights != it.rights)
                && let Err(error) = it.rights.give(Path::new(path))
            {
                problems.push(format!("{path} keeps its owner and mode: {error}"));
            }
            let old = was(it).and_then(|old| old.options.as_ref());
            let (Some(old), Some(new)) = (old, &it.options) else {
                continue;
            };
            let mut result = Ok(());
            if old.interface != new.interface {
                result = set_interface(&it.fd, new.interface.as_deref());
            }
            if old != new {
                result = result.and_then(|()| tune(&it.fd, new));
            }
            if let Err(error) = result {
                let address = &it.key.address;
                problems.push(format!("{address} listens as before: {error}"));
            }
        }
        problems
    }

    pub fn grants(&self) -> Vec<ListenerGrant> {
        self.open.iter().map(|it| it.grant.clone()).collect()
    }

    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        self.open.iter().map(|it| it.fd.as_fd()).collect()
    }

    /// Addresses that `self` has and `other` has not.
    pub fn added_to(&self, other: &Self) -> Vec<String> {
        let before: HashSet<&Key> = other.open.iter().map(|it| &it.key).collect();
        let added = self.open.iter().filter(|it| !before.contains(&it.key));
        added.map(|it| it.key.address.to_string()).collect()
    }

    /// Removes the files of unix sockets, but for those that the others have, too.
    pub fn remove_files(&self, but: &Self) {
        let kept: HashSet<&Key> = but.open.iter().map(|it| &it.key).collect();
        for it in self.open.iter().filter(|it| !kept.contains(&it.key)) {
            if let ListenAddress::Unix(path) = &it.key.address {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn open_listener(wanted: &Wanted, options: Option<&ListenOptions>) -> io::Result<OwnedFd> {
    match (&wanted.key.address, options) {
        (ListenAddress::Unix(path), _) => {
            let path = Path::new(path);
            let rights = Rights::of(&wanted.bind);
            listen_unix(path, wanted.backlog, || rights.give(path))
        }
        (ListenAddress::Abstract(name), _) => listen_abstract(name.as_bytes(), wanted.backlog),
        (ListenAddress::Fd(number), _) => sys::fdpass::take_inherited_socket(*number),
        (ListenAddress::Tcp(_), Some(options)) => listen_tcp(options),
        (ListenAddress::Tcp(_), None) => Err(io::ErrorKind::InvalidInput.into()),
    }
}
