use super::*;

fn letter(number: usize) -> Letter {
    Letter {
        id: number.to_string(),
        from: "lb@example.org".into(),
        to: vec!["a@example.org".into(), "b@example.org".into()],
        subject: format!("mail {number}"),
        text: String::new(),
        at_ms: 0,
    }
}

fn waiting(number: usize, now: Instant) -> Waiting {
    Waiting {
        letter: letter(number),
        since: now,
        due: now,
        attempts: 0,
    }
}

fn refusal(to: &str, reason: &str) -> Refusal {
    Refusal {
        to: to.into(),
        reason: reason.into(),
    }
}

#[test]
fn beyond_the_bound_the_oldest_mail_goes_and_is_counted() {
    let (mut outbox, now) = (Outbox::default(), Instant::now());
    for number in 0..MOST {
        assert_eq!(outbox.add(letter(number), now), None);
    }
    let said = outbox.add(letter(MOST), now);
    let expected = Said::Error("mail 'mail 0' is dropped: 100 newer ones wait".into());
    assert_eq!(said, Some(expected));
    assert_eq!((outbox.queued(), outbox.tally.dropped), (MOST, 1));
}

#[test]
fn only_those_put_off_are_tried_again() {
    let (mut outbox, now) = (Outbox::default(), Instant::now());
    let delivery = Delivery {
        taken: vec!["a@example.org".into()],
        later: vec![refusal("b@example.org", "the server said 451 wait")],
        never: vec![refusal("c@example.org", "the server said 550 nobody")],
    };
    let said = outbox.delivered(waiting(1, now), delivery, now);
    let expected = [
        Said::Info("mail 'mail 1' is sent to a@example.org".into()),
        Said::Error(
            "mail 'mail 1' is refused for c@example.org: the server said 550 nobody".into(),
        ),
        Said::Warning("mail 'mail 1' waits, next attempt in 2 s: the server said 451 wait".into()),
    ];
    assert_eq!(said, expected);
    assert_eq!(outbox.waiting[0].letter.to, ["b@example.org"]);
    assert_eq!(outbox.deadline(), Some(now + Duration::from_secs(2)));
    assert_eq!((outbox.tally.sent, outbox.tally.refused), (1, 1));
    assert!(
        !outbox.is_busy(),
        "an end of the daemon does not wait for it"
    );
}

#[test]
fn a_mail_that_is_refused_for_an_hour_is_dropped_and_its_attempts_grow_rarer() {
    let mut outbox = Outbox::default();
    let begin = Instant::now();
    let mut mail = waiting(1, begin);
    let (mut now, mut pauses, mut lines) = (begin, Vec::new(), 0);
    while outbox.tally.dropped == 0 {
        let said = outbox.put_off(mail, "no answer".into(), now);
        lines += usize::from(said.is_some());
        match outbox.waiting.pop_front() {
            Some(next) => {
                pauses.push(next.due.duration_since(now).as_secs());
                now = next.due;
                mail = next;
            }
            None => break,
        }
    }
    assert_eq!(pauses[..7], [2, 10, 30, 60, 120, 300, 300]);
    assert!(now.duration_since(begin) <= OLDEST);
    assert_eq!(
        (outbox.tally.dropped, lines),
        (1, 2),
        "the first and the last are told"
    );
}

#[test]
fn a_mail_without_a_server_is_dropped_and_told() {
    let (mut outbox, now) = (Outbox::default(), Instant::now());
    outbox.add(letter(1), now);
    let said = outbox.advance(now, None, None, &Epoll::new().unwrap());
    assert!(matches!(said[..], [Said::Warning(_)]), "{said:?}");
    assert_eq!((outbox.queued(), outbox.tally.dropped), (0, 1));
}
