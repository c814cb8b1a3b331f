//! What the kernel measured about a TCP connection.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// Some fields of `struct tcp_info` of linux/tcp.h, times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpInfo {
    pub unacked: u32,
    pub sacked: u32,
    pub lost: u32,
    pub retrans: u32,
    pub fackets: u32,
    pub rtt: u32,
    pub rttvar: u32,
    pub reordering: u32,
}

/// Length up to and with `tcpi_reordering`: all kernels give as much.
const LENGTH: usize = 92;

pub fn tcp_info(fd: impl AsFd) -> io::Result<TcpInfo> {
    let mut bytes = [0u8; LENGTH];
    let mut length = libc::socklen_t::try_from(LENGTH).map_err(io::Error::other)?;
    // SAFETY: `bytes` is writable for `length` bytes during the call; the descriptor is open.
    let failed = unsafe {
        libc::getsockopt(
            fd.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            bytes.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    // Eight fields of one byte come first, then numbers of four.
    let number = |at: usize| {
        let field = bytes.get(8 + 4 * at..).and_then(|rest| rest.first_chunk());
        u32::from_ne_bytes(field.copied().unwrap_or_default())
    };
    Ok(TcpInfo {
        unacked: number(4),
        sacked: number(5),
        lost: number(6),
        retrans: number(7),
        fackets: number(8),
        rtt: number(15),
        rttvar: number(16),
        reordering: number(20),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_over_loopback_has_a_short_round_trip() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut two, _) = listener.accept().unwrap();
        one.write_all(b"x").unwrap();
        two.read_exact(&mut [0]).unwrap();
        let info = tcp_info(&one).unwrap();
        assert!(info.rtt > 0 && info.rtt < 1_000_000, "{info:?}");
        assert!(info.lost == 0 && info.reordering > 0, "{info:?}");
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(tcp_info(&udp).is_err());
    }
}
