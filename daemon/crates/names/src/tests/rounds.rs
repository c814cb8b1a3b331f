//! Rounds of questions of a `resolvers` section: who is asked when, and what failures do.

use crate::choice::{self, Wish};
use crate::{Failure, Hold, Kind, Knowledge, Rules, Section, Send, Service};
use std::net::IpAddr;

pub const RULES: Rules = Rules {
    retries: 2,
    resolve: 1000,
    retry: 100,
    payload: 512,
    hold: Hold {
        nx: 5000,
        refused: 0,
        timeout: 3000,
        other: 0,
        valid: 10_000,
        obsolete: 500,
    },
};

pub fn numbers() -> impl FnMut() -> u16 {
    let mut last = 100;
    move || {
        last += 1;
        last
    }
}

/// What the server answers to this message.
pub fn reply(send: &Send, code: u8, addresses: &[[u8; 4]]) -> Vec<u8> {
    let mut m = send.message.clone();
    // Without the record that announces the size.
    if m[11] == 1 {
        m.truncate(m.len() - 11);
        m[11] = 0;
    }
    (m[2], m[3]) = (0x81, 0x80 | code);
    m[7] = u8::try_from(addresses.len()).unwrap();
    for ip in addresses {
        m.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]);
        m.extend(ip);
    }
    m
}

fn kind_of(send: &Send) -> u8 {
    send.message[send.message.len() - 11 - 3]
}

#[test]
fn all_servers_are_asked_at_once_and_the_first_good_answer_counts() {
    let (mut s, mut draw) = (Section::new(RULES, 2), numbers());
    let at = s.want("Web.Lan.", Kind::A, 0);
    assert_eq!(s.want("web.lan", Kind::A, 0), at);
    let sends = s.run_due(0, &mut draw).sends;
    assert_eq!(sends.iter().map(|s| s.server).collect::<Vec<_>>(), [0, 1]);
    // A failure waits for the other's word.
    let outcome = s.take(0, &reply(&sends[0], 3, &[]), false, 5, &mut draw);
    assert!(outcome.sends.is_empty() && outcome.concluded.is_empty());
    let good = reply(&sends[1], 0, &[[10, 0, 0, 1]]);
    assert_eq!(s.take(1, &good, false, 6, &mut draw).concluded, [at]);
    assert_eq!(
        s.get(at).unwrap().addresses(),
        ["10.0.0.1".parse::<IpAddr>().unwrap()]
    );
    // Once more is too late.
    s.take(1, &good, false, 7, &mut draw);
    assert_eq!(
        (
            s.counters[0].nx,
            s.counters[1].valid,
            s.counters[1].outdated
        ),
        (1, 1, 1)
    );
    assert_eq!(s.next_due(), Some(1006));
}

#[test]
fn the_other_family_is_tried_and_each_try_takes_its_time() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.want("web.lan", Kind::A, 0);
    let first = s.run_due(0, &mut draw).sends;
    let second = s
        .take(0, &reply(&first[0], 0, &[]), false, 1, &mut draw)
        .sends;
    assert_eq!((kind_of(&first[0]), kind_of(&second[0])), (1, 28));
    // No third question before its time.
    assert!(
        s.take(0, &reply(&second[0], 3, &[]), false, 2, &mut draw)
            .sends
            .is_empty()
    );
    assert_eq!(s.next_due(), Some(100));
    let third = s.run_due(100, &mut draw).sends;
    assert_eq!(kind_of(&third[0]), 1);
    let fourth = s
        .take(0, &reply(&third[0], 5, &[]), false, 101, &mut draw)
        .sends;
    // The last try need not wait for its time.
    let last = s.take(0, &reply(&fourth[0], 5, &[]), false, 102, &mut draw);
    assert_eq!(last.concluded, [at]);
    assert_eq!(
        s.get(at).unwrap().knowledge,
        Knowledge::Lost(Failure::Refused)
    );
    assert_eq!(s.next_due(), Some(1102));
}

#[test]
fn a_good_answer_outlives_failures_for_the_time_of_their_kind() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.want("web.lan", Kind::A, 0);
    let sends = s.run_due(0, &mut draw).sends;
    s.take(
        0,
        &reply(&sends[0], 0, &[[10, 0, 0, 1]]),
        false,
        0,
        &mut draw,
    );
    // Nobody answers: held for 3 s after the last good answer.
    let mut now = s.next_due().unwrap();
    let mut lost_at = None;
    while lost_at.is_none() && now < 20_000 {
        for ended in s.run_due(now, &mut draw).concluded {
            if s.get(ended).unwrap().knowledge == Knowledge::Lost(Failure::Timeout) {
                lost_at = Some(now);
            }
        }
        now = s.next_due().unwrap();
    }
    let lost_at = lost_at.expect("silence ends it");
    assert!((3000..4300).contains(&lost_at), "{lost_at}");
    assert!(s.counters[0].timeout >= 4);
    assert!(s.get(at).unwrap().addresses().is_empty());
    // Other failures are not held here: one is enough.
    let mut s = Section::new(RULES, 1);
    let at = s.want("_x._tcp.lan", Kind::Srv, 0);
    for tries in [0, 100] {
        let sends = s.run_due(tries, &mut draw).sends;
        s.take(0, &reply(&sends[0], 2, &[]), false, tries, &mut draw);
    }
    s.run_due(200, &mut draw);
    assert_eq!(
        s.get(at).unwrap().knowledge,
        Knowledge::Lost(Failure::Other)
    );
}

#[test]
fn addresses_that_are_not_named_any_more_stay_for_their_time() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.want("web.lan", Kind::A, 0);
    let mut answer = |s: &mut Section, now: u64, all: &[[u8; 4]]| {
        let sends = s.run_due(now, &mut draw).sends;
        s.take(0, &reply(&sends[0], 0, all), false, now, &mut draw);
        s.get(at).unwrap().addresses().len()
    };
    assert_eq!(answer(&mut s, 0, &[[10, 0, 0, 1], [10, 0, 0, 2]]), 2);
    s.hurry(at, 400);
    assert_eq!(answer(&mut s, 400, &[[10, 0, 0, 2]]), 2);
    s.hurry(at, 600);
    assert_eq!(answer(&mut s, 600, &[[10, 0, 0, 2]]), 1);
}

#[test]
fn truncated_answers_are_asked_for_again_by_stream() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.want("web.lan", Kind::A, 0);
    let sends = s.run_due(0, &mut draw).sends;
    let mut cut = reply(&sends[0], 0, &[]);
    cut[2] |= 2;
    let again = s.take(0, &cut, false, 1, &mut draw).sends;
    assert!(again[0].stream && again[0].message[..2] == sends[0].message[..2]);
    let whole = reply(&again[0], 0, &[[10, 0, 0, 1]]);
    assert_eq!(s.take(0, &whole, true, 2, &mut draw).concluded, [at]);
    assert_eq!(s.counters[0].truncated, 1);
    // Longer than was announced: counted, and an answer as bad as any.
    let sends = s.run_due(5000, &mut draw).sends;
    let big = s.too_big(0, &sends[0].message, 0, &mut draw);
    assert_eq!(big.sends.len(), 1);
    assert_eq!(s.counters[0].too_big, 1);
}

#[test]
fn names_that_nobody_wants_are_forgotten_and_their_answers_late() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.want("web.lan", Kind::A, 0);
    let sends = s.run_due(0, &mut draw).sends;
    s.retain(|known, _| known != at);
    assert_eq!((s.next_due(), s.find("web.lan", Kind::A)), (None, None));
    let outcome = s.take(
        0,
        &reply(&sends[0], 0, &[[10, 0, 0, 1]]),
        false,
        1,
        &mut draw,
    );
    assert!(outcome.concluded.is_empty());
    assert_eq!(s.counters[0].outdated, 1);
    // A name that cannot be asked for ends like one that nobody answers.
    let bad = s.ask("a..b", Kind::A, 10);
    assert!(s.run_due(10, &mut draw).sends.is_empty());
    s.run_due(110, &mut draw);
    assert_eq!(s.run_due(210, &mut draw).concluded, [bad]);
}

#[test]
fn servers_choose_by_network_family_and_habit() {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let found = [ip("10.0.0.1"), ip("10.0.0.2"), ip("::1")];
    let plain = Wish {
        prefers_ipv4: true,
        near: &|_| false,
        allow_duplicates: false,
    };
    assert_eq!(choice::address(&found, None, &[], plain), Some(found[0]));
    assert_eq!(
        choice::address(&found, Some(found[1]), &[], plain),
        Some(found[1])
    );
    assert_eq!(
        choice::address(&found, None, &found[..1], plain),
        Some(found[1])
    );
    assert_eq!(choice::address(&found, None, &found, plain), None);
    let six = Wish {
        prefers_ipv4: false,
        ..plain
    };
    assert_eq!(
        choice::address(&found, Some(found[1]), &[], six),
        Some(found[2])
    );
    let shared = Wish {
        allow_duplicates: true,
        ..plain
    };
    assert_eq!(
        choice::address(&found[..1], None, &found, shared),
        Some(found[0])
    );
    let second = |ip: IpAddr| ip == found[1];
    let near = Wish {
        near: &second,
        ..plain
    };
    assert_eq!(
        choice::address(&found, Some(found[0]), &[], near),
        Some(found[1])
    );
}

#[test]
fn entries_keep_their_slots() {
    let entry = |target: &str, weight| Service {
        target: target.to_owned(),
        port: 80,
        weight,
        address: None,
    };
    let (a, b, c) = (entry("a", 1), entry("b", 1), entry("c", 1));
    let mut slots = vec![None, None];
    choice::slots(&[a.clone(), b.clone(), c.clone()], &mut slots);
    assert_eq!(slots, [Some(a.clone()), Some(b.clone())]);
    choice::slots(&[c.clone(), entry("b", 9)], &mut slots);
    assert_eq!(slots, [Some(c), Some(entry("b", 9))]);
    choice::slots(&[entry("b", 9)], &mut slots);
    assert_eq!(slots, [None, Some(entry("b", 9))]);
    let weights = [0, 1, 256, 257, 1000, 65535].map(choice::weight);
    assert_eq!(weights, [0, 1, 1, 2, 4, 256]);
}
