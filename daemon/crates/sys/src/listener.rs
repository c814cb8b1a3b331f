//! Listening sockets with what a `bind` line may ask of them.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with, sockopt,
};

use crate::option::{get_int, set_int};
use crate::outgoing::{bind_to_interface, set_foreign};
use crate::tcp::set_user_timeout;

const STREAM: SocketFlags = SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK);

/// Whether this machine has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Ours,
    /// It may come later, as a virtual address does.
    Free,
    /// Connections to somebody else's address come in here and are answered from it; needs
    /// CAP_NET_RAW or CAP_NET_ADMIN.
    Foreign,
}

/// How a TCP listener is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenOptions {
    pub address: SocketAddr,
    pub backlog: i32,
    pub whose: Whose,
    /// For IPv6: `Some(true)` takes IPv6 alone, `Some(false)` IPv4 as well, `None` as the system
    /// says.
    pub v6_only: Option<bool>,
    /// Packets of this interface alone.
    pub interface: Option<String>,
    /// Wake up only when data has come.
    pub defer_accept: bool,
    pub fast_open: bool,
    pub max_segment: Option<u16>,
    /// TCP_USER_TIMEOUT of the connections that come in here.
    pub user_timeout: Option<Duration>,
}

/// Opens a TCP listener. SO_REUSEADDR is set, SO_REUSEPORT is not: closing one member of such a
/// group drops the connections in its queue.
pub fn listen_tcp(options: &ListenOptions) -> io::Result<OwnedFd> {
    let family = if options.address.is_ipv6() {
        AddressFamily::INET6
    } else {
        AddressFamily::INET
    };
    let fd = socket_with(family, SocketType::STREAM, STREAM, None)?;
    sockopt::set_socket_reuseaddr(&fd, true)?;
    if let (true, Some(only)) = (options.address.is_ipv6(), options.v6_only) {
        sockopt::set_ipv6_v6only(&fd, only)?;
    }
    match (options.whose, options.address.is_ipv6()) {
        (Whose::Ours, _) => {}
        (_, false) => sockopt::set_ip_freebind(&fd, true)?,
        (_, true) => sockopt::set_ipv6_freebind(&fd, true)?,
    }
    if let Some(interface) = &options.interface {
        bind_to_interface(&fd, interface)?;
    }
    bind(&fd, &options.address)?;
    tune(&fd, options)?;
    Ok(fd)
}

/// Gives a listener, new or open, what may change while it listens: all but its address, and who
/// may share it.
pub fn tune(fd: &OwnedFd, options: &ListenOptions) -> io::Result<()> {
    let foreign = options.whose == Whose::Foreign;
    set_foreign(fd, options.address.is_ipv6(), foreign)?;
    let tcp = libc::IPPROTO_TCP;
    set_int(fd, tcp, libc::TCP_DEFER_ACCEPT, options.defer_accept.into())?;
    let size = options.max_segment.unwrap_or(0);
    set_int(fd, tcp, libc::TCP_MAXSEG, size.into())?;
    set_user_timeout(fd, options.user_timeout.unwrap_or_default())?;
    let waiting = if options.fast_open {
        options.backlog
    } else {
        0
    };
    // The first use of the option, also to switch it off, makes the kernel draw a key for the host.
    if get_int(fd, tcp, libc::TCP_FASTOPEN)? != waiting {
        set_int(fd, tcp, libc::TCP_FASTOPEN, waiting)?;
    }
    Ok(listen(fd, options.backlog)?)
}

/// Moves a listener to this interface; `None` lets it hear all of them.
pub fn set_interface(fd: &OwnedFd, interface: Option<&str>) -> io::Result<()> {
    bind_to_interface(fd, interface.unwrap_or_default())
}

/// Opens a unix listener at a path. A socket file that nobody listens on any more is replaced.
/// `prepare` sees the file before anybody can connect to it.
pub fn listen_unix(
    path: &Path,
    backlog: i32,
    prepare: impl FnOnce() -> io::Result<()>,
) -> io::Result<OwnedFd> {
    let address = SocketAddrUnix::new(path)?;
    let fd = socket_with(AddressFamily::UNIX, SocketType::STREAM, STREAM, None)?;
    match bind(&fd, &address) {
        Err(rustix::io::Errno::ADDRINUSE) if is_abandoned(&address) => {
            std::fs::remove_file(path)?;
            bind(&fd, &address)?;
        }
        other => other?,
    }
    if let Err(error) = prepare().and_then(|()| Ok(listen(&fd, backlog)?)) {
        let _ = std::fs::remove_file(path);
        return Err(error);
    }
    Ok(fd)
}

/// Opens a listener at an abstract name (without the leading zero byte).
pub fn listen_abstract(name: &[u8], backlog: i32) -> io::Result<OwnedFd> {
    let address = SocketAddrUnix::new_abstract_name(name)?;
    let fd = socket_with(AddressFamily::UNIX, SocketType::STREAM, STREAM, None)?;
    bind(&fd, &address)?;
    listen(&fd, backlog)?;
    Ok(fd)
}

fn is_abandoned(address: &SocketAddrUnix) -> bool {
    let Ok(probe) = socket_with(AddressFamily::UNIX, SocketType::STREAM, STREAM, None) else {
        return false;
    };
    rustix::net::connect(&probe, address) == Err(rustix::io::Errno::CONNREFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    fn options(address: &str) -> ListenOptions {
        ListenOptions {
            address: address.parse().unwrap(),
            backlog: 16,
            whose: Whose::Ours,
            v6_only: None,
            interface: None,
            defer_accept: false,
            fast_open: false,
            max_segment: None,
            user_timeout: None,
        }
    }

    #[test]
    fn a_listener_takes_connections() {
        let fd = listen_tcp(&ListenOptions {
            defer_accept: true,
            fast_open: true,
            max_segment: Some(1200),
            interface: Some("lo".into()),
            ..options("127.0.0.1:0")
        })
        .unwrap();
        let listener = TcpListener::from(fd);
        TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    }

    #[test]
    fn an_address_of_nobody_needs_freebind() {
        let foreign = options("192.0.2.77:8080");
        let refused = listen_tcp(&foreign).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrNotAvailable);
        listen_tcp(&ListenOptions {
            whose: Whose::Free,
            ..foreign
        })
        .unwrap();
        listen_tcp(&ListenOptions {
            whose: Whose::Free,
            ..options("[2001:db8::77]:8080")
        })
        .unwrap();
    }

    #[test]
    fn a_taken_port_is_an_error() {
        let first = TcpListener::from(listen_tcp(&options("127.0.0.1:0")).unwrap());
        let again = options(&first.local_addr().unwrap().to_string());
        assert_eq!(
            listen_tcp(&again).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
    }

    #[test]
    fn an_abandoned_socket_file_is_replaced_and_a_live_one_is_not() {
        let path = std::env::temp_dir().join(format!("tandem-listen-{}", std::process::id()));
        drop(listen_unix(&path, 4, || Ok(())).unwrap());
        let live = listen_unix(&path, 4, || Ok(())).unwrap();
        assert_eq!(
            listen_unix(&path, 4, || Ok(())).unwrap_err().kind(),
            io::ErrorKind::AddrInUse
        );
        drop(live);
        std::fs::remove_file(&path).unwrap();
    }
}
