use super::*;
use config::haproxy::model::{Store, TableKey};
use std::time::Duration;

fn table(size: u64, expire_s: u64, store: &[(&'static str, u64)]) -> Arc<Table> {
    with_outlet((size, expire_s), store, None)
}

/// One that notes its changes for other hosts.
pub fn shared_table(size: u64, expire_s: u64, store: &[(&'static str, u64)]) -> Arc<Table> {
    let outlet = Arc::new(Outlet::new(&Arc::default()));
    with_outlet((size, expire_s), store, Some(outlet))
}

fn with_outlet(
    (size, expire_s): (u64, u64),
    store: &[(&'static str, u64)],
    outlet: Option<Arc<Outlet>>,
) -> Arc<Table> {
    let store = store.iter().map(|(name, seconds)| Store {
        name,
        period: (*seconds > 0).then(|| Duration::from_secs(*seconds)),
        count: 1,
    });
    let spec = StickTable {
        key: config::Spanned::implied(TableKey::Integer),
        size,
        expire: (expire_s > 0).then(|| Duration::from_secs(expire_s)),
        nopurge: false,
        store: store.collect(),
        peers: None,
    };
    Arc::new(Table::new("t", &spec, outlet))
}

#[test]
fn entries_expire_when_unused_and_stay_while_held() {
    let table = table(10, 5, &[("conn_cur", 0)]);
    let (held, idle) = (Key::integer(1), Key::integer(2));
    let tracked = Tracked::begin(&table, &held, 1000, false).unwrap();
    table.take(&idle, 1000).unwrap();
    assert_eq!(table.used(5999), 2);
    assert_eq!(table.used(6000), 1);
    assert!(table.find(&idle, 6000).is_none());
    let entry = table.find(&held, 6000).unwrap();
    assert_eq!(entry.get(&table.layout, Counter::ConnCur, 6000), Some(1));
    tracked.end(7000);
    assert_eq!(entry.get(&table.layout, Counter::ConnCur, 7000), Some(0));
    assert_eq!(table.used(11_999), 1, "the end was a use");
    assert_eq!(table.used(12_000), 0);
}

#[test]
fn a_full_table_drops_what_was_unused_for_longest() {
    let table = table(2, 0, &[]);
    for n in 1..=2 {
        table.take(&Key::integer(n), 10).unwrap();
    }
    table.take(&Key::integer(1), 20).unwrap();
    table.take(&Key::integer(3), 30).unwrap();
    assert!(table.find(&Key::integer(2), 30).is_none());
    assert!(table.find(&Key::integer(1), 30).is_some());
    // Nothing can be dropped while everything is held.
    let _one = Tracked::begin(&table, &Key::integer(1), 40, false).unwrap();
    let _two = Tracked::begin(&table, &Key::integer(3), 40, false).unwrap();
    assert!(table.take(&Key::integer(4), 50).is_none());
    assert_eq!(table.used(50), 2);
}

#[test]
fn rates_cover_exactly_their_period() {
    let mut rate = Rate::default();
    for now in [10_000, 10_100, 10_200] {
        rate.add(1, now, 1000);
    }
    assert_eq!(rate.read(10_900, 1000), 3);
    // Half of the next window has gone: half of the last one still counts.
    assert_eq!(rate.read(11_500, 1000), 1);
    assert_eq!(rate.read(12_000, 1000), 0);
    assert_eq!(rate.read(99_000, 1000), 0);
}

#[test]
fn only_what_the_table_stores_is_there() {
    let table = table(2, 0, &[("http_req_rate", 10), ("gpc0", 0)]);
    let entry = table.take(&Key::integer(1), 0).unwrap();
    entry.add(&table.layout, Counter::HttpReqRate, 2, 5);
    entry.add(&table.layout, Counter::ConnCnt, 2, 5);
    assert_eq!(entry.get(&table.layout, Counter::HttpReqRate, 6), Some(2));
    assert_eq!(entry.get(&table.layout, Counter::ConnCnt, 6), None);
    assert_eq!(entry.increment(&table.layout, 0, 6), Some(1));
    assert_eq!(entry.increment(&table.layout, 1, 6), None);
    assert_eq!((entry.clear(0), entry.gpc(0)), (Some(1), Some(0)));
}

#[test]
fn a_key_that_expires_and_comes_again_leaves_no_trail() {
    let table = shared_table(10, 1, &[("gpc0", 0)]);
    let key = Key::integer(1);
    for round in 1..5000 {
        table.take(&key, round * 2000).unwrap();
        table.take_up_changes(round * 2000);
    }
    let journal = table.outlet.as_ref().unwrap().journal();
    assert!(journal.waiting() <= 1026, "{}", journal.waiting());
    assert_eq!(journal.last(), 4999);
}

#[test]
fn numbers_of_others_are_counted_on_whatever_they_say() {
    let table = table(
        10,
        0,
        &[("gpc0", 0), ("bytes_in_cnt", 0), ("bytes_in_rate", 10)],
    );
    let (key, now) = (Key::integer(1), 5000);
    let (count, rate) = (Counter::BytesInCnt, Counter::BytesInRate);
    let much = Given::Rate(Rate::of_parts(1, u64::MAX, u64::MAX, now));
    let given = [
        ((Datum::Gpc(0), 0), &Given::Number(u64::MAX)),
        ((Datum::Counter(count), 0), &Given::Number(u64::MAX)),
        ((Datum::Counter(rate), 10_000), &much),
    ];
    table.learn(&key, None, given.into_iter(), 0, now);
    let entry = table.find(&key, now).unwrap();
    let layout = &table.layout;
    entry.add(layout, count, 1000, now);
    entry.add(layout, rate, 1000, now);
    assert!(entry.increment(layout, 0, now).unwrap() > 1 << 62);
    assert!(entry.get(layout, count, now).unwrap() > 1 << 62);
    assert!(entry.get(layout, rate, now).unwrap() >= u64::from(u32::MAX));
}

/// What another host says of an entry was true before this host's own last changes.
#[test]
fn what_was_counted_since_is_not_taken_back() {
    let table = shared_table(
        10,
        0,
        &[
            ("gpc0", 0),
            ("gpt0", 0),
            ("http_req_rate", 60),
            ("server_id", 0),
        ],
    );
    let (key, now) = (Key::integer(1), 5000);
    let rate = Datum::Counter(Counter::HttpReqRate);
    let learn = |count: u64, tag: u64, server: &str, heard: u64| {
        let requests = Given::Rate(Rate::of_parts(1, count, 0, now));
        let server = Given::Server(Some(server.into()));
        let (counted, tag) = (Given::Number(count), Given::Number(tag));
        let given = [
            ((Datum::Gpc(0), 0), &counted),
            ((Datum::Gpt(0), 0), &tag),
            ((rate, 60_000), &requests),
            ((Datum::ServerId, 0), &server),
        ];
        table.learn(&key, None, given.into_iter(), heard, now);
    };
    let stored = || {
        let entry = table.find(&key, now).unwrap();
        let Given::Rate(requests) = entry.tell(rate) else {
            panic!("no rate");
        };
        let rest = [Datum::Gpc(0), Datum::Gpt(0), Datum::ServerId].map(|datum| entry.tell(datum));
        (requests.read(now, 60_000), rest)
    };
    let wanted = |rate: u64, count: u64, tag: u64, server: &str| {
        let server = Given::Server(Some(server.into()));
        (rate, [Given::Number(count), Given::Number(tag), server])
    };
    let own = table.take(&key, now).unwrap();
    for _ in 0..5 {
        own.increment(&table.layout, 0, now);
        own.add(&table.layout, Counter::HttpReqRate, 1, now);
    }
    // Nobody was told of the five. A tag and a server that this host has not set are taken.
    learn(3, 7, "s1", 0);
    assert_eq!(stored(), wanted(5, 5, 7, "s1"));
    learn(8, 9, "s2", 0);
    assert_eq!(stored(), wanted(8, 8, 7, "s1"));
    // The change is the first that is told; whoever has it knows better.
    table.take_up_changes(now);
    learn(6, 4, "s2", 0);
    assert_eq!(stored(), wanted(8, 8, 7, "s1"));
    learn(6, 4, "s2", 1);
    assert_eq!(stored(), wanted(6, 6, 4, "s2"));
}
