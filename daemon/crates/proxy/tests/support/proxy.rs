//! The proxy in a thread of its own, under its filter, and the supervisor that it talks to.

use super::WAIT;
use ipc::channel::Channel;
use ipc::{FromWorker, ListenerGrant, SourceFile, ToWorker};
use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use sys::filter::Process;

/// Plays the supervisor: opens listeners, sends configurations, collects answers.
pub struct Proxy {
    channel: Channel,
    thread: Option<JoinHandle<std::io::Result<()>>>,
    listeners: HashMap<(String, String), OwnedFd>,
    generation: u64,
    /// Files that are passed on in place of those on the disk.
    files: HashMap<String, Vec<u8>>,
    pub service: Vec<(bool, String)>,
}

impl Proxy {
    /// Starts the proxy with this haproxy.cfg. Addresses in it must be `127.0.0.1:PORT`.
    pub fn start(config: &str) -> Self {
        Self::start_with(&[], config)
    }

    /// The same with files that the supervisor passes on.
    pub fn start_with(files: &[(&str, &str)], config: &str) -> Self {
        let given = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        Self::start_with_bytes(files.iter().map(given), config)
    }

    /// The same with files that are no text.
    pub fn start_with_bytes(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        config: &str,
    ) -> Self {
        let (channel, theirs) = Channel::pair().unwrap();
        let thread = std::thread::spawn(move || {
            // As in the real process: a call or a file that it does without for good is noticed.
            sys::files::only(&[]).and_then(|()| sys::filter::install(Process::Proxy))?;
            proxy::run(Channel::new(theirs)).map_err(std::io::Error::other)
        });
        let mut proxy = Self {
            channel,
            thread: Some(thread),
            listeners: HashMap::new(),
            generation: 0,
            files: files.into_iter().collect(),
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
        self.attach(&parsed.config);
        let mut grants = Vec::new();
        let mut keep = HashMap::new();
        let config = &parsed.config;
        let mut wanted = Vec::new();
        for f in config.frontends() {
            let all = f.listen_addresses();
            wanted.extend(all.map(|(index, _, a)| (f.name.value.0.clone(), index, a)));
        }
        let sockets = config.global.runtime_addresses();
        wanted.extend(sockets.map(|(index, _, a)| (String::new(), index, a)));
        for peers in &config.peers {
            let all = peers.listen_addresses();
            wanted.extend(all.map(|(index, _, a)| (peers.place(), index, a)));
        }
        for (proxy, index, address) in wanted {
            let key = (proxy, address.value.to_string());
            let fd = self
                .listeners
                .remove(&key)
                .unwrap_or_else(|| listen(&key.1).unwrap_or_else(|e| panic!("{}: {e}", key.1)));
            grants.push(ListenerGrant {
                proxy: key.0.clone(),
                address: key.1.clone(),
                index,
            });
            keep.insert(key, fd);
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

    /// Passes on the files that the configuration names, and those of the resolver.
    fn attach(&mut self, config: &config::haproxy::Config) {
        let mut files = self.files.clone();
        let named = config.files();
        let named = named.iter().map(|path| path.value.as_str());
        for path in named.chain(["/etc/hosts", "/etc/resolv.conf"]) {
            if let (false, Ok(bytes)) = (files.contains_key(path), std::fs::read(path)) {
                files.insert(path.to_owned(), bytes);
            }
        }
        let attachment = |(path, bytes)| ipc::Attachment { path, bytes };
        let files = files.into_iter().map(attachment).collect();
        let message = ToWorker::Attachments { files };
        self.channel.send(&message, &[]).unwrap();
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

    /// The lines of statistics, as CSV.
    pub fn statistics(&mut self) -> String {
        let ask = ToWorker::Statistics { id: 8 };
        self.channel.send(&ask, &[]).unwrap();
        loop {
            if let FromWorker::Status { id: 8, body } = self.receive() {
                return body["csv"].as_str().unwrap().to_owned();
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

    /// Waits until a place of the status (a JSON pointer) has this value.
    pub fn wait_status(&mut self, place: &str, wanted: &serde_json::Value) {
        let end = Instant::now() + WAIT;
        loop {
            let status = self.status();
            if status.pointer(place) == Some(wanted) {
                return;
            }
            assert!(
                Instant::now() < end,
                "{place} never became {wanted}: {status}"
            );
            std::thread::sleep(Duration::from_millis(5));
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

    /// Tells it that another host has these addresses, with milliseconds for each.
    pub fn depart(&mut self, addresses: &[(&str, u64)]) {
        let now_us = sys::epoll::monotonic_ms() * 1000;
        let departed = |(address, ms): &(&str, u64)| ipc::Departed {
            address: address.parse().unwrap(),
            until_us: now_us + ms * 1000,
        };
        let addresses = addresses.iter().map(departed).collect();
        self.channel
            .send(&ToWorker::Departed { addresses }, &[])
            .unwrap();
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

fn listen(address: &str) -> std::io::Result<OwnedFd> {
    match address.strip_prefix("unix@") {
        Some(path) => sys::listener::listen_unix(path.as_ref(), 1024, || Ok(())),
        None => sys::tcp::listen(address.parse().unwrap(), 1024),
    }
}
