//! Where log lines go and which: formats of targets, samples, errors apart, rings over TCP, limits,
//! beside haproxy where it can do the same.

mod beside;
mod own;
#[path = "../support/mod.rs"]
mod support;

use std::io::Read;
use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, Instant};
use support::haproxy::Haproxy;
use support::{Client, Proxy, free_port};

/// Log servers of one side.
struct Logs(Vec<UdpSocket>);

impl Logs {
    fn new(count: usize) -> Self {
        Self(
            (0..count)
                .map(|_| UdpSocket::bind("127.0.0.1:0").unwrap())
                .collect(),
        )
    }

    /// `LOG0` and so on in the text become their addresses.
    fn place(&self, text: &str) -> String {
        self.0
            .iter()
            .enumerate()
            .fold(text.to_owned(), |text, (at, log)| {
                let address = log.local_addr().unwrap().to_string();
                text.replace(&format!("LOG{at}"), &address)
            })
    }

    /// What came, until each has been quiet for a while; `wanted` lines are waited for in all.
    fn lines(&self, wanted: usize) -> Vec<Vec<String>> {
        let mut all: Vec<Vec<String>> = self.0.iter().map(|_| Vec::new()).collect();
        let (end, mut quiet) = (Instant::now() + support::WAIT, Instant::now());
        let mut buffer = [0; 9000];
        for log in &self.0 {
            log.set_read_timeout(Some(Duration::from_millis(10)))
                .unwrap();
        }
        while Instant::now() < end {
            for (log, lines) in self.0.iter().zip(&mut all) {
                while let Ok(n) = log.recv(&mut buffer) {
                    lines.push(String::from_utf8_lossy(&buffer[..n]).into_owned());
                    quiet = Instant::now();
                }
            }
            let enough = all.iter().map(Vec::len).sum::<usize>() >= wanted;
            if enough && quiet.elapsed() > Duration::from_millis(150) {
                break;
            }
        }
        all
    }
}

fn config(global: &str, frontend: &str, web: u16, probe: u16, origin: u16) -> String {
    format!(
        "global\n nbthread 1\n{global}defaults\n mode http\n timeout client 500ms\n timeout server 1s\n timeout connect 200ms\n\
         frontend probe\n bind 127.0.0.1:{probe}\n default_backend app\n\
         frontend web\n bind 127.0.0.1:{web}\n{frontend} use_backend dead if {{ path /dead }}\n default_backend app\n\
         backend app\n server s 127.0.0.1:{origin}\n\
         backend dead\n retries 1\n option redispatch\n server d 127.0.0.1:1\n"
    )
}

/// The same traffic through haproxy and through ours; the lines of each target on both sides.
fn beside(
    logs: usize,
    (global, frontend): (&str, &str),
    origin: u16,
    wanted: usize,
    traffic: impl Fn(u16),
) -> Option<[Vec<Vec<String>>; 2]> {
    let side = |start: &dyn Fn(&str, u16, u16) -> bool| -> Option<Vec<Vec<String>>> {
        let (servers, web, probe) = (Logs::new(logs), free_port(), free_port());
        let text = servers.place(&config(global, frontend, web, probe, origin));
        start(&text, web, probe).then(|| servers.lines(wanted))
    };
    let theirs = side(&|text, web, probe| {
        let Some(haproxy) = Haproxy::start(text, probe) else {
            eprintln!("skipped: the haproxy binary is not installed");
            return false;
        };
        traffic(web);
        // A line may be on its way yet.
        std::thread::sleep(Duration::from_millis(50));
        drop(haproxy);
        true
    })?;
    let ours = side(&|text, web, _| {
        let mut proxy = Proxy::start(text);
        traffic(web);
        proxy.stop(1000);
        true
    })?;
    Some([theirs, ours])
}

fn get(web: u16, path: &str) {
    let mut client = Client::connect(web);
    client.send(format!(
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    ));
    client.rest();
}

/// Numbers but those of the priority, and the machine's name, are one mark.
fn shape(line: &str) -> String {
    let name = rustix::system::uname();
    let line = line.replace(
        &format!(" {} ", name.nodename().to_string_lossy()),
        " HOST ",
    );
    let (front, rest) = match line.split_once('>') {
        Some((front, rest)) if front.starts_with('<') => (front.to_owned() + ">", rest),
        _ => (String::new(), line.as_str()),
    };
    let mut out = front;
    for c in rest.chars() {
        match c {
            // How much fits depends on the process id.
            'x' if out.ends_with('x') => {}
            '0'..='9' if out.ends_with('N') => {}
            '0'..='9' => out.push('N'),
            // A day below ten has a blank in front.
            ' ' if out.ends_with(' ') => {}
            _ => out.push(c),
        }
    }
    out
}

/// Reads what connections to a listener bring.
fn reader(listener: TcpListener) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
