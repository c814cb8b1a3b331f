//! Descriptors over unix sockets (SCM_RIGHTS), and taking over an inherited descriptor.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};

/// Most descriptors that one `sendmsg` carries here; the kernel's own limit (`SCM_MAX_FD`) is 253.
pub const FDS_PER_SEND: usize = 200;

const CONTROL_SPACE: usize = rustix::cmsg_space!(ScmRights(FDS_PER_SEND));

/// A connected pair of unix stream sockets, closed on exec.
pub fn stream_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?)
}

/// Sends bytes with at most [`FDS_PER_SEND`] descriptors beside their first byte; never blocks.
/// Returns the count of bytes that went out; the descriptors went when it is above zero.
pub fn send_with_fds(socket: impl AsFd, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    if fds.len() > FDS_PER_SEND {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "too many descriptors for one message",
        ));
    }
    let mut space = [MaybeUninit::uninit(); CONTROL_SPACE];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::other(
            "descriptors do not fit the control buffer",
        ));
    }
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    Ok(rustix::net::sendmsg(
        socket,
        &[IoSlice::new(bytes)],
        &mut control,
        flags,
    )?)
}

/// Receives bytes and appends the descriptors that came beside them; never blocks. `Ok(0)` means
/// that the other end closed.
pub fn recv_with_fds(
    socket: impl AsFd,
    buffer: &mut [u8],
    fds: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); CONTROL_SPACE];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let received =
        rustix::net::recvmsg(socket, &mut [IoSliceMut::new(buffer)], &mut control, flags)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    if received.flags.contains(ReturnFlags::CTRUNC) {
        return Err(io::Error::other(
            "descriptors were lost: limit of open files reached",
        ));
    }
    Ok(received.bytes)
}

/// A copy of a descriptor that this process got by exec and that stays what it was. Refused when
/// the number is not open, or is one that this process opened itself: those close on exec.
pub fn inherited(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_GETFD reads a flag of a number; it is valid (EBADF) for numbers that are not open.
    let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    if flags & libc::FD_CLOEXEC != 0 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the descriptor was not inherited",
        ));
    }
    // SAFETY: F_DUPFD_CLOEXEC makes a new descriptor, and fails (EBADF) when the number was
    // closed since.
    let copy = unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Takes ownership of a descriptor that this process got by exec under a fixed number.
///
/// Refused when the number is not open or is not a socket. To be called once per number, at the
/// start of `main`, before anything else opens descriptors.
pub fn take_inherited_socket(number: RawFd) -> io::Result<OwnedFd> {
    if number < 3 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "0, 1 and 2 belong to the standard streams",
        ));
    }
    // SAFETY: F_GETFD reads a flag of a number; it is valid (EBADF) for numbers that are not open.
    let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the number is open (checked above) and, by the contract of this function, nobody
    // else in the process owns it.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    match rustix::net::sockopt::socket_type(&fd) {
        Ok(_) => {
            rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC)?;
            Ok(fd)
        }
        Err(error) => {
            // Not ours after all: leave it open for whoever owns it.
            std::mem::forget(fd);
            Err(error.into())
        }
    }
}

/// The descriptor under the highest number that costs nothing, for the other end to hear first of
/// the end of this process.
///
/// The kernel closes what a dead process had open before it tells anybody of the end, and takes its
/// time with packet sockets: tens of milliseconds for each. It begins with what it closed last, the
/// highest number. Where there is no room the descriptor stays what it is.
pub fn close_first(fd: OwnedFd) -> OwnedFd {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = limit.current.unwrap_or(SMALL_TABLE).min(SMALL_TABLE);
    let highest = RawFd::try_from(most.saturating_sub(1)).unwrap_or(0);
    rustix::io::fcntl_dupfd_cloexec(&fd, highest).unwrap_or(fd)
}

/// Descriptors that the kernel keeps a small table for; the usual limit, too.
const SMALL_TABLE: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_passed_descriptor_refers_to_the_same_socket() {
        let (left, right) = stream_pair().unwrap();
        let (mut kept, passed) = UnixStream::pair().unwrap();
        assert_eq!(send_with_fds(&left, b"x", &[passed.as_fd()]).unwrap(), 1);
        drop(passed);
        let mut fds = Vec::new();
        let mut buffer = [0; 8];
        assert_eq!(recv_with_fds(&right, &mut buffer, &mut fds).unwrap(), 1);
        let mut taken = UnixStream::from(fds.pop().unwrap());
        taken.write_all(b"hello").unwrap();
        let mut text = [0; 5];
        kept.read_exact(&mut text).unwrap();
        assert_eq!(&text, b"hello");
    }

    #[test]
    fn what_is_to_be_closed_first_is_the_same_socket_under_a_high_number() {
        let (left, right) = stream_pair().unwrap();
        let low = left.as_raw_fd();
        let left = close_first(left);
        assert!(left.as_raw_fd() > low);
        assert!(left.as_raw_fd() < 1024);
        assert_eq!(send_with_fds(&left, b"x", &[]).unwrap(), 1);
        drop(left);
        let mut fds = Vec::new();
        let mut buffer = [0; 8];
        assert_eq!(recv_with_fds(&right, &mut buffer, &mut fds).unwrap(), 1);
        // Nothing of it is left under the old number, but for children that begin just now.
        await_readable(&right);
        assert_eq!(recv_with_fds(&right, &mut buffer, &mut fds).unwrap(), 0);
    }

    fn await_readable(fd: &OwnedFd) {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let limit = Timespec {
            tv_sec: 10,
            tv_nsec: 0,
        };
        poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&limit)).unwrap();
    }

    #[test]
    fn an_empty_socket_would_block_and_a_closed_one_reads_zero() {
        let (left, right) = stream_pair().unwrap();
        let mut fds = Vec::new();
        let error = recv_with_fds(&right, &mut [0; 8], &mut fds).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(left);
        await_readable(&right);
        assert_eq!(recv_with_fds(&right, &mut [0; 8], &mut fds).unwrap(), 0);
    }

    #[test]
    fn a_number_that_is_not_open_is_refused() {
        assert!(take_inherited_socket(1_000_000).is_err());
        assert!(take_inherited_socket(1).is_err());
    }
}
