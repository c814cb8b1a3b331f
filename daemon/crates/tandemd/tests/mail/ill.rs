//! Mail servers as no package has them: silent, or breaking off in the middle.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use testkit::segment::Host;

pub struct Ill {
    calls: Arc<AtomicUsize>,
    listener: Arc<TcpListener>,
    thread: Option<JoinHandle<()>>,
}

impl Ill {
    /// Takes connections and never says a word.
    pub fn silent(host: &Host, address: &str, port: u16) -> Self {
        let mut kept = Vec::new();
        Self::start(host, address, port, move |client| kept.push(client))
    }

    /// Agrees to everything and hangs up in the middle of the mail.
    pub fn breaking_off(host: &Host, address: &str, port: u16) -> Self {
        Self::start(host, address, port, |client| {
            // The client may be gone first; that is its affair.
            let _ = hang_up_in_the_middle(&client);
        })
    }

    fn start(
        host: &Host,
        address: &str,
        port: u16,
        mut serve: impl FnMut(TcpStream) + Send + 'static,
    ) -> Self {
        let place = format!("{address}:{port}");
        let listener = host.namespace.enter(|| TcpListener::bind(place)).unwrap();
        let listener = Arc::new(listener);
        let calls = Arc::new(AtomicUsize::new(0));
        let (theirs, count) = (Arc::clone(&listener), Arc::clone(&calls));
        let thread = std::thread::spawn(move || {
            while let Ok((client, _)) = theirs.accept() {
                count.fetch_add(1, Ordering::Relaxed);
                serve(client);
            }
        });
        Self {
            calls,
            listener,
            thread: Some(thread),
        }
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Drop for Ill {
    fn drop(&mut self) {
        // Wakes the thread out of its accept.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn hang_up_in_the_middle(mut client: &TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(client).lines();
    client.write_all(b"220 ready\r\n")?;
    while let Some(line) = lines.next() {
        if line?.eq_ignore_ascii_case("DATA") {
            client.write_all(b"354 go on\r\n")?;
            lines.next();
            break;
        }
        client.write_all(b"250 good\r\n")?;
    }
    client.shutdown(std::net::Shutdown::Both)
}
