//! Clients that keep their connections and ask again and again, and one that takes long.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use testkit::segment::Host;

const PATIENCE: Duration = Duration::from_secs(10);

/// Connections of one thread.
const EACH: usize = 25;

pub struct Kept {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Kept {
    pub fn start(client: &Arc<Host>, address: &str, connections: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answers = Arc::new(AtomicUsize::new(0));
        let address: SocketAddr = address.parse().unwrap();
        let threads = (0..connections / EACH).map(|_| {
            let (client, stop) = (Arc::clone(client), Arc::clone(&stop));
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || client.namespace.enter(|| ask_all(address, &stop, &answers)))
        });
        Self {
            threads: threads.collect(),
            stop,
            answers,
        }
    }

    pub fn wait_answers(&self, more: usize) {
        let wanted = self.answers.load(Ordering::Relaxed) + more;
        super::wait("answers come", || {
            self.answers.load(Ordering::Relaxed) >= wanted
        });
    }

    /// How many answers came, and what went wrong.
    pub fn finish(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        let each = self.threads.into_iter().map(|it| it.join().unwrap());
        let failures = each.flatten().collect();
        (self.answers.load(Ordering::Relaxed), failures)
    }
}

fn ask_all(address: SocketAddr, stop: &AtomicBool, answers: &AtomicUsize) -> Vec<String> {
    let mut connections: Vec<Option<BufReader<TcpStream>>> = (0..EACH).map(|_| None).collect();
    let mut failures = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        for connection in &mut connections {
            match ask(address, connection) {
                Ok(()) => {
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => failures.push(error.to_string()),
            }
        }
    }
    failures
}

/// One request; the connection is given up where the answer says so.
fn ask(address: SocketAddr, connection: &mut Option<BufReader<TcpStream>>) -> std::io::Result<()> {
    let mut reader = if let Some(reader) = connection.take() {
        reader
    } else {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        BufReader::new(stream)
    };
    reader
        .get_mut()
        .write_all(b"GET / HTTP/1.1\r\nHost: kept\r\n\r\n")?;
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::Error::other("closed before the answer"));
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_ascii_lowercase());
    }
    let wrong = || std::io::Error::other(format!("not a page: {head:?}"));
    if head
        .first()
        .is_none_or(|line| !line.starts_with("http/1.1 200"))
    {
        return Err(wrong());
    }
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
    reader.read_exact(&mut vec![0; length])?;
    if !head.iter().any(|line| line == "connection: close") {
        *connection = Some(reader);
    }
    Ok(())
}

/// A server of one long answer, at a host.
pub fn serve_long(host: &Host, address: &str, length: usize) {
    let listener = host
        .namespace
        .enter(|| std::net::TcpListener::bind(address).unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 4096];
        let _ = stream.read(&mut head);
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let _ = stream.write_all(text.as_bytes());
        let mut left = length;
        while left > 0 {
            let part = left.min(1 << 16);
            if stream.write_all(&vec![b'x'; part]).is_err() {
                return;
            }
            left -= part;
        }
    });
}

/// An answer that is taken up as slowly as its reader likes.
pub struct Long {
    stream: TcpStream,
    pub bytes: usize,
}

impl Long {
    pub fn begin(client: &Host, address: &str) -> Self {
        let address: SocketAddr = address.parse().unwrap();
        let mut stream = client
            .namespace
            .enter(|| TcpStream::connect_timeout(&address, PATIENCE).unwrap());
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
            .write_all(b"GET /long HTTP/1.1\r\nHost: long\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut long = Self { stream, bytes: 0 };
        long.take(1 << 16);
        long
    }

    /// At least so many more.
    fn take(&mut self, count: usize) {
        let mut buffer = vec![0; 1 << 16];
        let end = self.bytes + count;
        while self.bytes < end {
            let read = self.stream.read(&mut buffer).unwrap();
            assert!(read > 0, "cut after {} bytes", self.bytes);
            self.bytes += read;
        }
    }

    /// How long what came already lasts until it is clear that no more will.
    pub fn breaks_off(mut self) -> Duration {
        let begin = Instant::now();
        let end = self.stream.read_to_end(&mut Vec::new());
        assert_eq!(
            end.map_err(|error| error.kind()),
            Err(io::ErrorKind::ConnectionReset)
        );
        begin.elapsed()
    }

    /// All of it, head and body.
    pub fn finish(self) -> usize {
        self.ends().unwrap()
    }

    /// The same, or how it ended before.
    pub fn ends(mut self) -> io::Result<usize> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest)?;
        Ok(self.bytes + rest.len())
    }
}

/// A connection on which one answer came and nothing is asked since.
pub struct Idle(Option<BufReader<TcpStream>>, SocketAddr);

impl Idle {
    pub fn begin(client: &Host, address: &str) -> Self {
        let address: SocketAddr = address.parse().unwrap();
        let mut connection = None;
        let asked = client.namespace.enter(|| ask(address, &mut connection));
        asked.unwrap();
        assert!(connection.is_some(), "it is kept");
        Self(connection, address)
    }

    /// Waits for its end, which is no reset.
    pub fn ends(mut self) {
        let read = self.0.as_mut().unwrap().read(&mut [0]);
        assert_eq!(read.unwrap(), 0);
    }

    /// Nothing comes for so long, and then it answers as before.
    pub fn lasts(mut self, time: Duration) {
        let stream = self.0.as_mut().unwrap();
        stream.get_ref().set_read_timeout(Some(time)).unwrap();
        let silent = stream.read(&mut [0]).unwrap_err();
        assert_eq!(silent.kind(), std::io::ErrorKind::WouldBlock);
        ask(self.1, &mut self.0).unwrap();
        assert!(self.0.is_some(), "it is kept");
    }
}
