//! The proxy process of the release binary under a tool that counts, with this test as its
//! supervisor.

use ipc::channel::Channel;
use ipc::{CHANNEL_FD, FromWorker, ListenerGrant, SourceFile, ToWorker};
use std::ffi::{OsStr, OsString};
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;
use sys::process::{Child, Spawn, spawn};

/// A program under valgrind takes seconds to start.
const WAIT: Duration = Duration::from_mins(1);

/// A program and its options, put before those of the proxy process.
pub struct Tool {
    pub program: &'static str,
    pub options: Vec<OsString>,
}

pub struct Instance {
    channel: Channel,
    child: Child,
}

impl Instance {
    /// Starts the proxy with a configuration whose frontend is `web` and takes connections of
    /// `listener`.
    pub fn start(tool: &Tool, binary: &Path, text: &str, listener: &TcpListener) -> Self {
        let (channel, theirs) = Channel::pair().unwrap();
        let mut args = tool.options.clone();
        args.extend([binary.into(), "proxy-worker".into(), "--parent".into()]);
        args.push(std::process::id().to_string().into());
        let path = OsString::from("/usr/bin:/bin:/usr/local/bin");
        let child = spawn(&Spawn {
            program: OsStr::new(tool.program),
            name: None,
            args: &args,
            env: &[("PATH".into(), path)],
            identity: None,
            channel: Some((theirs.as_fd(), CHANNEL_FD)),
            death_signal: None,
            silent: false,
            own_group: false,
            least_oom_score: None,
        });
        let child = child.unwrap_or_else(|e| panic!("{} cannot be started: {e}", tool.program));
        drop(theirs);
        let mut instance = Self { channel, child };
        instance.configure(text, listener);
        instance
    }

    fn configure(&mut self, text: &str, listener: &TcpListener) {
        let none = ToWorker::Attachments { files: Vec::new() };
        self.channel.send(&none, &[]).unwrap();
        let files = vec![SourceFile {
            path: "gate.cfg".into(),
            text: text.into(),
        }];
        let listeners = vec![ListenerGrant {
            proxy: "web".into(),
            address: listener.local_addr().unwrap().to_string(),
            index: 0,
        }];
        let message = ToWorker::Configure {
            generation: 1,
            files,
            listeners,
        };
        self.channel.send(&message, &[listener.as_fd()]).unwrap();
        loop {
            match self.receive() {
                FromWorker::Ready { .. } => return,
                FromWorker::Rejected { reasons, .. } => panic!("rejected: {reasons:?}"),
                _ => {}
            }
        }
    }

    fn receive(&mut self) -> FromWorker {
        let received = self.channel.receive::<FromWorker>(Some(WAIT));
        received.expect("an answer of the proxy process").message
    }

    /// Ends it, so that the tool writes what it counted.
    pub fn stop(mut self) {
        let stop = ToWorker::Stop { deadline_ms: 0 };
        self.channel.send(&stop, &[]).unwrap();
        while self.receive() != FromWorker::Stopped {}
        self.child.wait().unwrap();
    }
}
