//! Another program in the place of this one: the same process, with the same children and the
//! descriptors that are to be kept.

use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use rustix::io::{FdFlags, fcntl_setfd};

/// Becomes another program. Comes back only with the reason why it cannot; then nothing has
/// changed. Blocked signals stay blocked, so none is lost between the two programs.
pub fn program(
    path: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
    kept: &[BorrowedFd<'_>],
) -> io::Error {
    match prepared(path, args, env) {
        Ok((path, args, env)) => become_program(&path, &args, &env, kept),
        Err(error) => error,
    }
}

type Strings = Vec<CString>;

fn prepared(
    path: &Path,
    args: &[OsString],
    env: &[(OsString, OsString)],
) -> io::Result<(CString, Strings, Strings)> {
    let string = |text: OsString| CString::new(text.into_vec()).map_err(io::Error::other);
    let args = args
        .iter()
        .cloned()
        .map(string)
        .collect::<io::Result<_>>()?;
    let pairs = env.iter().map(|(name, value)| {
        let mut pair = name.clone();
        pair.push("=");
        pair.push(value);
        string(pair)
    });
    let env = pairs.collect::<io::Result<_>>()?;
    Ok((string(path.as_os_str().to_owned())?, args, env))
}

fn become_program(
    path: &CString,
    args: &[CString],
    env: &[CString],
    kept: &[BorrowedFd<'_>],
) -> io::Error {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        let all = strings.iter().map(|text| text.as_ptr());
        all.chain(std::iter::once(std::ptr::null())).collect()
    };
    let (argv, envp) = (pointers(args), pointers(env));
    for fd in kept {
        if let Err(error) = fcntl_setfd(fd, FdFlags::empty()) {
            return error.into();
        }
    }
    // SAFETY: the strings end with a zero byte, both lists with a null pointer, and all of them
    // outlive the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()) };
    let error = io::Error::last_os_error();
    for fd in kept {
        // Children that come later must not get them.
        let _ = fcntl_setfd(fd, FdFlags::CLOEXEC);
    }
    error
}

/// Takes ownership of a descriptor that the program before this one kept. To be called once for
/// each number, at the start, with numbers that it told.
pub fn take_kept(number: RawFd) -> io::Result<OwnedFd> {
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
    if flags & libc::FD_CLOEXEC != 0 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the descriptor is one that this program opened itself",
        ));
    }
    // SAFETY: it is open and was not opened by this program, which marks all that it opens or
    // takes; so nobody else owns it.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    fcntl_setfd(&fd, FdFlags::CLOEXEC)?;
    Ok(fd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_changes_nothing() {
        let (fd, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        let kept = std::os::fd::AsFd::as_fd(&fd);
        let error = program(Path::new("/nonexistent"), &["x".into()], &[], &[kept]);
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let flags = rustix::io::fcntl_getfd(&fd).unwrap();
        assert!(flags.contains(FdFlags::CLOEXEC));
    }

    #[test]
    fn what_this_program_opened_is_not_taken_for_kept() {
        use std::os::fd::AsRawFd as _;
        let (fd, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(take_kept(fd.as_raw_fd()).is_err());
        assert!(take_kept(1).is_err());
        assert!(take_kept(1_000_000).is_err());
    }
}
