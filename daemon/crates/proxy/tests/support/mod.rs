//! A supervisor for tests, raw clients and origin servers that do as they are told.
#![allow(dead_code)] // each test file uses its part

pub mod haproxy;

use ipc::channel::Channel;
use ipc::{FromWorker, ListenerGrant, SourceFile, ToWorker};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub const WAIT: Duration = Duration::from_secs(10);

/// Plays the supervisor: opens listeners, sends configurations, collects answers.
pub struct Proxy {
    channel: Channel,
    thread: Option<JoinHandle<Result<(), String>>>,
    listeners: HashMap<(String, String), OwnedFd>,
    generation: u64,
    pub service: Vec<(bool, String)>,
}

impl Proxy {
    /// Starts the proxy with this haproxy.cfg. Addresses in it must be `127.0.0.1:PORT`.
    pub fn start(config: &str) -> Self {
        let (channel, theirs) = Channel::pair().unwrap();
        let thread =
            std::thread::spawn(move || proxy::run(Channel::new(theirs)).map_err(|e| e.to_string()));
        let mut proxy = Self {
            channel,
            thread: Some(thread),
            listeners: HashMap::new(),
            generation: 0,
            service: Vec::new(),
        };
        proxy
            .configure(config)
            .expect("the configuration is accepted");
        proxy
    }

    /// Sends a configuration and waits for the verdict.
    pub fn configure(&mut self, text: &str) -> Result<(), Vec<String>> {
        let parsed = config::haproxy::parse(
            &[config::Source::new("test.cfg", text)],
            &config::Options::default(),
        );
        let errors: Vec<String> = parsed.errors().map(|d| d.message.clone()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut grants = Vec::new();
        let mut keep = HashMap::new();
        for f in parsed.config.frontends() {
            for (index, _, address) in f.listen_addresses() {
                let key = (f.name.value.0.clone(), address.value.to_string());
                let fd = self.listeners.remove(&key).unwrap_or_else(|| {
                    sys::tcp::listen(key.1.parse().unwrap(), 1024)
                        .unwrap_or_else(|e| panic!("{}: {e}", key.1))
                });
                grants.push(ListenerGrant {
                    proxy: key.0.clone(),
                    address: key.1.clone(),
                    index,
                });
                keep.insert(key, fd);
            }
        }
        self.generation += 1;
        let generation = self.generation;
        let fds: Vec<_> = grants
            .iter()
            .map(|g| keep[&(g.proxy.clone(), g.address.clone())].as_fd())
            .collect();
        let files = vec![SourceFile {
            path: "test.cfg".into(),
            text: text.into(),
        }];
        let message = ToWorker::Configure {
            generation,
            files,
            listeners: grants,
        };
        self.channel.send(&message, &fds).unwrap();
        // Old listeners are closed here as the supervisor would: after the new ones are granted.
        self.listeners = keep;
        loop {
            match self.receive() {
                FromWorker::Ready { generation: g } if g == generation => return Ok(()),
                FromWorker::Rejected { reasons, .. } => return Err(reasons),
                _ => {}
            }
        }
    }

    fn receive(&mut self) -> FromWorker {
        let message = self
            .channel
            .receive::<FromWorker>(Some(WAIT))
            .unwrap()
            .message;
        if let FromWorker::Service { up, reason } = &message {
            self.service.push((*up, reason.clone()));
        }
        message
    }

    pub fn status(&mut self) -> serde_json::Value {
        self.channel.send(&ToWorker::Status { id: 7 }, &[]).unwrap();
        loop {
            if let FromWorker::Status { id: 7, body } = self.receive() {
                return body;
            }
        }
    }

    /// Waits until the last word on the service is this.
    pub fn wait_service(&mut self, wanted: bool) {
        let end = Instant::now() + WAIT;
        while self.service.last().is_none_or(|(up, _)| *up != wanted) {
            assert!(
                Instant::now() < end,
                "service never became {wanted}: {:?}",
                self.service
            );
            self.receive();
        }
    }

    /// The state of a server in the status.
    pub fn server_state(&mut self, backend: &str, server: &str) -> String {
        let status = self.status();
        let named = |list: &serde_json::Value, name: &str| {
            list.as_array()
                .unwrap()
                .iter()
                .find(|x| x["name"] == name)
                .cloned()
                .unwrap()
        };
        named(&named(&status["backends"], backend)["servers"], server)["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn stop(&mut self, deadline_ms: u64) {
        self.listeners.clear();
        self.channel
            .send(&ToWorker::Stop { deadline_ms }, &[])
            .unwrap();
        while self.receive() != FromWorker::Stopped {}
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if self.thread.is_some() && !std::thread::panicking() {
            self.stop(0);
        }
    }
}

/// A port that is free now on the loopback interface.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// An origin server: `serve` gets each connection and its number, in a thread of its own.
pub struct Origin {
    pub port: u16,
    pub connections: Arc<AtomicUsize>,
}

impl Origin {
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let number = count.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream, number));
            }
        });
        Self { port, connections }
    }

    /// Answers each request head with the same bytes, keeping the connection.
    pub fn fixed(answer: &'static [u8]) -> Self {
        Self::start(move |mut stream, _| {
            while read_head(&mut stream).is_some() {
                if stream.write_all(answer).is_err() {
                    return;
                }
            }
        })
    }

    /// Answers with what it received: the head and the body that Content-Length announces.
    pub fn echo() -> Self {
        Self::start(|mut stream, _| {
            while let Some(head) = read_head(&mut stream) {
                let mut body = vec![0; content_length(&head)];
                if stream.read_exact(&mut body).is_err() {
                    return;
                }
                let all = [head.as_bytes(), &body].concat();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", all.len());
                if stream
                    .write_all(answer.as_bytes())
                    .and_then(|()| stream.write_all(&all))
                    .is_err()
                {
                    return;
                }
            }
        })
    }

    pub fn named(name: &'static str) -> Self {
        Self::start(move |mut stream, _| {
            while read_head(&mut stream).is_some() {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}",
                    name.len()
                );
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        })
    }
}

pub fn content_length(head: &str) -> usize {
    head.lines()
        .find_map(|l| {
            l.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|v| v.trim().parse().unwrap())
        })
        .unwrap_or(0)
}

/// Reads up to the empty line, byte by byte so that nothing behind it is taken.
pub fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A client's connection.
pub struct Client(pub TcpStream);

impl Client {
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        Self(stream)
    }

    pub fn send(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.0.write_all(text.as_ref()).unwrap();
        self
    }

    /// The next response: head and body (by Content-Length or chunks, decoded).
    pub fn response(&mut self) -> (String, Vec<u8>) {
        let head = read_head(&mut self.0).expect("a response");
        if head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            let body = self.chunks();
            return (head, body);
        }
        let mut body = vec![0; content_length(&head)];
        self.0.read_exact(&mut body).unwrap();
        (head, body)
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut line = Vec::new();
            let mut byte = [0];
            while !line.ends_with(b"\r\n") {
                self.0.read_exact(&mut byte).unwrap();
                line.push(byte[0]);
            }
            let size =
                usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim(), 16).unwrap();
            let mut piece = vec![0; size + 2];
            self.0.read_exact(&mut piece).unwrap();
            body.extend_from_slice(&piece[..size]);
            if size == 0 {
                return body;
            }
        }
    }

    pub fn get(&mut self, path: &str) -> (String, Vec<u8>) {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n"))
            .response()
    }

    /// All bytes up to the end of the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        let _ = self.0.read_to_end(&mut all);
        all
    }
}

pub fn status_of(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A usual configuration: one frontend on `port`, one backend with `servers` lines.
pub fn http_config(port: u16, extra: &str, servers: &str) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n{extra}\nfrontend web\n    bind 127.0.0.1:{port}\n    default_backend app\nbackend app\n{servers}\n"
    )
}
