use super::*;
use crate::content::Content;
use crate::expect::{Expectation, Wanted};
use crate::failure::Failure;
use crate::sequence::{Speech, Step};
use crate::text::Text;
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

pub(crate) fn step(number: usize, action: Action) -> Step {
    Step {
        action,
        number,
        comment: None,
    }
}

pub(crate) fn text(wanted: &str) -> Action {
    expect(
        false,
        Content::Text(Text::Fixed(wanted.as_bytes().to_vec())),
    )
}

fn expect(negated: bool, content: Content) -> Action {
    Action::Expect(Box::new(Expectation::new(
        negated,
        Wanted::Content(content),
    )))
}

fn regex(expression: &str) -> Regex {
    Regex::new(expression).unwrap()
}

pub(crate) fn written(actions: Vec<Action>) -> Sequence {
    let numbered = (1..).zip(actions);
    Sequence::written(
        numbered.map(|(n, action)| step(n, action)).collect(),
        Speech::Bytes,
    )
}

/// Composes what stands at the number of a text.
pub(crate) struct Known(pub &'static [&'static str]);

impl Author for Known {
    fn text(&mut self, number: usize, _: Seen<'_>) -> Vec<u8> {
        self.0[number].as_bytes().to_vec()
    }

    fn integer(&mut self, number: usize, _: Seen<'_>) -> Option<i64> {
        self.0[number].parse().ok()
    }

    fn carry_out(&mut self, _: usize, _: Seen<'_>) {}
}

/// Runs the sequence; the result, or what it waits for at the end.
fn run(sequence: &Sequence, happens: &[Happens]) -> Result<CheckResult, String> {
    let author = &mut Known(&["+PO", "zz", "", "2b50", "77"]);
    let mut run = Run::begin(sequence, author);
    let mut happens = happens.iter();
    loop {
        match run.need(sequence) {
            Need::Done(result) => return Ok(result),
            Need::Send(bytes) => {
                let count = bytes.len();
                run.sent(sequence, count, author);
            }
            Need::Connect(..) => match happens.as_slice().first() {
                Some(Refuses) => {
                    return Ok(run.failed(sequence, Failure::Connection, "Connection refused"));
                }
                _ => run.connected(sequence, author),
            },
            Need::Receive => match happens.next() {
                Some(Says(bytes)) => run.feed(sequence, bytes, author),
                Some(Closes) => run.ended(sequence, author),
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
    let ping = || Action::send(b"PING\r\n".to_vec());
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
            vec![expect(true, Content::Text(Text::Fixed(b"world".to_vec())))],
            vec![Says(b"hello world\n")],
            "Layer7 invalid response, info: \"TCPCHK matched unwanted content 'world' at step 1\"",
        ),
        (
            vec![expect(true, Content::Regex(regex("w.rld")))],
            vec![Says(b"hello world\n")],
            "Layer7 invalid response, info: \"TCPCHK matched unwanted content (regex) at step 1\"",
        ),
        (
            vec![expect(
                true,
                Content::Text(Text::Fixed(b"nothing".to_vec())),
            )],
            vec![Says(b"hello\n"), Closes],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![expect(false, Content::Binary(Text::Fixed(vec![0, 255])))],
            vec![Says(b"hello\n"), Closes],
            "Layer7 invalid response, info: \"TCPCHK did not match content (binary) at step 1\"",
        ),
        (
            vec![expect(false, Content::Binary(Text::Fixed(vec![0, 255])))],
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
fn what_came_before_a_question_does_not_answer_it() {
    let sequence = written(vec![
        text("220"),
        Action::send(b"HELO x\r\n".to_vec()),
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
        port: Some(Port::Fixed(7777)),
        ..Connect::default()
    };
    let sequence = written(vec![text("hello"), Action::Connect(elsewhere.clone())]);
    let author = &mut Known(&[]);
    let mut run = Run::begin(&sequence, author);
    assert_eq!(
        run.need(&sequence),
        Need::Connect(&Connect::default(), None)
    );
    run.connected(&sequence, author);
    run.feed(&sequence, b"hello", author);
    assert_eq!(run.need(&sequence), Need::Connect(&elsewhere, Some(7777)));
    assert_eq!(
        run.failed(&sequence, Failure::Connection, "Connection refused")
            .info
            .as_deref(),
        Some("Connection refused at step 2 of tcp-check (connect port 7777)")
    );
}

// As HAProxy 2.6.12 told of the same steps.
#[test]
fn composed_texts_are_sent_and_expected() {
    let of = |text: fn(usize) -> Text, number| expect(false, Content::Text(text(number)));
    let binary = |number| expect(false, Content::Binary(Text::Hexadecimal(number)));
    let cases: Vec<(Vec<Action>, Vec<Happens>, &str)> = vec![
        (
            vec![Action::Send(Text::Composed(0)), of(Text::Composed, 0)],
            vec![Says(b"+PONG")],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![Action::Send(Text::Hexadecimal(1))],
            vec![],
            "Layer7 invalid response, info: \"tcp-check send : failed to build log-format string at step 1\"",
        ),
        (
            vec![Action::Send(Text::Composed(2)), text("PO")],
            vec![Says(b"+PONG")],
            "Layer7 check passed, code: 0, info: \"(tcp-check)\"",
        ),
        (
            vec![of(Text::Composed, 2)],
            vec![Says(b"hello")],
            "Layer7 invalid response, info: \"log-format string evaluated to an empty string\"",
        ),
        (
            vec![binary(1)],
            vec![Says(b"hello")],
            "Layer7 invalid response, info: \"Failed to parse hexastring resulting of eval of a log-format string\"",
        ),
        (
            vec![binary(3)],
            vec![TimesOut],
            "Layer7 timeout, info: \" at step 1 of tcp-check (expect log-format binary)\"",
        ),
    ];
    for (actions, happens, expected) in cases {
        assert_eq!(reason(&written(actions), &happens), expected);
    }
}
