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
use config::{Diagnostic, Severity, SourceMap, Span, haproxy};
use ipc::ListenerGrant;
use sys::listener::{ListenOptions, listen_abstract, listen_tcp, listen_unix};

use crate::holder;

/// Connections that may wait to be accepted unless the configuration says otherwise.
const DEFAULT_BACKLOG: u32 = 4096;

/// What makes two binds the same socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    address: ListenAddress,
    interface: Option<String>,
    v6: Ipv6Mode,
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
    open: Vec<(ListenerGrant, Key, Rc<OwnedFd>)>,
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
        let existing: HashMap<&Key, &Rc<OwnedFd>> =
            self.open.iter().map(|(_, key, fd)| (key, fd)).collect();
        let mut prepared: HashMap<Key, Rc<OwnedFd>> = HashMap::new();
        let mut open = Vec::new();
        let mut problems = Vec::new();
        for wanted in wanted(config) {
            let fd = match (prepared.get(&wanted.key), existing.get(&wanted.key)) {
                (Some(fd), _) => Rc::clone(fd),
                (None, Some(fd)) => Rc::clone(fd),
                (None, None) => match open_listener(&wanted, vips) {
                    Ok(fd) => Rc::new(fd),
                    Err(error) => {
                        problems.push(problem(&wanted, &error, sources));
                        continue;
                    }
                },
            };
            prepared.insert(wanted.key.clone(), Rc::clone(&fd));
            open.push((wanted.grant, wanted.key, fd));
        }
        if problems.is_empty() {
            Ok(Self { open })
        } else {
            Err(problems)
        }
    }

    pub fn grants(&self) -> Vec<ListenerGrant> {
        self.open.iter().map(|(grant, ..)| grant.clone()).collect()
    }

    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        self.open.iter().map(|(.., fd)| fd.as_fd()).collect()
    }

    /// Addresses that `self` has and `other` has not.
    pub fn added_to(&self, other: &Self) -> Vec<String> {
        let before: HashSet<&Key> = other.open.iter().map(|(_, key, _)| key).collect();
        let added = self.open.iter().filter(|(_, key, _)| !before.contains(key));
        added.map(|(_, key, _)| key.address.to_string()).collect()
    }

    /// Removes the files of unix sockets.
    pub fn remove_files(&self) {
        for (_, key, _) in &self.open {
            if let ListenAddress::Unix(path) = &key.address {
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

fn open_listener(wanted: &Wanted, vips: &HashSet<IpAddr>) -> io::Result<OwnedFd> {
    let bind = &wanted.bind;
    match &wanted.key.address {
        ListenAddress::Tcp(address) => listen_tcp(&ListenOptions {
            address: *address,
            backlog: wanted.backlog,
            // A virtual address is bound on both hosts, held by one.
            free: bind.transparent || vips.contains(&address.ip()),
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
        }),
        ListenAddress::Unix(path) => open_unix(Path::new(path), wanted),
        ListenAddress::Abstract(name) => listen_abstract(name.as_bytes(), wanted.backlog),
        ListenAddress::Fd(number) => sys::fdpass::take_inherited_socket(*number),
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

/// A finding that says what is wrong with a bind and what to do about it.
fn problem(wanted: &Wanted, error: &io::Error, sources: &SourceMap) -> Finding {
    let address = &wanted.key.address;
    let (code, message, help) = match error.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = match address {
                ListenAddress::Tcp(address) => holder::of_tcp_port(*address),
                _ => None,
            };
            let by = holder.map_or_else(String::new, |holder| format!(" by {holder}"));
            (
                "host/address-in-use",
                format!("cannot listen on {address}: the port is already in use{by}"),
                Some("stop the other program, or choose another port".to_owned()),
            )
        }
        io::ErrorKind::AddrNotAvailable => (
            "host/address-not-local",
            format!(
                "cannot listen on {address}: this host has no such address, and it is no virtual address of keepalived.conf"
            ),
            Some(
                "correct the address, add it to a virtual_ipaddress block, or use 'transparent'"
                    .to_owned(),
            ),
        ),
        io::ErrorKind::PermissionDenied => (
            "host/listen-refused",
            format!("cannot listen on {address}: permission denied"),
            Some("run as root, or with the capability CAP_NET_BIND_SERVICE".to_owned()),
        ),
        _ => (
            "host/listen-failed",
            format!("cannot listen on {address}: {error}"),
            None,
        ),
    };
    let mut diagnostic = Diagnostic::new(Severity::Error, code, wanted.span, message);
    diagnostic.suggestion = help;
    Finding::new(&diagnostic, sources)
}
