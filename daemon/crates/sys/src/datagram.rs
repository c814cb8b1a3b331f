//! Many datagrams by one call. Neighbours of one length leave as one message that the kernel cuts
//! up (UDP_SEGMENT): they pass through its network stack once together.

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd};

/// Messages of one call.
const MESSAGES: usize = 64;
/// Segments of one message (the kernel takes 64 since 4.18) and bytes of all of them.
const SEGMENTS: usize = 64;
const BYTES: usize = 60_000;

/// Room for a control message with a `u16` in it, aligned as its header has to be.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; CONTROL]);

// SAFETY: a computation with a constant.
const CONTROL: usize = unsafe { libc::CMSG_SPACE(2) } as usize;

/// Sends pieces of `buffer` that end at `ends`, but the first `from`, each as a datagram of its own
/// to the peer that the socket is connected to. Returns how many pieces went out; an error means
/// that the first did not. `merge`: neighbours of one length go together, which not every device and kernel can
/// (EINVAL, EIO).
pub fn send_each(
    fd: impl AsFd,
    buffer: &[u8],
    ends: &[usize],
    from: usize,
    merge: bool,
) -> io::Result<usize> {
    // SAFETY: these are plain C structures for which zeroes are a valid value.
    let (mut headers, mut slices): ([libc::mmsghdr; MESSAGES], [libc::iovec; MESSAGES]) =
        unsafe { (zeroed(), zeroed()) };
    let mut controls = [Control([0; CONTROL]); MESSAGES];
    let mut behind = [0; MESSAGES];
    let (mut count, mut at) = (0, from);
    while at < ends.len() && count < MESSAGES {
        let start = if at == 0 { 0 } else { ends[at - 1] };
        let first = ends[at] - start;
        let last = if merge { run(ends, at, start) } else { at };
        let bytes = &buffer[start..ends[last]];
        slices[count] = libc::iovec {
            iov_base: bytes.as_ptr().cast_mut().cast(),
            iov_len: bytes.len(),
        };
        let header = &mut headers[count].msg_hdr;
        header.msg_iov = &raw mut slices[count];
        header.msg_iovlen = 1;
        if last > at {
            header.msg_control = controls[count].0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL;
            set_segment(header, u16::try_from(first).unwrap_or(u16::MAX));
        }
        at = last + 1;
        behind[count] = at;
        count += 1;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    let messages = libc::c_uint::try_from(count).unwrap_or(0);
    // SAFETY: the first `count` headers point to one slice each, which lies in `buffer`, and to
    // control messages that live as long as the call.
    let sent = unsafe {
        libc::sendmmsg(
            fd.as_fd().as_raw_fd(),
            headers.as_mut_ptr(),
            messages,
            flags,
        )
    };
    match usize::try_from(sent) {
        Ok(0) => Ok(0),
        Ok(n) => Ok(behind[n - 1] - from),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// The last piece of the run that begins with piece `at`: all but the last are of one length, and
/// the last is no longer.
fn run(ends: &[usize], at: usize, start: usize) -> usize {
    let length = ends[at] - start;
    let mut last = at;
    while length > 0 && last + 1 < ends.len() && last + 1 - at < SEGMENTS {
        let next = ends[last + 1] - ends[last];
        if next == 0 || next > length || ends[last + 1] - start > BYTES {
            break;
        }
        last += 1;
        if next < length {
            break;
        }
    }
    last
}

fn set_segment(header: &mut libc::msghdr, length: u16) {
    // SAFETY: the header's control buffer has room for one control message with a u16, and is
    // aligned for it.
    unsafe {
        let control = libc::CMSG_FIRSTHDR(header);
        (*control).cmsg_level = libc::SOL_UDP;
        (*control).cmsg_type = libc::UDP_SEGMENT;
        (*control).cmsg_len = libc::CMSG_LEN(2) as usize;
        libc::CMSG_DATA(control)
            .cast::<u16>()
            .write_unaligned(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::time::Duration;

    fn pair() -> (UdpSocket, UdpSocket) {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        sender.connect(receiver.local_addr().unwrap()).unwrap();
        (sender, receiver)
    }

    #[test]
    fn every_piece_is_a_datagram_of_its_own() {
        let (sender, receiver) = pair();
        let pieces = ["first", "other", "third", "end", "a longer one", "x"];
        let buffer = pieces.concat();
        let ends: Vec<usize> = pieces
            .iter()
            .scan(0, |sum, piece| {
                *sum += piece.len();
                Some(*sum)
            })
            .collect();
        for merge in [true, false] {
            let sent = send_each(&sender, buffer.as_bytes(), &ends, 0, merge).unwrap();
            assert_eq!(sent, pieces.len());
            for piece in pieces {
                let mut got = [0; 64];
                let n = receiver.recv(&mut got).unwrap();
                assert_eq!(&got[..n], piece.as_bytes());
            }
        }
    }

    #[test]
    fn what_went_out_already_is_left_out() {
        let (sender, receiver) = pair();
        let sent = send_each(&sender, b"onetwosix", &[3, 6, 9], 1, true).unwrap();
        assert_eq!(sent, 2);
        for piece in [b"two", b"six"] {
            let mut got = [0; 64];
            let n = receiver.recv(&mut got).unwrap();
            assert_eq!(&got[..n], piece);
        }
    }

    #[test]
    fn a_run_ends_with_a_shorter_piece_and_before_a_longer_one() {
        let ends = [5, 10, 13, 18, 30];
        assert_eq!(run(&ends, 0, 0), 2);
        assert_eq!(run(&ends, 3, 13), 3);
        assert_eq!(run(&ends, 4, 18), 4);
    }
}
