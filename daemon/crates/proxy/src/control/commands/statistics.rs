//! `show info`, `show stat`, `clear counters`.

use super::states::PART;
use super::word;
use crate::control::Control;
use crate::desk::{Answer, Cursor};
use runtime::{Invocation, Level};
use stats::{Field, Info, Objects, Selection, Shown};
use std::fmt::Write as _;
use std::sync::PoisonError;

/// Lines that are made at once.
const LINES: usize = 128;

/// How statistics are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Typed,
    Json,
}

fn form(words: &[String]) -> (Form, bool) {
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let form = if has("json") {
        Form::Json
    } else if has("typed") {
        Form::Typed
    } else {
        Form::Plain
    };
    (form, has("desc"))
}

impl Control {
    pub(super) fn show_info(&mut self, words: &[String]) -> Answer {
        let mut info = self.info();
        complete(&mut info);
        let mut out = String::new();
        match form(words) {
            (Form::Json, _) => out = format!("{}\n", info.json()),
            (Form::Typed, described) => info.typed(described, &mut out),
            (Form::Plain, described) => info.plain(described, &mut out),
        }
        Answer::Text(out)
    }

    /// A part of the lines at a time.
    pub(super) fn show_stat(&self, it: &Invocation, from: Option<&Cursor>) -> Answer {
        let words = &it.words[..];
        // Addresses and cookies are not for everybody.
        let legends = it.level > Level::User;
        if words.get(..2).is_some_and(|w| w == ["domain", "resolvers"]) {
            return Answer::Text(self.resolver_lines());
        }
        let selection = match self.selection(words) {
            Ok(selection) => selection,
            Err(why) => return Answer::error(why),
        };
        let (form, described) = form(words);
        let mut out = String::new();
        let mut at = 0;
        if let Some(Cursor::Row(row)) = from {
            at = *row;
        } else {
            match form {
                Form::Plain => out = stats::csv(&[]),
                Form::Json => out.push('['),
                Form::Typed => {}
            }
        }
        loop {
            let (rows, next) = self.rows_from(&selection, legends, (at, LINES));
            for row in &rows {
                match form {
                    Form::Typed => row.typed(described, &mut out),
                    Form::Json => {
                        if !out.ends_with('[') {
                            out.push(',');
                        }
                        row.json(&mut out);
                    }
                    Form::Plain => {}
                }
            }
            if form == Form::Plain {
                let lines = stats::csv(&rows);
                // Its first line names the columns, which were named already.
                out.push_str(lines.split_once('\n').map_or("", |(_, rows)| rows));
            }
            match next {
                Some(next) if out.len() > PART => return Answer::Part(out, Cursor::Row(next)),
                Some(next) => at = next,
                None => break,
            }
        }
        if form == Form::Json {
            out.push_str("]\n");
        }
        Answer::Text(out)
    }

    /// `show stat domain resolvers`
    fn resolver_lines(&self) -> String {
        let mut out = "# id,pid,sent,send_error,valid,update,cname,cname_error,any_err,nx,timeout,refused,other,invalid,too_big,truncated,outdated,\n".to_owned();
        for live in &self.resolver.sections {
            for (server, counters) in live.counters() {
                let _ = write!(out, "{},{},", server.name, live.name);
                for (_, value) in super::process::of_name_server(counters) {
                    let _ = write!(out, "{value},");
                }
                out.push('\n');
            }
        }
        out
    }

    fn selection(&self, words: &[String]) -> Result<Selection, &'static str> {
        let mut selection = Selection::default();
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        if has("up") {
            selection.shown = Shown::Up;
        } else if has("no-maint") {
            selection.shown = Shown::NotOut;
        }
        let words = match word(words, 0) {
            "domain" => match word(words, 1) {
                "proxy" => &words[2..],
                _ => return Err("Invalid statistics domain.\n"),
            },
            _ => words,
        };
        // Three words choose: a section, kinds of objects, and one of them.
        let [section, kinds, one, ..] = words else {
            return Ok(selection);
        };
        let (Ok(kinds), Ok(one)) = (kinds.parse(), one.parse::<i64>()) else {
            return Ok(selection);
        };
        selection.proxy = match section.parse::<i64>() {
            Ok(number) => u32::try_from(number).ok(),
            Err(_) => Some(self.section_number(section).ok_or("No such proxy.\n")?),
        };
        selection.objects = Objects(kinds);
        selection.id = u32::try_from(one).ok();
        Ok(selection)
    }

    fn section_number(&self, name: &str) -> Option<u32> {
        let plan = self.plan.as_ref()?;
        let at = plan.model.proxies.iter().position(|p| p.name.0 == name)?;
        Some(plan.section_number(at))
    }

    /// Counters are one thread's each: it is told to begin anew.
    pub(super) fn clear_counters(&mut self, it: &Invocation) -> Answer {
        let all = word(&it.words, 0) == "all";
        if all && it.level < Level::Admin {
            return Answer::error("Permission denied\n");
        }
        let (Some(team), Some(plan)) = (&self.team, &self.plan) else {
            return Answer::Done;
        };
        team.forget_counters(all);
        if let Some(registry) = &self.registry {
            registry.forget_before(all);
        }
        let fronts = plan.frontends.iter().map(|f| &f.shared.past);
        let backs = plan.backends.iter().map(|b| &b.shared.past);
        let servers = plan.backends.iter().flat_map(|b| &b.servers);
        let servers = servers.map(|s| &s.shared.past);
        for past in fronts.chain(backs).chain(servers) {
            past.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .forget_most();
        }
        if all {
            plan.backends
                .iter()
                .for_each(|b| b.shared.standing.forget());
        }
        Answer::Done
    }
}

/// What clients of HAProxy want besides: its name, by which they know that they may go on, and every
/// field that it has; what is not counted here is none.
fn complete(info: &mut Info) {
    info.set(Field::Name, "HAProxy").set(Field::Tainted, "0");
    let bytes = sys::memory::most_resident() * 1024;
    for field in [Field::PoolAllocBytes, Field::PoolUsedBytes] {
        info.set(field, bytes);
    }
    for field in [Field::PoolAllocMB, Field::PoolUsedMB] {
        info.set(field, bytes >> 20);
    }
    info.set(Field::IdlePct, idle(info));
    for field in Field::ALL {
        if info.get(*field).is_none() {
            info.set(*field, 0_u32);
        }
    }
}

/// Percent of the time since the start that the threads have waited.
fn idle(info: &Info) -> u64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let used = u64::try_from(used.tv_sec).unwrap_or(0);
    let whole = info.number(Field::UptimeSec) * info.number(Field::Nbthread);
    100 - (used * 100 / whole.max(1)).min(100)
}
