//! Clients and servers that follow a script, so that both sides of a proxy do the same each time.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::support::WAIT;

#[derive(Debug, Clone, Copy)]
pub enum Do {
    Say(&'static [u8]),
    /// Reads until the text has come.
    Hear(&'static [u8]),
    /// Reads until the other side has said its last; how it did is noted.
    End,
    /// Says its last, and goes on reading.
    Shut,
    /// Lets so many milliseconds pass: longer than a timeout that is not to strike.
    Pause(u64),
    /// Ends with a reset.
    Reset,
    /// Tells the other script.
    Tell,
    /// Waits until the other script has told.
    Await,
}

/// Signs that the two scripts of a case give each other.
#[derive(Default)]
pub struct Signs {
    given: Mutex<HashSet<&'static str>>,
    changed: Condvar,
}

impl Signs {
    fn give(&self, who: &'static str) {
        self.given.lock().unwrap().insert(who);
        self.changed.notify_all();
    }

    fn wait(&self, who: &'static str) {
        let given = self.given.lock().unwrap();
        let (_given, late) = self
            .changed
            .wait_timeout_while(given, WAIT, |given| !given.contains(who))
            .unwrap();
        assert!(!late.timed_out(), "no sign of the {who}");
    }
}

/// What one side of a case got: its text, and how it ended when it was read to the end.
pub fn follow(mut stream: TcpStream, script: &[Do], who: &'static str, signs: &Signs) -> String {
    stream.set_read_timeout(Some(WAIT)).unwrap();
    let other = if who == "client" { "server" } else { "client" };
    let (mut got, mut end) = (Vec::new(), "");
    for step in script {
        match step {
            // The other side may be gone already: what comes back says so.
            Do::Say(text) => drop(stream.write_all(text)),
            Do::Hear(text) => end = read_until(&mut stream, &mut got, Some(text)),
            Do::End => end = read_until(&mut stream, &mut got, None),
            Do::Shut => drop(stream.shutdown(Shutdown::Write)),
            Do::Pause(ms) => std::thread::sleep(Duration::from_millis(*ms)),
            Do::Reset => sys::tcp::set_reset_on_close(&stream).unwrap(),
            Do::Tell => signs.give(who),
            Do::Await => signs.wait(other),
        }
    }
    drop(stream);
    format!("{}{end}", String::from_utf8_lossy(&got))
}

fn read_until(stream: &mut TcpStream, got: &mut Vec<u8>, text: Option<&[u8]>) -> &'static str {
    let mut buffer = [0; 4096];
    loop {
        if text.is_some_and(|text| got.windows(text.len()).any(|part| part == text)) {
            return "";
        }
        match stream.read(&mut buffer) {
            Ok(0) => return "<end>",
            Ok(n) => got.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::ConnectionReset => return "<reset>",
            Err(e) if e.kind() == ErrorKind::WouldBlock => return "<nothing more>",
            Err(e) => panic!("{e}"),
        }
    }
}

/// A server of one case: each connection follows the next script.
pub struct Server {
    pub port: u16,
    pub signs: Arc<Signs>,
    told: Arc<(Mutex<Vec<Option<String>>>, Condvar)>,
}

impl Server {
    pub fn start(scripts: &'static [&'static [Do]]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let signs = Arc::new(Signs::default());
        let told = Arc::new((Mutex::new(vec![None; scripts.len()]), Condvar::new()));
        let (sign, tell) = (signs.clone(), told.clone());
        std::thread::spawn(move || {
            for (number, script) in scripts.iter().enumerate() {
                let (stream, _) = listener.accept().unwrap();
                let (sign, tell) = (sign.clone(), tell.clone());
                std::thread::spawn(move || {
                    let got = follow(stream, script, "server", &sign);
                    tell.0.lock().unwrap()[number] = Some(got);
                    tell.1.notify_all();
                });
            }
        });
        Self { port, signs, told }
    }

    /// What each of its connections got, when all are through.
    pub fn told(&self) -> Vec<String> {
        let told = self.told.0.lock().unwrap();
        let unfinished = |told: &mut Vec<Option<String>>| told.iter().any(Option::is_none);
        let (told, _) = self
            .told
            .1
            .wait_timeout_while(told, WAIT, unfinished)
            .unwrap();
        let absent = || "(not through)".to_owned();
        told.iter()
            .map(|got| got.clone().unwrap_or_else(absent))
            .collect()
    }
}
