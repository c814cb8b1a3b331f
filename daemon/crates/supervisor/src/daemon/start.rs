//! From the command line to running workers. Everything that can be refused is refused before
//! the first socket is bound or the first process started.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::time::Instant;

use config::Severity;
use sys::epoll::{Epoll, Interest};
use sys::signal::{Signal, SignalFd};

use super::prepare::{enter_namespace, inputs, prepare, take_name, texts};
use super::{CONTROL, Daemon, SIGNALS, unix_ms};
use crate::configuration::{Loaded, load};
use crate::control::Control;
use crate::host;
use crate::journal::Journal;
use crate::listeners::Listeners;
use crate::notify::Notifications;
use crate::options::{Console, RunOptions};
use crate::outbox::Outbox;
use crate::pid_file::PidFile;
use crate::programs::Programs;
use crate::readers::Readers;
use crate::run_dir::RunDir;
use crate::script::Scripts;
use crate::service::Service;
use crate::slot::Slot;
use crate::systemd::ServiceManager;
use crate::users::Users;
use crate::worker::Kind;

impl Daemon {
    /// Everything up to the workers' start; the error is the text to show.
    pub(super) fn start(options: RunOptions, starter: Option<OwnedFd>) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| format!("tandemd: {error}");
        sys::memory::stay_small();
        // Keys and passwords are read here.
        sys::caps::no_debugger().map_err(|error| said(&error))?;
        if let Some(found) = super::inheritance::found() {
            return Self::resume(options, found?);
        }
        let current = load(inputs(&options));
        if !current.is_valid() {
            // All that can be known at once, of the machine as well.
            let of_machine = host::problems(&current, &Users::read());
            return Err(current.rendered() + &texts(&of_machine));
        }
        enter_namespace(&options, &current).map_err(|error| said(&error))?;
        take_name(&current);
        let users = Users::read();
        let run_dir = RunDir::lock(&options.run_dir).map_err(|error| said(&error))?;
        let listeners = match prepare(&current, &Listeners::default(), &users) {
            Ok(listeners) => listeners,
            Err(problems) => {
                run_dir.clean();
                return Err(texts(&problems));
            }
        };
        let mut daemon = Self::assemble(options, current, listeners, users, run_dir, None)
            .map_err(|error| said(&error))?;
        daemon.starter = starter;
        daemon.write_pid_file().map_err(|error| said(&error))?;
        daemon.welcome();
        let current = daemon.current.clone();
        daemon.make_fifos(&current);
        daemon.take_up_readers();
        daemon.watch_certificates();
        for kind in daemon
            .slots
            .iter()
            .map(|slot| slot.kind)
            .collect::<Vec<_>>()
        {
            daemon.start_worker(kind);
        }
        Ok(daemon)
    }

    /// `control`: the socket of the program before this one.
    pub(super) fn assemble(
        options: RunOptions,
        current: Loaded,
        listeners: Listeners,
        users: Users,
        run_dir: RunDir,
        control: Option<UnixListener>,
    ) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        let mut wanted = vec![
            Signal::TERM,
            Signal::INT,
            Signal::QUIT,
            Signal::HUP,
            Signal::USR2,
            Signal::CHILD,
        ];
        if options.stand_in.is_some() {
            wanted.extend(super::dumping::signals());
        }
        let signals = SignalFd::new(&wanted)?;
        sys::signal::ignore(Signal::PIPE)?;
        epoll.add(&signals, SIGNALS, Interest::Input)?;
        let control = match control {
            Some(listener) => Control::on(listener, &epoll, CONTROL)?,
            None => Control::open(&run_dir.control_socket(), &epoll, CONTROL)?,
        };
        let manager = ServiceManager::new(|name| std::env::var(name).ok());
        let next_alive = manager.watchdog_interval().map(|_| Instant::now());
        // The proxy first: it is to serve before an address comes.
        let wanted = [
            (Kind::Proxy, current.haproxy.is_some()),
            (Kind::Vrrp, current.keepalived.is_some()),
        ];
        let service = if current.haproxy.is_some() {
            Service::default()
        } else {
            Service::absent("no proxy is configured: tandemd runs without --haproxy")
        };
        let slots = wanted
            .into_iter()
            .filter(|(_, wanted)| *wanted)
            .map(|(kind, _)| Slot::new(kind))
            .collect();
        Ok(Self {
            journal: Journal::open(&options.log)?,
            options,
            epoll,
            signals,
            control,
            manager,
            run_dir,
            users,
            current,
            listeners,
            generation: 1,
            attempt: 1,
            started_at: unix_ms(),
            loaded_at: unix_ms(),
            slots,
            scripts: Scripts::default(),
            notifications: Notifications::default(),
            programs: Programs::default(),
            watcher: None,
            watched: ipc::watch::WatchList::default(),
            renewals: super::Renewals::default(),
            readers: Readers::default(),
            outbox: Outbox::default(),
            letters: 0,
            service,
            orders: Vec::new(),
            amendments: serde_json::Value::Null,
            serving: false,
            reload: None,
            upgrade: None,
            last_reload: serde_json::Value::Null,
            waiting_reloads: Vec::new(),
            polls: Vec::new(),
            next_poll: 0,
            handover: None,
            lingering: Vec::new(),
            departed: None,
            handed_over: false,
            stopping: None,
            next_alive,
            counted: serde_json::Value::Null,
            pid_file: None,
            vrrp_pid_file: None,
            starter: None,
            exit: None,
        })
    }

    fn welcome(&mut self) {
        let text = format!(
            "tandemd {} ({}) starts",
            self.options.version, self.options.commit
        );
        self.journal.notice(&text);
        if !sys::filter::known() {
            self.journal
                .notice("system calls of the processes are not filtered: they are known for x86-64 alone, and it takes a kernel with seccomp");
        }
        if !sys::files::known() {
            self.journal.notice(
                "files are not closed to the processes by landlock: this kernel does not have it",
            );
        }
        self.dump_at_start();
        for finding in self.current.findings() {
            if finding.severity == Severity::Warning {
                self.journal.warning(&finding.to_string());
            }
        }
    }

    /// A worker said that it took up its configuration; when all have, the service is up.
    pub(super) fn check_serving(&mut self) {
        if self.serving {
            return;
        }
        let ready = |slot: &Slot| {
            slot.worker
                .as_ref()
                .is_some_and(|worker| worker.ready.is_some())
        };
        if self.slots.iter().all(ready) {
            self.serving = true;
            self.manager.ready(&self.summary());
            self.journal.notice("ready");
            self.leave_terminal();
            self.current.settle();
        }
    }

    /// Everything runs: who started this process need not wait any longer.
    fn leave_terminal(&mut self) {
        let Some(starter) = self.starter.take() else {
            return;
        };
        if self.options.log.console != Console::Always {
            self.journal.leave_console();
            let null = std::fs::File::options()
                .read(true)
                .write(true)
                .open("/dev/null");
            if let Ok(null) = null {
                let _ = rustix::stdio::dup2_stdin(&null);
                let _ = rustix::stdio::dup2_stdout(&null);
                let _ = rustix::stdio::dup2_stderr(&null);
            }
        }
        // Whoever waits may be gone by now.
        let _ = rustix::io::write(&starter, b"!");
    }

    fn write_pid_file(&mut self) -> Result<(), String> {
        let Some(stand_in) = &self.options.stand_in else {
            return Ok(());
        };
        let path = &stand_in.pid_file;
        let file = PidFile::write(path, std::process::id())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        self.pid_file = Some(file);
        Ok(())
    }

    /// The start failed: say why, stop what runs, and end.
    pub(super) fn fail_start(&mut self, reason: &str) {
        self.journal.error(&format!("the start failed: {reason}"));
        self.exit_after_stop(super::FAILED);
    }

    pub(super) fn summary(&self) -> String {
        let names: Vec<&str> = self.slots.iter().map(|slot| slot.kind.name()).collect();
        format!(
            "configuration {}, running {}",
            self.generation,
            names.join(" and ")
        )
    }
}
