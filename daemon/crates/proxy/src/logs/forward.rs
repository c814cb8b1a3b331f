//! From a ring to its servers: a thread for each, which may wait as long as it must. While a
//! server is away the ring keeps the latest lines; the others are counted as dropped.

use config::haproxy::model::{Ring as Model, RingServer, StreamAddress};
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use trafficlog::{Cursor, Figures, Ring};

/// Bytes of a ring that does not say: the size of a buffer.
const SIZE: u32 = 16_384;
/// Lines of a write.
const BATCH: usize = 256;
/// Until a server that refused is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// A server that takes nothing for so long counts as gone, unless the ring says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A ring, and the threads that empty it.
#[derive(Debug)]
pub struct Forwarded {
    ring: Arc<Ring>,
    /// Each thread holds a sender; nothing comes but their end.
    done: Mutex<mpsc::Receiver<()>>,
    /// Until they are started.
    waiting: Mutex<Vec<Forwarder>>,
}

impl Forwarded {
    pub fn new(model: &Model, figures: &Arc<Figures>) -> Self {
        let size = model.size.as_ref().map_or(SIZE, |size| size.value);
        let ring = Arc::new(Ring::new(size as usize));
        let (alive, done) = mpsc::channel();
        let forwarder = |server: &RingServer| Forwarder {
            ring: ring.clone(),
            server: server.clone(),
            connect: model.timeout_connect.as_ref().map_or(PATIENCE, |t| t.value),
            write: model.timeout_server.as_ref().map_or(PATIENCE, |t| t.value),
            figures: figures.clone(),
            alive: alive.clone(),
        };
        Self {
            waiting: Mutex::new(model.servers.iter().map(forwarder).collect()),
            ring,
            done: Mutex::new(done),
        }
    }

    pub fn start(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for forwarder in waiting.drain(..) {
            let thread = std::thread::Builder::new().name("log-ring".to_owned());
            // Without the thread the ring keeps the latest lines, and they are counted.
            let _ = thread.spawn(move || forwarder.run());
        }
    }

    pub fn ring(&self) -> Arc<Ring> {
        self.ring.clone()
    }

    pub fn close(&self) {
        self.ring.close();
    }

    /// Until the threads are done, or the time is over.
    pub fn wait(&self, patience: Duration) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = done.recv_timeout(patience);
    }
}

impl Drop for Forwarded {
    fn drop(&mut self) {
        self.ring.close();
    }
}

#[derive(Debug)]
struct Forwarder {
    ring: Arc<Ring>,
    server: RingServer,
    connect: Duration,
    write: Duration,
    figures: Arc<Figures>,
    /// Dropped when the thread ends.
    alive: mpsc::Sender<()>,
}

impl Forwarder {
    fn run(self) {
        let (mut cursor, mut stream) = (Cursor::default(), None);
        while let Some(lines) = self.ring.take(&mut cursor, BATCH, Duration::from_secs(1)) {
            let missed = std::mem::take(&mut cursor.missed);
            self.figures.dropped.fetch_add(missed, Relaxed);
            let mut left = lines.as_slice();
            while !left.is_empty() {
                let sent = self.send(&mut stream, left);
                left = &left[sent..];
                if sent == 0 && self.ring.wait_closed(AGAIN) {
                    // The end: nobody waits for a server that is away.
                    self.figures.dropped.fetch_add(left.len() as u64, Relaxed);
                    break;
                }
            }
        }
        drop(self.alive);
    }

    /// Lines that went out whole.
    fn send(&self, stream: &mut Option<Stream>, lines: &[Box<[u8]>]) -> usize {
        if stream.as_ref().is_some_and(Stream::is_gone) {
            *stream = None;
        }
        let Some(open) = (match stream.take() {
            Some(open) => Some(open),
            None => Stream::open(&self.server.address.value, self.connect, self.write).ok(),
        }) else {
            return 0;
        };
        let open = stream.insert(open);
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(lines.len()));
        for line in lines {
            if self.server.octet_count {
                // RFC 6587 section 3.4.1: the length, a blank, the message.
                let _ = write!(bytes, "{} ", line.len());
                bytes.extend_from_slice(line);
            } else {
                bytes.extend_from_slice(line);
                bytes.push(b'\n');
            }
            ends.push(bytes.len());
        }
        let (written, alive) = open.write(&bytes);
        if !alive {
            *stream = None;
        }
        ends.iter().take_while(|end| **end <= written).count()
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn open(address: &StreamAddress, connect: Duration, write: Duration) -> io::Result<Self> {
        match address {
            StreamAddress::Tcp(address) => {
                let stream = TcpStream::connect_timeout(address, connect)?;
                stream.set_write_timeout(Some(write))?;
                Ok(Self::Tcp(stream))
            }
            StreamAddress::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(write))?;
                Ok(Self::Unix(stream))
            }
        }
    }

    /// The server has closed; a write would still seem to succeed.
    fn is_gone(&self) -> bool {
        let mut byte = [0];
        let flags = rustix::net::RecvFlags::PEEK | rustix::net::RecvFlags::DONTWAIT;
        let seen = match self {
            Self::Tcp(stream) => rustix::net::recv(stream, &mut byte[..], flags),
            Self::Unix(stream) => rustix::net::recv(stream, &mut byte[..], flags),
        };
        !matches!(seen, Ok((1.., _)) | Err(rustix::io::Errno::AGAIN))
    }

    /// Bytes that went out, and whether the stream is still good.
    fn write(&mut self, bytes: &[u8]) -> (usize, bool) {
        let (mut at, started) = (0, Instant::now());
        while at < bytes.len() {
            let step = match self {
                Self::Tcp(stream) => stream.write(&bytes[at..]),
                Self::Unix(stream) => stream.write(&bytes[at..]),
            };
            match step {
                Ok(0) => return (at, false),
                Ok(count) => at += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return (at, false),
            }
            // Some bytes now and then are not enough.
            if started.elapsed() > Duration::from_mins(1) {
                return (at, false);
            }
        }
        (at, true)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        };
    }
}
