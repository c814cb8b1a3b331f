use super::*;
use crate::content::Content;
use regex::bytes::Regex;

/// What happens to a check, one after the other.
#[derive(Clone)]
pub(crate) enum Happens {
    Says(&'static [u8]),
    Closes,
    Refuses,
    TimesOut,
}
use Happens::{Closes, Refuses, Says, TimesOut};

fn step(number: usize, action: Action) -> Step {
    Step {
        action,
        number,
        comment: None,
    }
}

fn text(wanted: &str) -> Action {
    expect(false, Content::Text(wanted.as_bytes().to_vec()))
}

fn expect(negated: bool, content: Content) -> Action {
    Action::Expect(Box::new(Expectation::new(negated, content)))
}

fn regex(expression: &str) -> Regex {
    Regex::new(expression).unwrap()
}

fn written(actions: Vec<Action>) -> Sequence {
    let numbered = (1..).zip(actions);
    Sequence::written(numbered.map(|(n, action)| step(n, action)).collect())
}

/// Runs the sequence; the result, or what it waits for at the end.
fn run(sequence: &Sequence, happens: &[Happens]) -> Result<CheckResult, String> {
    let mut run = Run::default();
    let mut happens = happens.iter();
    loop {
        match run.need(sequence) {
            Need::Done(result) => return Ok(result),
            Need::Send(bytes) => {
                let count = bytes.len();
                run.sent(sequence, count);
            }
            Need::Connect(_) => match happens.as_slice().first() {
                Some(Refuses) => {
                    return Ok(run.failed(sequence, Failure::Connection, "Connection refused"));
                }
                _ => run.connected(),
            },
            Need::Receive => match happens.next() {
                Some(Says(bytes)) => run.feed(sequence, bytes),
                Some(Closes) => run.ended(sequence),
                Some(TimesOut) => return Ok(run.failed(sequence, Failure::Timeout, "")),
                Some(Refuses) => panic!("nobody asked"),
                None => return Err("more".to_owned()),
            },
        }
    }
}

/// The log's words without the duration.
pub(crate) fn reason(sequence: &Sequence, happens: &[Happens]) -> String {
    let reason = run(sequence, happens).unwrap().reason();
    reason.split(", check duration").next().unwrap().to_owned()
}

// The words are those that HAProxy 2.6.12 logged for the same steps and servers.
#[test]
fn results_of_written_steps_name_the_step() {
    let ping = || Action::Send(b"PING\r\n".to_vec());
    let connect = || Action::Connect(Connect::default());
    let cases: Vec<(Vec<Action>, Vec<Happens>, &str)> = vec![
        (
            vec![connect()],
            vec![],
            "Layer4 check passed, info: \"(tcp-check)\"",
        ),
        (
            vec![connect()],
            vec![Refuses],
            "Layer4 connection problem, info: \"Connection refused at step 1 of tcp-check (connect)\"",
        ),
        (
            vec![ping(), text("+PONG")],
            vec![Says(b"+PONG\r\n")],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![ping(), text("+PONG")],
            vec![Says(b"-ERR no\r\n"), Closes],
            "Layer7 invalid response, info: \"TCPCHK did not match content '+PONG' at step 2\"",
        ),
        (
            vec![ping(), text("+PONG")],
            vec![Says(b"-ERR no\r\n"), TimesOut],
            "Layer7 timeout, info: \" at step 2 of tcp-check (expect string '+PONG')\"",
        ),
        (
            vec![ping(), text("+PONG")],
            vec![Closes],
            "Layer7 invalid response, info: \"TCPCHK got an empty response at step 2\"",
        ),
        (
            vec![expect(true, Content::Text(b"world".to_vec()))],
            vec![Says(b"hello world\n")],
            "Layer7 invalid response, info: \"TCPCHK matched unwanted content 'world' at step 1\"",
        ),
        (
            vec![expect(true, Content::Regex(regex("w.rld")))],
            vec![Says(b"hello world\n")],
            "Layer7 invalid response, info: \"TCPCHK matched unwanted content (regex) at step 1\"",
        ),
        (
            vec![expect(true, Content::Text(b"nothing".to_vec()))],
            vec![Says(b"hello\n"), Closes],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![expect(false, Content::Binary(vec![0, 255]))],
            vec![Says(b"hello\n"), Closes],
            "Layer7 invalid response, info: \"TCPCHK did not match content (binary) at step 1\"",
        ),
        (
            vec![expect(false, Content::Binary(vec![0, 255]))],
            vec![TimesOut],
            "Layer7 timeout, info: \" at step 1 of tcp-check (expect binary '')\"",
        ),
        (
            vec![expect(false, Content::BinaryRegex(regex("^68656C")))],
            vec![Says(b"hello\n")],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![expect(false, Content::BinaryRegex(regex("^00")))],
            vec![Says(b"hello\n"), Closes],
            "Layer7 invalid response, info: \"TCPCHK did not match content (binary regex) at step 1\"",
        ),
    ];
    for (actions, happens, expected) in cases {
        assert_eq!(reason(&written(actions), &happens), expected);
    }
}

#[test]
fn a_comment_is_told_with_the_result() {
    let sequence = Sequence::written(vec![Step {
        comment: Some("wants pong".to_owned()),
        ..step(1, text("+PONG"))
    }]);
    assert_eq!(
        reason(&sequence, &[Says(b"-ERR\r\n"), Closes]),
        "Layer7 invalid response, info: \"TCPCHK did not match content '+PONG' at step 1 comment: wants pong\""
    );
    assert_eq!(
        reason(&sequence, &[TimesOut]),
        "Layer7 timeout, info: \" at step 1 of tcp-check (expect string '+PONG') comment: 'wants pong'\""
    );
}

#[test]
fn statuses_and_words_of_an_expectation_replace_the_usual_ones() {
    let mut wanted = Expectation::new(false, Content::Text(b"hello".to_vec()));
    wanted.ok = Some(CheckStatus::L7OkConditional);
    wanted.error = Some(CheckStatus::L7Status);
    wanted.timeout = Some(CheckStatus::L4Timeout);
    wanted.on_success = Some("fine".to_owned());
    wanted.on_error = Some("bad one".to_owned());
    let sequence = written(vec![Action::Expect(Box::new(wanted))]);
    assert_eq!(
        reason(&sequence, &[Says(b"hello")]),
        "Layer7 check conditionally passed, code: 0, info: \"fine\""
    );
    assert_eq!(
        reason(&sequence, &[Says(b"bye"), Closes]),
        "Layer7 wrong status, code: 0, info: \"bad one\""
    );
    assert_eq!(
        reason(&sequence, &[TimesOut]),
        "Layer4 timeout, info: \" at step 1 of tcp-check (expect string 'hello')\""
    );
}

#[test]
fn what_came_before_a_question_does_not_answer_it() {
    let sequence = written(vec![
        text("220"),
        Action::Send(b"HELO x\r\n".to_vec()),
        text("220"),
    ]);
    assert_eq!(
        run(&sequence, &[Says(b"220 a\r\n"), Says(b"500 b\r\n")]),
        Err("more".to_owned())
    );
    // Two looks at one answer see the same bytes.
    let sequence = written(vec![text("hello"), text("world")]);
    assert_eq!(
        run(&sequence, &[Says(b"hello world")]).unwrap().status,
        CheckStatus::L7Ok
    );
}

#[test]
fn a_second_connection_may_go_elsewhere() {
    let elsewhere = Connect {
        port: Some(7777),
        ..Connect::default()
    };
    let sequence = written(vec![text("hello"), Action::Connect(elsewhere.clone())]);
    let mut run = Run::default();
    assert_eq!(run.need(&sequence), Need::Connect(&Connect::default()));
    run.connected();
    run.feed(&sequence, b"hello");
    assert_eq!(run.need(&sequence), Need::Connect(&elsewhere));
    assert_eq!(
        run.failed(&sequence, Failure::Connection, "Connection refused")
            .info
            .as_deref(),
        Some("Connection refused at step 2 of tcp-check (connect port 7777)")
    );
}
