//! Listening sockets as they come from the supervisor.

use crate::worker::Grant;
use ipc::ListenerGrant;
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Connections that may wait for such a socket.
const BACKLOG: i32 = 4096;

/// Pairs names and descriptors.
pub fn take(names: Vec<ListenerGrant>, fds: Vec<OwnedFd>) -> Result<Vec<Grant>, String> {
    if names.len() != fds.len() {
        return Err(format!(
            "{} listeners were announced and {} descriptors came",
            names.len(),
            fds.len()
        ));
    }
    let pair = |(name, fd): (ListenerGrant, OwnedFd)| {
        let place = |e| format!("listener {} of {}: {e}", name.address, name.proxy);
        rustix::io::ioctl_fionbio(&fd, true).map_err(|e| place(e.to_string()))?;
        let cookie = sys::tcp::cookie(&fd).map_err(|e| place(e.to_string()))?;
        Ok(Grant {
            fd: Arc::new(fd),
            cookie,
            frontend: name.proxy,
            index: name.index,
        })
    };
    names.into_iter().zip(fds).map(pair).collect()
}

/// A socket that is in use already stays under the descriptor it has.
pub fn carry_over(old: &[Grant], new: Vec<Grant>) -> Vec<Grant> {
    let known: HashMap<u64, &Grant> = old.iter().map(|o| (o.cookie, o)).collect();
    let carried = |g: Grant| match known.get(&g.cookie) {
        Some(known) => Grant {
            fd: known.fd.clone(),
            ..g
        },
        None => g,
    };
    new.into_iter().map(carried).collect()
}

/// Sockets that were made to refuse connections listen again, but for those of disabled frontends.
pub fn listen_again(grants: &[Grant], disabled: impl Fn(&str) -> bool) {
    for grant in grants.iter().filter(|grant| !disabled(&grant.frontend)) {
        if rustix::net::sockopt::socket_acceptconn(&*grant.fd) == Ok(false) {
            let _ = rustix::net::listen(&*grant.fd, BACKLOG);
        }
    }
}
