//! Fetches that look into stick tables: `sc0_…`, `sc_…(n)`, `src_…`, `table_…`.

use super::{Arguments, Get};
use crate::rules::context::Context;
use crate::rules::environment::Environment;
use crate::rules::value::Value;
use crate::shared::table::{Counter, Entry, Key, Table};
use config::haproxy::model::TableKey;
use std::sync::Arc;

/// Whose entry is meant: kept as the first number of the arguments.
const SOURCE: i64 = -1;

/// What is asked about the entry.
#[derive(Debug, Clone, Copy)]
pub enum Question {
    Count(Counter),
    Kilobytes(Counter),
    Gpc(usize),
    GpcRate(usize),
    Increment(usize),
    Clear(usize),
    Tag(usize),
    Trackers,
    Tracked,
    Expire,
    Idle,
    Server,
}

/// Reads the name behind the prefix; `index` is the first argument of those about arrays.
pub fn question(name: &str, index: i64) -> Option<Question> {
    use Question as Q;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    Some(match name {
        "get_gpc0" | "gpc0" => Q::Gpc(0),
        "get_gpc1" | "gpc1" => Q::Gpc(1),
        "get_gpc" | "gpc" => Q::Gpc(index),
        "gpc0_rate" => Q::GpcRate(0),
        "gpc1_rate" => Q::GpcRate(1),
        "gpc_rate" => Q::GpcRate(index),
        "inc_gpc0" => Q::Increment(0),
        "inc_gpc1" => Q::Increment(1),
        "inc_gpc" => Q::Increment(index),
        "clr_gpc0" => Q::Clear(0),
        "clr_gpc1" => Q::Clear(1),
        "clr_gpc" => Q::Clear(index),
        "get_gpt0" | "gpt0" => Q::Tag(0),
        "get_gpt" | "gpt" => Q::Tag(index),
        "trackers" => Q::Trackers,
        "tracked" => Q::Tracked,
        "expire" => Q::Expire,
        "idle" => Q::Idle,
        "server_id" => Q::Server,
        "kbytes_in" => Q::Kilobytes(Counter::BytesInCnt),
        "kbytes_out" => Q::Kilobytes(Counter::BytesOutCnt),
        other => Q::Count(Counter::of_name(other)?),
    })
}

impl Question {
    /// Whether the entry is made for it when it is not there.
    fn makes(self) -> bool {
        matches!(self, Self::Increment(_))
    }

    /// `table_expire` and `table_idle` say what stands for an entry that is not there.
    pub fn has_default(self) -> bool {
        matches!(self, Self::Expire | Self::Idle)
    }

    pub fn ask(self, table: &Table, entry: Option<&Arc<Entry>>, now: u64) -> Option<i64> {
        let layout = &table.layout;
        let Some(entry) = entry else {
            return match self {
                Self::Server | Self::Expire | Self::Idle => None,
                // A client that is not there has done nothing yet.
                _ => Some(0),
            };
        };
        let value = match self {
            Self::Count(counter) => entry.get(layout, counter, now)?,
            Self::Kilobytes(counter) => entry.get(layout, counter, now)? >> 10,
            Self::Gpc(index) => entry.gpc(index)?,
            Self::GpcRate(index) => entry.gpc_rate(layout, index, now)?,
            Self::Increment(index) => entry.increment(layout, index, now)?,
            Self::Clear(index) => entry.clear(index)?,
            Self::Tag(index) => entry.tag(index)?.into(),
            Self::Trackers => entry
                .holders
                .load(std::sync::atomic::Ordering::Relaxed)
                .into(),
            Self::Tracked => 1,
            Self::Expire => table.age(entry, now).0,
            Self::Idle => table.age(entry, now).1,
            Self::Server => return None,
        };
        Some(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// The value as a key of the table.
pub fn key_of(table: &Table, value: &Value<'_>) -> Option<Key> {
    match table.spec.key.value {
        kind @ (TableKey::Ip | TableKey::Ipv6) => Key::ip(kind, value.ip()?),
        TableKey::Integer => value.int().map(Key::integer),
        kind => Key::bytes(kind, &value.text()),
    }
}

/// The function and its arguments; `Ok(None)` when the name is none of these.
pub fn compile(
    name: &str,
    list: &[String],
    env: &Environment<'_>,
) -> Result<Option<(Get, Arguments)>, String> {
    let mut arguments = Arguments::texts(list);
    let named = |at: usize| {
        list.get(at)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    };
    if name == "table_cnt" || name == "table_avl" {
        arguments.table = Some(env.table(named(0))?);
        let get: Get = if name == "table_cnt" {
            |a, c| Some(Value::count(a.table.as_ref()?.used(c.now)))
        } else {
            |a, c| {
                let table = a.table.as_ref()?;
                let free = table.spec.size.saturating_sub(table.used(c.now) as u64);
                Some(Value::Int(i64::try_from(free).unwrap_or(i64::MAX)))
            }
        };
        return Ok(Some((get, arguments)));
    }
    let Some((prefix, rest)) = name.split_once('_') else {
        return Ok(None);
    };
    let array = matches!(
        rest,
        "clr_gpc" | "get_gpc" | "get_gpt" | "gpc_rate" | "inc_gpc"
    );
    let index = usize::from(array);
    // Slot (or source), number of the array's element, table.
    let (slot, table) = match prefix {
        "sc0" => (0, index),
        "sc1" => (1, index),
        "sc2" => (2, index),
        "src" => (SOURCE, index),
        "sc" => (arguments.int(index), index + 1),
        _ => return Ok(None),
    };
    let element = if array { arguments.int(0) } else { 0 };
    let updates = rest == "updt_conn_cnt";
    let asked = if updates {
        Some(Question::Count(Counter::ConnCnt))
    } else {
        question(rest, element)
    };
    if asked.is_none() {
        return Ok(None);
    }
    env.remember();
    arguments.table = match (slot, named(table)) {
        (SOURCE, name) => Some(env.table(name)?),
        (_, Some(name)) => Some(env.table(Some(name))?),
        (_, None) => None,
    };
    arguments.asked = asked;
    arguments.numbers = vec![slot];
    let get: Get = if updates {
        |a, c| {
            let table = a.table.as_ref()?;
            let entry = table.take(&key_of(table, &Value::Ip(c.client()?.ip()))?, c.now)?;
            entry.add(&table.layout, Counter::ConnCnt, 1, c.now);
            Question::Count(Counter::ConnCnt)
                .ask(table, Some(&entry), c.now)
                .map(Value::Int)
        }
    } else {
        counted
    };
    Ok(Some((get, arguments)))
}

fn counted<'a>(a: &'a Arguments, c: &Context<'a>) -> Option<Value<'a>> {
    let asked = a.asked?;
    let answer = |n: i64| match asked {
        Question::Tracked => Value::Bool(n != 0),
        _ => Value::Int(n),
    };
    if a.int(0) == SOURCE {
        let table = a.table.as_ref()?;
        let key = key_of(table, &Value::Ip(c.client()?.ip()))?;
        let entry = if asked.makes() {
            table.take(&key, c.now)
        } else {
            table.find(&key, c.now)
        };
        return asked.ask(table, entry.as_ref(), c.now).map(answer);
    }
    let slot = usize::try_from(a.int(0)).ok()?;
    let tracked = c.remember(|memory| {
        let tracked = memory.tracked.get(slot)?.as_ref()?;
        Some((tracked.table.clone(), tracked.entry.clone()))
    })?;
    let Some((table, entry)) = tracked else {
        // Nothing is tracked: nothing was counted.
        return matches!(asked, Question::Tracked).then(|| Value::Bool(false));
    };
    match &a.table {
        // The same key in another table.
        Some(other) if !Arc::ptr_eq(other, &table) => {
            let found = other.find(&entry.key, c.now);
            asked.ask(other, found.as_ref(), c.now).map(answer)
        }
        _ => asked.ask(&table, Some(&entry), c.now).map(answer),
    }
}
