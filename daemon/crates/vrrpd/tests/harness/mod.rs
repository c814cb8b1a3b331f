//! Plays the supervisor to a VRRP process in a network namespace.
#![allow(dead_code)] // each test file uses its part

pub mod capture;
pub mod frr;
pub mod holding;
pub mod keepalived;
pub mod matrix;

use std::os::fd::AsFd as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use ipc::channel::{Channel, ChannelError};
use ipc::message::{FarewellPacket, HeldAddress, ScriptOutcome, SourceFile};
use ipc::pulse::Pulse;
use ipc::{Attachment, FromWorker, ScriptSpec, ToWorker};
use serde_json::Value;
use testkit::segment::{Host, Segment};

/// Longer than anything here takes on a busy machine, and short enough to give up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until something holds, and tells how long it took.
pub fn await_that(what: &str, holds: impl FnMut() -> bool) -> Duration {
    testkit::waiting::wait_for(what, PATIENCE, holds)
}

pub struct Node {
    child: Child,
    channel: Channel,
    generation: u64,
    next_id: u64,
    pub log: Vec<String>,
    pub notified: Vec<Vec<String>>,
    pub mails: Vec<(String, String)>,
    pub watching: ipc::watch::WatchList,
    pub scripts: Vec<ScriptSpec>,
    pub holding: Vec<HeldAddress>,
    pub farewell: Vec<FarewellPacket>,
    pub undo: Vec<Vec<u8>>,
    pub pulse: Pulse,
    pub stopped: bool,
    ready: u64,
    rejected: Vec<String>,
    status: Option<(u64, Value)>,
}

impl Node {
    /// Starts a process on a host and waits until it runs this configuration.
    pub fn start(host: &Host, text: &str) -> Self {
        Self::start_with(host, text, &[])
    }

    /// The same with included files, as path and text.
    pub fn start_with(host: &Host, text: &str, included: &[(&str, &str)]) -> Self {
        let (channel, theirs) = Channel::pair().unwrap();
        let child = host
            .namespace
            .command(env!("CARGO_BIN_EXE_vrrp-test-worker"))
            .stdin(Stdio::from(theirs))
            .spawn()
            .expect("starting the VRRP process");
        let mut node = Self {
            child,
            channel,
            generation: 0,
            next_id: 0,
            log: Vec::new(),
            notified: Vec::new(),
            mails: Vec::new(),
            watching: ipc::watch::WatchList::default(),
            scripts: Vec::new(),
            holding: Vec::new(),
            farewell: Vec::new(),
            undo: Vec::new(),
            pulse: Pulse::new().unwrap(),
            stopped: false,
            ready: 0,
            rejected: Vec::new(),
            status: None,
        };
        let pulse = [node.pulse.as_fd()];
        node.channel.send(&ToWorker::Pulse, &pulse).unwrap();
        node.attach(included);
        node.configure(text);
        node
    }

    /// Hands over what the configuration to come includes.
    pub fn attach(&mut self, included: &[(&str, &str)]) {
        let files = included.iter().map(|(path, text)| Attachment {
            path: (*path).to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        let files = files.collect();
        self.say(&ToWorker::Attachments { files });
    }

    pub fn configure(&mut self, text: &str) {
        self.generation += 1;
        let generation = self.generation;
        let files = vec![SourceFile {
            path: "keepalived.conf".into(),
            text: text.to_owned(),
        }];
        self.say(&ToWorker::Configure {
            generation,
            files,
            listeners: Vec::new(),
        });
        self.wait("taking up the configuration", |node| {
            node.ready == generation
        });
    }

    pub fn say(&mut self, message: &ToWorker) {
        self.channel.send(message, &[]).unwrap();
    }

    pub fn script_result(&mut self, name: &str, outcome: ScriptOutcome) {
        self.say(&ToWorker::ScriptResult {
            name: name.to_owned(),
            outcome,
        });
    }

    /// Takes what the process said; waits at most `timeout` for the first of it. False when the
    /// process is gone.
    pub fn pump(&mut self, timeout: Duration) -> bool {
        let mut first = Some(timeout);
        loop {
            let got = match first.take() {
                Some(timeout) => self.channel.receive(Some(timeout)).map(Some),
                None => self.channel.try_receive(),
            };
            match got {
                Ok(Some(received)) => self.note(received.message),
                Ok(None) | Err(ChannelError::TimedOut) => return true,
                Err(_) => return false,
            }
        }
    }

    fn note(&mut self, message: FromWorker) {
        match message {
            FromWorker::Ready { generation } => self.ready = generation,
            FromWorker::Rejected { reasons, .. } => self.rejected = reasons,
            FromWorker::Status { id, body } => self.status = Some((id, body)),
            FromWorker::Scripts { scripts } => self.scripts = scripts,
            FromWorker::Notify { argv, .. } => self.notified.push(argv),
            FromWorker::Watch { list } => self.watching = list,
            FromWorker::Mail { subject, text } => self.mails.push((subject, text)),
            FromWorker::Taking { addresses } => self.holding.extend(addresses),
            FromWorker::Holding { addresses, .. } => self.holding = addresses,
            FromWorker::Farewell { packets } => self.farewell = packets,
            FromWorker::Log { text, .. } => self.log.push(text),
            FromWorker::Stopped => self.stopped = true,
            FromWorker::Undo { requests } => self.undo = requests,
            // The other process's.
            FromWorker::Service { .. }
            | FromWorker::Orders { .. }
            | FromWorker::Amendments { .. }
            | FromWorker::Examine { .. }
            | FromWorker::Question { .. }
            | FromWorker::Legacy { .. }
            | FromWorker::Renewed { .. } => {}
        }
    }

    pub fn wait(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(self) {
            let alive = self.pump(Duration::from_millis(5));
            assert!(
                Instant::now() < deadline && (alive || done(self)),
                "{what}: not within {PATIENCE:?} (alive: {alive}, refused: {:?})\n{}",
                self.rejected,
                self.log.join("\n")
            );
        }
    }

    pub fn status(&mut self) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.say(&ToWorker::Status { id });
        self.wait("answering status", |node| {
            node.status.as_ref().is_some_and(|(got, _)| *got == id)
        });
        self.status.take().unwrap().1
    }

    /// The first instance's status.
    pub fn instance(&mut self) -> Value {
        self.status()["instances"][0].clone()
    }

    pub fn state(&mut self) -> String {
        self.instance()["state"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub fn wait_state(&mut self, wanted: &str) {
        self.wait(&format!("becoming {wanted}"), |node| node.state() == wanted);
    }

    pub fn counter(&mut self, name: &str) -> u64 {
        self.instance()["counters"][name]
            .as_u64()
            .unwrap_or_else(|| panic!("counter {name}"))
    }

    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    /// Stops gracefully and waits for the process to be gone.
    pub fn stop(mut self) {
        self.say(&ToWorker::Stop {
            deadline_ms: 20_000,
        });
        self.wait("stopping", |node| node.stopped);
        let _ = self.child.wait();
    }

    /// Closes the channel, as a supervisor that dies does, and waits for the process to be gone.
    pub fn abandon(self) {
        let Self {
            mut child, channel, ..
        } = self;
        drop(channel);
        let _ = child.wait();
    }
}

/// Prints why the test is skipped, if it must be.
pub fn skipped() -> bool {
    let reason = testkit::netns::unavailable();
    if let Some(reason) = &reason {
        eprintln!("skipped: {reason}");
    }
    reason.is_some()
}

/// Two hosts and a client on one segment, as every test here wants.
pub struct Pair {
    pub segment: Segment,
    pub a: Host,
    pub b: Host,
    pub client: Host,
}

pub const VIP: &str = "10.77.0.100";
pub const VIP6: &str = "fd77::100";
pub const SECOND_VIP: &str = "10.77.0.101";

impl Pair {
    pub fn new() -> Self {
        let segment = Segment::new();
        let a = segment.host("a", &["10.77.0.1/24", "fd77::1/64"]);
        let b = segment.host("b", &["10.77.0.2/24", "fd77::2/64"]);
        let client = segment.host("c", &["10.77.0.9/24", "fd77::9/64"]);
        Self {
            segment,
            a,
            b,
            client,
        }
    }

    /// The first host is master by its configuration, and the second hears it.
    pub fn serving(&self, first: &str, second: &str) -> (Node, Node) {
        let mut a = Node::start(&self.a, first);
        a.wait_state("MASTER");
        let mut b = Node::start(&self.b, second);
        b.wait("hearing the master", |node| {
            node.counter("adverts_received") > 0
        });
        (a, b)
    }
}

/// The IPv6 addresses of a pair: a link-local one first, as RFC 9568 section 5.2.9 has it.
pub fn vip6() -> String {
    format!("virtual_ipaddress {{\n    fe80::77:1/64\n    {VIP6}/64\n  }}")
}

/// Unicast between two of a pair's hosts.
pub fn unicast(own: &str, peer: &str) -> String {
    format!(
        "unicast_src_ip {own}\n  unicast_peer {{\n    {peer}\n  }}\n  {}",
        vip4()
    )
}

/// One instance; `extra` goes into it.
pub fn conf(version: u8, interval: &str, priority: u8, extra: &str) -> String {
    format!(
        "global_defs {{\n  vrrp_version {version}\n}}\n\
         vrrp_instance VI_1 {{\n  state BACKUP\n  interface eth0\n  virtual_router_id 77\n  \
         priority {priority}\n  advert_int {interval}\n  {extra}\n}}\n"
    )
}

pub fn two_vips() -> String {
    format!("virtual_ipaddress {{\n    {VIP}/24\n    {SECOND_VIP}/24\n  }}")
}

pub fn vip4() -> String {
    format!("virtual_ipaddress {{\n    {VIP}/24\n  }}")
}
