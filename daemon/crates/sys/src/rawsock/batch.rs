//! Many packets by one call: adverts of a host full of instances come in bunches.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::Ipv6Addr;
use std::os::fd::{AsRawFd, OwnedFd};

use crate::memory::Reserve;

use super::v6::{ControlBuffer, read_control};
use super::{RawV4, RawV6, ReceivedV6, length_of, none_if_would_block};

/// Packets of one call.
pub const MOST: usize = 64;
/// What nearly every packet fits into. The rest of a longer one goes where no memory is used
/// until then.
const HEAD: usize = 256;
const REST: usize = 4096 - HEAD;

/// Room for the packets of one call; kept between calls.
pub struct Batch {
    heads: Vec<[u8; HEAD]>,
    rests: Reserve,
    /// A packet that is longer than its head, in one piece.
    whole: Vec<u8>,
    addresses: Vec<libc::sockaddr_in6>,
    controls: Vec<ControlBuffer>,
    parts: Vec<[libc::iovec; 2]>,
    /// Points into the five above, whose memory neither moves nor grows.
    headers: Vec<libc::mmsghdr>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").finish_non_exhaustive()
    }
}

impl Batch {
    pub fn new() -> io::Result<Self> {
        let mut rests = Reserve::new(REST * MOST)?;
        let first_rest = rests.as_mut_ptr();
        // SAFETY: all-zero is valid for both plain C structures.
        let (address, header): (libc::sockaddr_in6, libc::mmsghdr) = unsafe {
            (
                MaybeUninit::zeroed().assume_init(),
                MaybeUninit::zeroed().assume_init(),
            )
        };
        let nowhere = libc::iovec {
            iov_base: std::ptr::null_mut(),
            iov_len: 0,
        };
        let mut batch = Self {
            heads: vec![[0; HEAD]; MOST],
            rests,
            whole: Vec::new(),
            addresses: vec![address; MOST],
            controls: (0..MOST).map(|_| ControlBuffer::default()).collect(),
            parts: vec![[nowhere; 2]; MOST],
            headers: vec![header; MOST],
        };
        for at in 0..MOST {
            batch.parts[at] = [
                libc::iovec {
                    iov_base: batch.heads[at].as_mut_ptr().cast(),
                    iov_len: HEAD,
                },
                libc::iovec {
                    iov_base: first_rest.wrapping_add(at * REST).cast(),
                    iov_len: REST,
                },
            ];
            let header = &mut batch.headers[at].msg_hdr;
            header.msg_iov = batch.parts[at].as_mut_ptr();
            header.msg_iovlen = 2;
            header.msg_name = (&raw mut batch.addresses[at]).cast();
            header.msg_control = batch.controls[at].0.as_mut_ptr().cast();
        }
        Ok(batch)
    }

    /// How many IPv4 packets were taken; none when there is none.
    pub fn take_v4(&mut self, socket: &RawV4) -> io::Result<usize> {
        self.take(&socket.fd, false)
    }

    pub fn take_v6(&mut self, socket: &RawV6) -> io::Result<usize> {
        self.take(&socket.fd, true)
    }

    fn take(&mut self, fd: &OwnedFd, described: bool) -> io::Result<usize> {
        let (name, control) = if described {
            (
                length_of::<libc::sockaddr_in6>(),
                size_of::<ControlBuffer>(),
            )
        } else {
            (0, 0)
        };
        // What a call leaves there is what it found.
        for header in &mut self.headers {
            (header.msg_hdr.msg_namelen, header.msg_hdr.msg_controllen) = (name, control);
        }
        let most = libc::c_uint::try_from(self.headers.len()).unwrap_or(0);
        // SAFETY: every header points at memory of this structure that lives on, with its length;
        // the socket is non-blocking, so no timeout is needed.
        let got = unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                self.headers.as_mut_ptr(),
                most,
                0,
                std::ptr::null_mut(),
            )
        };
        match usize::try_from(got) {
            Ok(count) => Ok(count),
            Err(_) => Ok(none_if_would_block(io::Error::last_os_error())?.unwrap_or(0)),
        }
    }

    /// The bytes of a packet that was taken; nothing of one that was not.
    pub fn bytes(&mut self, at: usize) -> &[u8] {
        let length = self.length(at);
        let Some(head) = self.heads.get(at) else {
            return &[];
        };
        if length <= HEAD {
            return &head[..length];
        }
        let rest = at * REST..at * REST + (length - HEAD).min(REST);
        self.whole.clear();
        self.whole.extend_from_slice(head);
        self.whole.extend_from_slice(&self.rests.as_slice()[rest]);
        &self.whole
    }

    /// What the kernel told of an IPv6 packet beside its bytes.
    pub fn described(&self, at: usize) -> Option<ReceivedV6> {
        let (destination, hop_limit) = read_control(&self.headers.get(at)?.msg_hdr);
        Some(ReceivedV6 {
            length: self.length(at),
            source: Ipv6Addr::from(self.addresses.get(at)?.sin6_addr.s6_addr),
            destination: destination.unwrap_or(Ipv6Addr::UNSPECIFIED),
            hop_limit: hop_limit.unwrap_or(0),
        })
    }

    fn length(&self, at: usize) -> usize {
        let header = self.headers.get(at);
        header.map_or(0, |header| header.msg_len as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    /// ICMP echo requests to loopback, as whole packets; the kernel fills checksum and length in.
    fn packet(payload: usize) -> Vec<u8> {
        let mut bytes = vec![0u8; 20 + 8 + payload];
        bytes[0] = 0x45;
        (bytes[8], bytes[9]) = (64, 1);
        bytes[16..20].copy_from_slice(&Ipv4Addr::LOCALHOST.octets());
        // An echo reply, which the kernel answers with nothing.
        for (at, byte) in bytes[28..].iter_mut().enumerate() {
            *byte = u8::try_from(at % 251).unwrap();
        }
        bytes
    }

    #[test]
    fn short_and_long_packets_come_whole_and_in_order() {
        let Ok(socket) = RawV4::open("lo", 1) else {
            eprintln!("skipped: raw sockets need CAP_NET_RAW");
            return;
        };
        let mut batch = Batch::new().unwrap();
        let sizes = [4, 200, 300, 3000, 8];
        for size in sizes {
            socket.send(&packet(size), Ipv4Addr::LOCALHOST).unwrap();
        }
        let mut seen = Vec::new();
        let end = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while seen.len() < sizes.len() && std::time::Instant::now() < end {
            for at in 0..batch.take_v4(&socket).unwrap() {
                let bytes = batch.bytes(at).to_vec();
                // Echoes of other programs may be on loopback, too.
                if sizes.iter().any(|size| packet(*size)[28..] == bytes[28..]) {
                    seen.push(bytes.len() - 28);
                }
            }
        }
        assert_eq!(seen, sizes);
        assert_eq!(batch.take_v4(&socket).unwrap(), 0);
        assert!(batch.bytes(MOST).is_empty());
    }
}
