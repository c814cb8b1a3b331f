use super::*;
use std::net::Ipv4Addr;

const MAC: Mac = [2, 0, 0, 0, 0, 9];

fn v4(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 77, 0, last).into()
}

fn question(neighbour: u8, gateway: bool) -> Question {
    Question::new(1, v4(100), v4(neighbour), MAC, gateway)
}

fn answer(from: u8, by_table: bool) -> Answer {
    Answer {
        from: v4(from),
        to: v4(100),
        by_table,
    }
}

fn run_to_the_end(verification: &mut Verification) {
    while let Some(at) = verification.next() {
        verification.advance(at);
    }
}

#[test]
fn the_gateway_decides_and_the_others_are_asked_on() {
    let mut it = Verification::new(vec![question(9, false), question(1, true)], 0, 0);
    assert_eq!(it.advance(0).unwrap().len(), 2);
    assert!(!it.answered(1, &answer(9, true)), "not the gateway");
    assert_eq!(it.outcome(), Outcome::Pending);
    assert!(!it.answered(2, &answer(1, true)), "another interface");
    assert!(it.answered(1, &answer(1, true)));
    assert_eq!(it.outcome(), Outcome::Verified);
    assert!(it.is_over());
    assert_eq!(it.score(), (2, 2));
}

#[test]
fn a_neighbour_decides_where_there_is_no_gateway() {
    let mut it = Verification::new(vec![question(8, false), question(9, false)], 0, 0);
    it.advance(0);
    assert!(it.answered(1, &answer(9, true)));
    assert_eq!((it.outcome(), it.is_over()), (Outcome::Verified, false));
    let next = it.next().unwrap();
    assert_eq!(it.advance(next).unwrap().len(), 1, "the one that is open");
    run_to_the_end(&mut it);
    assert_eq!((it.outcome(), it.score()), (Outcome::Verified, (1, 2)));
}

#[test]
fn an_arp_reply_proves_only_after_the_locktime() {
    let mut it = Verification::new(vec![question(1, true)], 0, 0);
    it.advance(0);
    assert!(!it.answered(1, &answer(1, false)));
    for at in ROUNDS {
        it.advance(at);
    }
    assert!(it.answered(1, &answer(1, false)));
}

#[test]
fn it_is_announced_again_until_it_is_proved_or_the_time_is_over() {
    let mut it = Verification::new(vec![question(1, true)], 1000, 0);
    it.advance(1000);
    assert!(!it.wants_announcement(v4(100)), "it was just announced");
    assert_eq!(it.advance(1001).map(|it| it.len()), None, "not due");
    it.advance(21_000);
    assert!(it.wants_announcement(v4(100)));
    run_to_the_end(&mut it);
    assert_eq!(it.outcome(), Outcome::Unverified);
    assert_eq!(it.unproved(), [v4(100)]);
    assert_eq!((it.round(), it.next()), (ROUNDS.len(), None));
}

#[test]
fn without_neighbours_the_announcement_is_repeated_all_the_same() {
    let mut it = Verification::new(Vec::new(), 0, 0);
    it.advance(0);
    it.advance(20_000);
    assert!(it.wants_announcement(v4(100)));
    run_to_the_end(&mut it);
    assert_eq!(it.outcome(), Outcome::NobodyKnown);
}

#[test]
fn questions_are_bounded_and_the_gateway_is_never_left_out() {
    let many = (0..2000)
        .map(|_| question(9, false))
        .chain([question(1, true)]);
    let mut it = Verification::new(many.collect(), 0, 0);
    let asked = it.advance(0).unwrap();
    assert_eq!(asked.len(), MOST_QUESTIONS);
    assert!(asked[0].gateway);
}
