//! A client that asks for pages without pause and remembers every answer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use testkit::segment::Host;

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// One request: when it ended, and the page or what went wrong.
#[derive(Debug, Clone)]
pub struct Asked {
    pub at: Instant,
    pub page: Result<String, String>,
}

pub struct Traffic {
    stop: Arc<AtomicBool>,
    pages: Arc<AtomicUsize>,
    thread: JoinHandle<Vec<Asked>>,
}

impl Traffic {
    /// One connection a request, one request after the other.
    pub fn start(client: &Arc<Host>, address: &str) -> Self {
        Self::with_patience(client, address, PATIENCE)
    }

    /// The same by a client that soon gives up a request which its host can no longer answer, and
    /// so measures how long nobody answered new ones.
    pub fn impatient(client: &Arc<Host>, address: &str) -> Self {
        Self::with_patience(client, address, Duration::from_millis(100))
    }

    fn with_patience(client: &Arc<Host>, address: &str, patience: Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let pages = Arc::new(AtomicUsize::new(0));
        let (flag, count, client) = (Arc::clone(&stop), Arc::clone(&pages), Arc::clone(client));
        let address: SocketAddr = address.parse().unwrap();
        let thread = std::thread::spawn(move || {
            client.namespace.enter(|| {
                let mut asked = Vec::new();
                while !flag.load(Ordering::Relaxed) {
                    let page = get(address, patience).map_err(|error| error.to_string());
                    let at = Instant::now();
                    if page.is_ok() {
                        count.fetch_add(1, Ordering::Relaxed);
                    } else {
                        // A refusal comes at once; do not count one outage a thousand times.
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    asked.push(Asked { at, page });
                }
                asked
            })
        });
        Self {
            stop,
            pages,
            thread,
        }
    }

    /// Waits until so many more pages came.
    pub fn wait_pages(&self, more: usize) {
        let wanted = self.pages.load(Ordering::Relaxed) + more;
        super::wait("pages come", || {
            self.pages.load(Ordering::Relaxed) >= wanted
        });
    }

    pub fn finish(self) -> Vec<Asked> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Everything that went wrong.
pub fn failures(asked: &[Asked]) -> Vec<String> {
    asked
        .iter()
        .filter_map(|asked| asked.page.clone().err())
        .collect()
}

/// The longest time between two pages that came.
pub fn outage(asked: &[Asked]) -> Duration {
    let times: Vec<Instant> = asked
        .iter()
        .filter(|asked| asked.page.is_ok())
        .map(|asked| asked.at)
        .collect();
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap_or_default()
}

/// The body of `GET /`.
pub fn get(address: SocketAddr, patience: Duration) -> std::io::Result<String> {
    let mut stream = connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let wrong = || std::io::Error::other(format!("not a page: {text:?}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(wrong)?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(wrong());
    }
    Ok(body.trim().to_owned())
}

/// A SYN that nobody answers is sent again by the kernel only after a second: that would measure
/// the client. A connection that does not come soon is given up for another one.
fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match TcpStream::connect_timeout(&address, Duration::from_millis(20)) {
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut && Instant::now() < end => {}
            other => return other,
        }
    }
}

/// The same from a host.
pub fn get_from(client: &Host, address: &str) -> Result<String, String> {
    let address = address.parse().unwrap();
    client
        .namespace
        .enter(|| get(address, PATIENCE).map_err(|error| error.to_string()))
}

/// The whole answer to a request for a path.
pub fn ask(client: &Host, address: &str, path: &str) -> String {
    let address: SocketAddr = address.parse().unwrap();
    client.namespace.enter(|| {
        let mut stream = connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: test\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}
