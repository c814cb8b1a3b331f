use super::*;
use config::haproxy::model::MatchKind;
use std::time::Duration;

fn reading(kind: Kind, ignore_case: bool) -> Reading {
    Reading {
        method: Method { kind, ignore_case },
        gives: Gives::Text,
    }
}

fn content(kind: Kind, keys: &[&str]) -> Content {
    let mut content = Content::new(reading(kind, false));
    for (number, key) in keys.iter().enumerate() {
        content.insert(number, key, key).unwrap();
    }
    content
}

fn found(content: &Content, text: &str) -> Option<String> {
    let value = content.find(&Value::bytes(text.as_bytes()))?;
    Some(String::from_utf8_lossy(&value.text()).into_owned())
}

#[test]
fn the_narrowest_or_the_first_entry_is_found() {
    for (kind, keys, text, expected) in [
        (Kind::Beg, &["/", "/a/b", "/a"][..], "/a/bc", Some("/a/b")),
        (Kind::Beg, &["/x"], "/a", None),
        (Kind::End, &["com", "b.com", "org"], "a.b.com", Some("com")),
        (Kind::Dom, &["b", ".com.", "a.b"], "a.b.com", Some("b")),
        (Kind::Dom, &["om", "a.b.c"], "a.b.com", None),
        (Kind::Dir, &["c", "/b/c/"], "/a/b/c?d", Some("c")),
        (Kind::Dir, &["b/c", "b"], "/a/b/c?d", Some("b/c")),
        (Kind::Sub, &["zz", "b/", "/"], "/a/b/", Some("b/")),
        (Kind::Int, &["9:", "1:10", "5"], "5", Some("1:10")),
        (Kind::Len, &["2", "3"], "abc", Some("3")),
        (
            Kind::Ip,
            &["10.0.0.0/8", "10.1.0.0/16"],
            "10.1.2.3",
            Some("10.1.0.0/16"),
        ),
        (
            Kind::Ip,
            &["2001:db8::/32", "::/0"],
            "2001:db8::1",
            Some("2001:db8::/32"),
        ),
        (
            Kind::Ip,
            &["10.0.0.0/8"],
            "::ffff:10.9.9.9",
            Some("10.0.0.0/8"),
        ),
        (Kind::Bin, &["6162"], "ab", Some("6162")),
        (Kind::Reg, &["^x", "b$", "a"], "ab", Some("b$")),
    ] {
        assert_eq!(
            found(&content(kind, keys), text).as_deref(),
            expected,
            "{kind:?} {keys:?} {text}"
        );
    }
}

#[test]
fn indexes_agree_with_a_walk_over_all_patterns() {
    let mut seed = 7u32;
    let mut draw = move |below: u32| {
        seed = balance::hash::avalanche(seed.wrapping_add(0x9e37_79b9));
        seed % below
    };
    let mut word = move |most: u32| -> String {
        let length = 1 + draw(most);
        (0..length)
            .map(|_| ['a', 'b', 'B', '/', '.'][draw(5) as usize])
            .collect()
    };
    for (kind, of) in [
        (Kind::Exact, MatchKind::Str as fn(Vec<String>) -> MatchKind),
        (Kind::Beg, MatchKind::Beg),
        (Kind::End, MatchKind::End),
        (Kind::Dir, MatchKind::Dir),
        (Kind::Dom, MatchKind::Dom),
    ] {
        for round in 0..200 {
            let ignore_case = round % 2 == 0;
            let patterns: Vec<String> = (0..5).map(|_| word(4)).collect();
            let mut index = Index::new(Method { kind, ignore_case });
            for (entry, pattern) in (0..).zip(&patterns) {
                index.insert(pattern, entry).unwrap();
            }
            let walk = super::super::matcher::Matcher::compile(&of(patterns.clone()), ignore_case);
            let walk = walk.unwrap();
            for _ in 0..30 {
                let text = word(8);
                let value = Value::bytes(text.as_bytes());
                assert_eq!(
                    index.find(&value).is_some(),
                    walk.matches(&value),
                    "{kind:?} {patterns:?} {text} {ignore_case}"
                );
            }
        }
    }
}

fn file(entries: &[(&str, &str)]) -> PatternFile {
    let list = entries
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    PatternFile::new(Vec::new(), true, list.collect())
}

#[test]
fn every_reading_sees_a_change() {
    let file = file(&[("/a", "1"), ("/a/b", "2"), ("A", "3")]);
    let exact = file.view(reading(Kind::Exact, false)).unwrap();
    let beg = file.view(reading(Kind::Beg, true)).unwrap();
    let see = |view: &View, text: &str| found(&view.content(), text);
    assert_eq!(see(&beg, "/A/B/c").as_deref(), Some("2"));
    file.change(Change::Remove("/a/b"));
    assert_eq!(see(&beg, "/A/B/c").as_deref(), Some("1"));
    assert_eq!(see(&exact, "/a/b"), None);
    file.change(Change::Set("/a", "one"));
    assert_eq!(see(&beg, "/a/b").as_deref(), Some("one"));
    file.change(Change::Set("/n", "new"));
    file.change(Change::Add("/n"));
    assert_eq!(see(&exact, "/n").as_deref(), Some("new"));
    // 'A' and 'a' are one text to who ignores case: without the first the other is found.
    file.change(Change::Set("a", "4"));
    assert_eq!(see(&beg, "a").as_deref(), Some("3"));
    file.change(Change::Remove("A"));
    assert_eq!(see(&beg, "a").as_deref(), Some("4"));
    // A reading that comes later sees what is there now.
    let late = file.view(reading(Kind::End, false)).unwrap();
    assert_eq!(see(&late, "x/n").as_deref(), Some("new"));
    let regex = file.view(reading(Kind::Reg, false)).unwrap();
    file.change(Change::Set("(", "broken"));
    assert_eq!(see(&exact, "(").as_deref(), Some("broken"));
    assert_eq!(see(&regex, "("), None);
}

#[test]
fn networks_that_come_and_go() {
    let file = file(&[("10.0.0.0/8", "wide"), ("10.1.0.0/16", "narrow")]);
    let view = file.view(reading(Kind::Ip, false)).unwrap();
    let see = |text: &str| found(&view.content(), text);
    file.change(Change::Remove("10.1.0.0/16"));
    assert_eq!(see("10.1.2.3").as_deref(), Some("wide"));
    file.change(Change::Set("10.1.2.3", "one"));
    assert_eq!(see("10.1.2.3").as_deref(), Some("one"));
    // The same network in other words.
    file.change(Change::Set("10.1.2.3/32", "again"));
    file.change(Change::Remove("10.1.2.3"));
    assert_eq!(see("10.1.2.3").as_deref(), Some("again"));
    file.change(Change::Set("no address", "x"));
    assert_eq!(see("10.9.9.9").as_deref(), Some("wide"));
}

/// Processor time of this thread so far.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

/// Nanoseconds of a processor for a look-up among so many entries, at best.
fn look_up(kind: Kind, count: u32) -> u128 {
    let text = |n: u32| match kind {
        Kind::Ip => format!("{}.{}.{}.9", n >> 16 & 255, n >> 8 & 255, n & 255),
        _ => format!("/entry/{n}/"),
    };
    let mut content = Content::new(reading(kind, false));
    for n in 0..count {
        let key = match kind {
            Kind::Ip => format!("{}/24", text(n)),
            _ => text(n),
        };
        content.insert(n as usize, &key, "value").unwrap();
    }
    let texts: Vec<String> = (0..500).map(|n| text(n * (count / 500))).collect();
    let all = || {
        let begin = cpu();
        for text in &texts {
            assert!(content.holds(&Value::bytes(text.as_bytes())), "{text}");
        }
        cpu().saturating_sub(begin).as_nanos() / 500
    };
    (0..9).map(|_| all()).min().unwrap_or(0)
}

#[test]
fn a_hundred_times_the_entries_take_about_the_same_time() {
    for kind in [Kind::Exact, Kind::Beg, Kind::End, Kind::Dir, Kind::Ip] {
        let (few, many) = (look_up(kind, 500).max(200), look_up(kind, 50_000));
        assert!(
            many < few * 25,
            "{kind:?}: {few} ns among 500, {many} ns among 50000"
        );
    }
}
