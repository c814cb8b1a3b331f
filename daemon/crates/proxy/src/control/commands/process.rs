//! Commands about the process as a whole.

use super::{errors, find, word};
use crate::control::Control;
use crate::desk::{Answer, Cursor};
use crate::names::Counters;
use crate::plan::Plan;
use config::haproxy::model::SocketLevel;
use runtime::{Command, Invocation};
use std::fmt::Write as _;

/// What the process may not look into by itself.
const CLOSED: &str = "The process may open no files, /proc among them: look from outside.\n";

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Control {
    pub(super) fn about_process(
        &mut self,
        it: &Invocation,
        cursor: Option<&Cursor>,
        now: u64,
    ) -> Answer {
        use Command as C;
        let words = &it.words[..];
        let Some(plan) = self.plan.clone() else {
            return find::nothing_runs();
        };
        match it.command {
            C::ShowInfo => self.show_info(words),
            C::ShowStat => self.show_stat(it, cursor),
            C::ShowSchema => Answer::Text(format!("{}\n", stats::schema())),
            C::ShowVersion => Answer::info(format!("{VERSION}\n")),
            C::ShowBackend => {
                let names = plan.backends.iter().map(|b| format!("{}\n", b.name));
                Answer::Text(format!("# name\n{}", names.collect::<String>()))
            }
            C::ShowCliSockets => Answer::Text(sockets(&plan)),
            C::ShowEnv => environment(word(words, 0)),
            C::ShowResolvers => self.show_resolvers(word(words, 0)),
            C::ShowPeers => self.show_peers(words),
            C::ShowEvents => self.show_events(words),
            C::ShowErrors => errors::show(&plan, words),
            C::ShowActivity => Answer::Text(self.activity(&plan, now)),
            C::ShowThreads => Answer::Text(threads()),
            C::ShowPools => Answer::Text(pools()),
            C::ShowFd => Answer::Text(descriptors(word(words, 0))),
            C::ShowTrace => Answer::Text(
                "Supported trace sources and states (.=stopped, w=waiting, R=running) :\n"
                    .to_owned(),
            ),
            C::Trace => trace(word(words, 0)),
            C::ClearCounters => self.clear_counters(it),
            _ => Answer::error("This command is not available in this build.\n"),
        }
    }

    fn show_resolvers(&self, only: &str) -> Answer {
        let mut out = String::new();
        let mut found = only.is_empty();
        for live in &self.resolver.sections {
            if !only.is_empty() && live.name != only {
                continue;
            }
            found = true;
            let _ = writeln!(out, "Resolvers section {}", live.name);
            for (server, c) in live.counters() {
                let _ = writeln!(out, " nameserver {}:", server.name);
                for (name, value) in of_name_server(c) {
                    let label = format!("{name}:");
                    let _ = writeln!(out, "  {label:<13}{value}");
                }
            }
        }
        if found {
            Answer::Text(out)
        } else {
            Answer::error("Can't find that resolvers section\n")
        }
    }

    fn show_events(&self, words: &[String]) -> Answer {
        match word(words, 0) {
            "" => Answer::Text(
                "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n    buf0       : type=buffer, 0 dropped, in-memory ring buffer\n".to_owned(),
            ),
            "buf0" => Answer::Text(self.log.recent()),
            _ => Answer::error("No such event sink"),
        }
    }

    fn activity(&self, plan: &Plan, now: u64) -> String {
        let workers = self
            .registry
            .as_ref()
            .map_or(1, crate::shared::Registry::workers);
        let unix = sys::epoll::unix_us();
        let mut out = format!(
            "thread_id: 1 (1..{workers})\ndate_now: {}.{:06}\n",
            unix / 1_000_000,
            unix % 1_000_000
        );
        let per_worker = |of: &dyn Fn(&crate::shared::Traffic) -> u64| -> Vec<u64> {
            (0..workers)
                .map(|w| {
                    plan.frontends
                        .iter()
                        .filter_map(|f| f.shared.traffic.get(w))
                        .map(of)
                        .sum()
                })
                .collect()
        };
        let mut line = |name: &str, values: Vec<u64>| {
            let shown: Vec<String> = values.iter().map(u64::to_string).collect();
            let sum: u64 = values.iter().sum();
            let _ = writeln!(out, "{name}: {sum} [ {} ]", shown.join(" "));
        };
        line("accepted", per_worker(&|t| t.connections.get()));
        line("requests", per_worker(&|t| t.requests.get()));
        line("bytes_in", per_worker(&|t| t.bytes_in.get()));
        line("bytes_out", per_worker(&|t| t.bytes_out.get()));
        let rate = plan.totals.connection_rate.read(now);
        let _ = writeln!(out, "connection_rate: {rate}");
        out
    }
}

/// The worker threads with the processor time that each has used.
fn threads() -> String {
    let mut names: Vec<(String, String, u64)> = tasks();
    if names.is_empty() {
        return CLOSED.to_owned();
    }
    let mut out = String::new();
    names.sort();
    for (at, (name, state, cpu_ms)) in names.into_iter().enumerate() {
        let _ = writeln!(
            out,
            "  Thread {} : name={name} state={state} cpu_ms={cpu_ms}",
            at + 1
        );
    }
    out
}

/// What happened at a name server, in the order in which it is shown.
pub fn of_name_server(c: &Counters) -> [(&'static str, u64); 15] {
    [
        ("sent", c.sent),
        ("snd_error", c.send_error),
        ("valid", c.valid),
        ("update", c.update),
        ("cname", c.cname),
        ("cname_error", c.cname_error),
        ("any_err", c.any_err),
        ("nx", c.nx),
        ("timeout", c.timeout),
        ("refused", c.refused),
        ("other", c.other),
        ("invalid", c.invalid),
        ("too_big", c.too_big),
        ("truncated", c.truncated),
        ("outdated", c.outdated),
    ]
}

/// Name, state and processor time in milliseconds of each thread.
fn tasks() -> Vec<(String, String, u64)> {
    let Ok(entries) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let task = |entry: std::fs::DirEntry| {
        let stat = read(entry.path().join("stat"));
        let (name, rest) = stat.rsplit_once(')')?;
        let name = name.split_once('(').map_or("", |(_, name)| name).to_owned();
        let mut fields = rest.split_whitespace();
        let state = fields.next()?.to_owned();
        let used: u64 = read(entry.path().join("schedstat"))
            .split(' ')
            .next()?
            .parse()
            .ok()?;
        Some((name, state, used / 1_000_000))
    };
    entries.filter_map(Result::ok).filter_map(task).collect()
}

fn sockets(plan: &Plan) -> String {
    let mut out = "# socket lvl processes\n".to_owned();
    for (_, socket, address) in plan.model.global.runtime_addresses() {
        let level = match socket.level {
            SocketLevel::User => "user",
            SocketLevel::Operator => "operator",
            SocketLevel::Admin => "admin",
        };
        let address = &address.value;
        let prefix = match address {
            config::haproxy::model::ListenAddress::Tcp(a) if a.is_ipv4() => "ipv4@",
            config::haproxy::model::ListenAddress::Tcp(_) => "ipv6@",
            _ => "",
        };
        let _ = writeln!(out, "{prefix}{address} {level} all");
    }
    out
}

fn environment(only: &str) -> Answer {
    let shown = |(name, value): (String, String)| format!("{name}={value}\n");
    // A client may be a window on somebody's desk: secrets stay where they are.
    let hidden = |(name, value): (String, String)| {
        if config::registry::secrets::is_secret_name(&name) {
            (name, "***".to_owned())
        } else {
            (name, value)
        }
    };
    let mut all = std::env::vars().map(hidden);
    if only.is_empty() {
        return Answer::Text(all.map(shown).collect());
    }
    match all.find(|(name, _)| name == only) {
        Some(found) => Answer::Text(shown(found)),
        None => Answer::error("Variable not found\n"),
    }
}

/// What the process has held of the machine's memory at most.
fn pools() -> String {
    let kib = sys::memory::most_resident();
    format!(
        "Dumping pools usage.\nTotal: 1 pools, {0} bytes allocated, {0} used.\n",
        kib * 1024
    )
}

fn descriptors(only: &str) -> String {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
        return CLOSED.to_owned();
    };
    let mut open: Vec<(u32, String)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            let target = std::fs::read_link(entry.path()).ok()?;
            Some((number, target.to_string_lossy().into_owned()))
        })
        .filter(|(number, _)| only.is_empty() || only.parse() == Ok(*number))
        .collect();
    open.sort_unstable();
    let line = |(number, target): (u32, String)| format!("{number:>7} : {target}\n");
    open.into_iter().map(line).collect()
}

fn trace(source: &str) -> Answer {
    match source {
        "" => Answer::Text(
            "Supported trace sources and states (.=stopped, w=waiting, R=running) :\n [.] 0          : not a source, will immediately stop all traces\n".to_owned(),
        ),
        "0" => Answer::info("All traces now stopped"),
        _ => Answer::error("No such trace source"),
    }
}
