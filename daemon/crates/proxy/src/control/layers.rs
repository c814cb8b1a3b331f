//! What a check's bytes go through: HTTP/2, then TLS, then the socket; each where it is spoken.

use super::framed::Framed;
use super::seal::Seal;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use sys::tcp;

type Seals = Option<Box<Seal>>;
type Frames = Option<Box<Framed>>;

pub fn send(
    seal: &mut Seals,
    framed: &mut Frames,
    fd: &OwnedFd,
    bytes: &[u8],
) -> io::Result<usize> {
    let Some(framed) = framed else {
        return put(seal, fd, bytes);
    };
    framed.ask(bytes);
    flush(seal, framed, fd)?;
    Ok(bytes.len())
}

pub fn receive(
    seal: &mut Seals,
    framed: &mut Frames,
    fd: &OwnedFd,
    buf: &mut [u8],
) -> io::Result<usize> {
    let Some(framed) = framed else {
        return get(seal, fd, buf);
    };
    loop {
        flush(seal, framed, fd)?;
        match framed.read(buf) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            read => return read,
        }
        let n = get(seal, fd, buf)?;
        framed.take(&buf[..n]);
    }
}

/// Frames that the socket does not take wait for the next time.
fn flush(seal: &mut Seals, framed: &mut Framed, fd: &OwnedFd) -> io::Result<()> {
    let out = framed.out();
    while !out.is_empty() {
        match put(seal, fd, out) {
            Ok(n) => drop(out.drain(..n)),
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn put(seal: &mut Seals, fd: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    match seal {
        Some(seal) => seal.send(fd, bytes),
        None => tcp::send(fd, bytes),
    }
}

fn get(seal: &mut Seals, fd: &OwnedFd, buf: &mut [u8]) -> io::Result<usize> {
    match seal {
        Some(seal) => seal.recv(fd, buf),
        None => tcp::recv(fd, buf),
    }
}
