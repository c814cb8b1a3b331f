//! The listening sockets. They are opened here, handed to the proxy, and outlive it: a proxy that
//! dies or reloads loses no connection that waits in a queue.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::rc::Rc;

use config::haproxy::model::{Bind, Ipv6Mode, ListenAddress, Proxy};
use config::json::Finding;
use config::{SourceMap, Span, haproxy};
use ipc::ListenerGrant;
use sys::listener::{
    ListenOptions, Whose, listen_abstract, listen_tcp, listen_unix, set_interface, tune,
};

mod refusal;
#[cfg(test)]
mod test;

use refusal::problem;

/// Connections that may wait to be accepted unless the configuration says otherwise.
const DEFAULT_BACKLOG: u32 = 4096;

/// What makes two binds the same socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    address: ListenAddress,
    interface: Option<String>,
    v6: Ipv6Mode,
}

/// The same but for the interface, which an open socket can change.
type Place = (ListenAddress, Ipv6Mode);

impl Key {
    fn place(&self) -> Place {
        (self.address.clone(), self.v6)
    }
}

/// A bind line's address as the configuration wants it.
#[derive(Debug, Clone)]
struct Wanted {
    grant: ListenerGrant,
    key: Key,
    bind: Bind,
    backlog: i32,
    span: Span,
}

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
                fd,
            });
        }
        if problems.is_empty() {
            Ok(Self { open })
        } else {
            Err(problems)
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
        let was = |it: &Open| {
            let mut same = before.open.iter().filter(|old| Rc::ptr_eq(&old.fd, &it.fd));
            same.next().and_then(|old| old.options.clone())
        };
        let mut problems = Vec::new();
        for it in &self.open {
            let (Some(old), Some(new)) = (was(it), &it.options) else {
                continue;
            };
            let mut result = Ok(());
            if old.interface != new.interface {
                result = set_interface(&it.fd, new.interface.as_deref());
            }
            if old != *new {
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

    /// Removes the files of unix sockets.
    pub fn remove_files(&self) {
        for it in &self.open {
            if let ListenAddress::Unix(path) = &it.key.address {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn wanted(config: &haproxy::Config) -> Vec<Wanted> {
    let enabled = config.frontends().filter(|proxy| !proxy.disabled);
    enabled.flat_map(wanted_of).collect()
}

fn wanted_of(proxy: &Proxy) -> Vec<Wanted> {
    let all = proxy.listen_addresses();
    all.map(|(index, bind, address)| {
        let backlog = bind
            .backlog
            .as_ref()
            .or(proxy.backlog.as_ref())
            .map_or(DEFAULT_BACKLOG, |backlog| backlog.value);
        Wanted {
            grant: ListenerGrant {
                proxy: proxy.name.value.0.clone(),
                address: address.value.to_string(),
                index,
            },
            key: Key {
                address: address.value.clone(),
                interface: bind.interface.as_ref().map(|name| name.value.clone()),
                v6: bind.ipv6,
            },
            bind: bind.clone(),
            backlog: i32::try_from(backlog).unwrap_or(i32::MAX),
            span: address.span,
        }
    })
    .collect()
}

/// How an address of TCP is to be open.
fn options(wanted: &Wanted, vips: &HashSet<IpAddr>) -> Option<ListenOptions> {
    let bind = &wanted.bind;
    let ListenAddress::Tcp(address) = &wanted.key.address else {
        return None;
    };
    Some(ListenOptions {
        address: *address,
        backlog: wanted.backlog,
        // A virtual address is bound on both hosts, held by one.
        whose: if bind.transparent {
            Whose::Foreign
        } else if vips.contains(&address.ip()) {
            Whose::Free
        } else {
            Whose::Ours
        },
        v6_only: match bind.ipv6 {
            Ipv6Mode::System => None,
            Ipv6Mode::V6Only => Some(true),
            Ipv6Mode::V4V6 => Some(false),
        },
        interface: wanted.key.interface.clone(),
        defer_accept: bind.defer_accept,
        fast_open: bind.tcp_fast_open,
        max_segment: bind.mss.as_ref().map(|mss| mss.value),
        user_timeout: bind.tcp_user_timeout.as_ref().map(|t| t.value),
    })
}

fn open_listener(wanted: &Wanted, options: Option<&ListenOptions>) -> io::Result<OwnedFd> {
    match (&wanted.key.address, options) {
        (ListenAddress::Unix(path), _) => open_unix(Path::new(path), wanted),
        (ListenAddress::Abstract(name), _) => listen_abstract(name.as_bytes(), wanted.backlog),
        (ListenAddress::Fd(number), _) => sys::fdpass::take_inherited_socket(*number),
        (ListenAddress::Tcp(_), Some(options)) => listen_tcp(options),
        (ListenAddress::Tcp(_), None) => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn open_unix(path: &Path, wanted: &Wanted) -> io::Result<OwnedFd> {
    let fd = listen_unix(path, wanted.backlog)?;
    let bind = &wanted.bind;
    if let Some(mode) = &bind.unix_mode {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode.value);
        std::fs::set_permissions(path, permissions)?;
    }
    let name = |name: &Option<config::Spanned<String>>| name.as_ref().map(|n| n.value.clone());
    let (user, group) = (name(&bind.unix_user), name(&bind.unix_group));
    if user.is_some() || group.is_some() {
        let identity = crate::users::Users::read()
            .identity(user.as_deref(), group.as_deref())
            .map_err(io::Error::other)?;
        std::os::unix::fs::chown(path, Some(identity.uid), Some(identity.gid))?;
    }
    Ok(fd)
}
