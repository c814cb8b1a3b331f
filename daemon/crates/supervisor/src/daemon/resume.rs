//! The beginning of a program that goes on where the one before it, in the same process, stopped.

use std::collections::HashMap;
use std::os::unix::net::{UnixListener, UnixStream};
use std::rc::Rc;
use std::time::Instant;

use ipc::Channel;
use ipc::pulse::Pulse;

use super::inheritance::{Found, verdict};
use super::succession::{RETURNED, WorkerState};
use super::{Daemon, FORM, prepare};
use crate::configuration::{self, Loaded};
use crate::host;
use crate::listeners::Listeners;
use crate::options::RunOptions;
use crate::run_dir::RunDir;
use crate::service::Service;
use crate::users::Users;
use crate::worker::{Kind, Rank, Worker};

impl Daemon {
    pub(super) fn resume(options: RunOptions, mut found: Found) -> Result<Self, String> {
        let current = match usable(&options, &found) {
            Ok(current) => current,
            Err(reason) => return Err(found.go_back(&reason)),
        };
        let said = |error: std::io::Error| format!("tandemd: going on: {error}");
        found.take_all().map_err(said)?;
        prepare::take_name(&current);
        let users = Users::read();
        let mut kept = Vec::new();
        let mut known = HashMap::new();
        for (grant, number) in std::mem::take(&mut found.state.listeners) {
            let fd = match known.get(&number) {
                Some(fd) => Rc::clone(fd),
                None => Rc::new(found.fd(number).map_err(said)?),
            };
            known.insert(number, Rc::clone(&fd));
            kept.push((grant, fd));
        }
        let listeners = current.haproxy.as_ref().map(|half| {
            let vips = host::virtual_addresses(&current);
            Listeners::adopt(&half.parsed.config, &vips, kept)
        });
        let lock = found.fd(found.state.lock).map_err(said)?;
        let run_dir = RunDir::resumed(&options.run_dir, lock);
        let control: UnixListener = found.fd(found.state.control).map_err(said)?.into();
        let listeners = listeners.unwrap_or_default();
        let mut daemon = Self::assemble(options, current, listeners, users, run_dir, Some(control))
            .map_err(said)?;
        daemon.adopt(&mut found).map_err(said)?;
        daemon.go_on(found);
        Ok(daemon)
    }

    fn adopt(&mut self, found: &mut Found) -> std::io::Result<()> {
        for left in std::mem::take(&mut found.state.workers) {
            let channel = Channel::resumed(found.fd(left.channel)?, left.unread.clone());
            let pulse = left.pulse.map(|number| found.fd(number)).transpose()?;
            let rank = if left.leaves {
                Rank::Leaver
            } else {
                Rank::Current
            };
            let ranked = (left.kind, rank);
            let pulse = pulse.map(Pulse::received);
            let mut worker = Worker::adopt(ranked, left.pid, channel, pulse, &self.epoll)?;
            if let Some(slot) = self.slot(left.kind) {
                slot.restarts = left.restarts;
                know(&mut worker, left);
                *slot.of_rank(rank) = Some(worker);
            }
        }
        Ok(())
    }

    fn go_on(&mut self, mut found: Found) {
        let client = found.state.client.and_then(|number| found.fd(number).ok());
        let now = Instant::now();
        let client = client.map(|fd| self.control.adopt(UnixStream::from(fd), now));
        let state = found.state;
        let answer = verdict(&state, &self.options.version);
        if let Ok(reason) = std::env::var(RETURNED) {
            let text = format!("the new program could not go on, this one does: {reason}");
            self.journal.error(&text);
        }
        let text = format!(
            "tandemd {} ({}) goes on where {} stopped",
            self.options.version, self.options.commit, state.before_version
        );
        self.journal.notice(&text);
        (self.generation, self.attempt) = (state.generation, state.attempt);
        (self.started_at, self.loaded_at) = (state.started_at, state.loaded_at);
        (self.letters, self.next_poll) = (state.letters, state.next_poll);
        self.handed_over = state.handed_over;
        (self.orders, self.amendments) = (state.orders, state.amendments);
        (self.last_reload, self.counted) = (state.last_reload, state.counted);
        if self.current.haproxy.is_some() {
            self.service = Service::resumed(state.service, now);
        }
        self.serving = true;
        let current = self.current.clone();
        self.make_fifos(&current);
        self.take_up_readers();
        self.watch_certificates();
        self.scripts.set(state.scripts, now);
        self.watch(state.watched);
        self.manager.ready(&self.summary());
        self.reply(client, &answer);
        // What came while nobody listened.
        for kind in Kind::ALL {
            self.read_ranked(kind, Rank::Current);
            self.read_ranked(kind, Rank::Leaver);
        }
        self.current.settle();
        if state.reload {
            self.begin_reload(None);
        }
    }
}

fn know(worker: &mut Worker, left: WorkerState) {
    worker.ready = left.ready;
    worker.held = left.held;
    worker.undo = left.undo;
    worker.farewell = left.farewell;
}

/// The configuration that runs, if this program understands what it was left.
fn usable(options: &RunOptions, found: &Found) -> Result<Loaded, String> {
    let state = &found.state;
    if state.form != FORM {
        return Err(format!(
            "it was left form {}, and knows form {FORM}",
            state.form
        ));
    }
    let (haproxy, keepalived) = (state.haproxy.clone(), state.keepalived.clone());
    let mut loaded = configuration::again(prepare::inputs(options), haproxy, keepalived);
    loaded.certificates.clone_from(&state.certificates);
    if loaded.is_valid() {
        Ok(loaded)
    } else {
        Err(format!(
            "it refuses what runs: {}",
            loaded.rendered().trim_end()
        ))
    }
}
