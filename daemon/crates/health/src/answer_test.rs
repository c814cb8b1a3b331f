use crate::answer::MAX_ANSWER;
use crate::content::{Content, compile};
use crate::expect::{Expectation, StatusRange, Wanted};
use crate::field::{Comparison, FieldPattern};
use crate::request::Request;
use crate::result::{CheckResult, CheckStatus};
use crate::run::tests::Known;
use crate::run::{Need, Run};
use crate::sequence::{Action, Sequence, Speech, Step};
use crate::text::Text;
use proptest::prelude::*;

fn fixed(text: &str) -> Text {
    Text::Fixed(text.as_bytes().to_vec())
}

fn request() -> Request {
    Request {
        method: "OPTIONS".to_owned(),
        uri: fixed("/"),
        version: "HTTP/1.0".to_owned(),
        headers: Vec::new(),
        body: None,
    }
}

fn sequence(request: Request, wanted: Vec<Expectation>, disable_on_404: bool) -> Sequence {
    let mut actions = vec![Action::Request(Box::new(request))];
    actions.extend(
        wanted
            .into_iter()
            .map(|wanted| Action::Expect(Box::new(wanted))),
    );
    let steps = actions.into_iter().map(Step::unwritten).collect();
    Sequence::written(steps, Speech::Http { disable_on_404 })
}

fn check(wanted: Expectation) -> Sequence {
    sequence(request(), vec![wanted], false)
}

/// A check whose request is sent.
fn asked(sequence: &Sequence) -> Run {
    let author = &mut Known(&[]);
    let mut run = Run::begin(sequence, author);
    run.connected(sequence, author);
    let Need::Send(bytes) = run.need(sequence) else {
        panic!("{run:?}")
    };
    let count = bytes.len();
    run.sent(sequence, count, author);
    run
}

fn done(run: &Run, sequence: &Sequence) -> Option<CheckResult> {
    match run.need(sequence) {
        Need::Done(result) => Some(result),
        _ => None,
    }
}

/// What comes of an answer that arrives in these pieces before the server closes.
fn pieces(sequence: &Sequence, pieces: &[&[u8]]) -> CheckResult {
    let mut run = asked(sequence);
    for piece in pieces {
        run.feed(sequence, piece, &mut Known(&[]));
        if let Some(result) = done(&run, sequence) {
            return result;
        }
    }
    run.ended(sequence, &mut Known(&[]));
    done(&run, sequence).expect("the end decides")
}

fn whole(sequence: &Sequence, answer: &[u8]) -> CheckResult {
    pieces(sequence, &[answer])
}

fn text(negated: bool, wanted: &str) -> Expectation {
    Expectation::new(negated, Wanted::Content(Content::Text(fixed(wanted))))
}

// The requests are those that HAProxy 2.6.12 sent for the same directives.
#[test]
fn requests_are_built_like_the_original() {
    let written = |request: Request| {
        let sequence = sequence(request, vec![], false);
        let author = &mut Known(&["/v", "", "a=b"]);
        let mut run = Run::begin(&sequence, author);
        run.connected(&sequence, author);
        match run.need(&sequence) {
            Need::Send(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(written(request()), "OPTIONS / HTTP/1.0\r\n\r\n");
    let header = |name: &str, value| (name.to_owned(), value);
    let with_headers = Request {
        method: "GET".to_owned(),
        uri: Text::Composed(0),
        version: "HTTP/1.1".to_owned(),
        headers: vec![
            header("Host", fixed("www")),
            header("X-Empty", Text::Composed(1)),
            header("Content-Length", fixed("7")),
            header("X-A", fixed("b")),
        ],
        body: None,
    };
    assert_eq!(
        written(with_headers),
        "GET /v HTTP/1.1\r\nhost: www\r\nx-a: b\r\nconnection: close\r\n\r\n"
    );
    let with_body = |body| Request {
        method: "POST".to_owned(),
        uri: Text::Composed(1),
        body: Some(body),
        ..request()
    };
    assert_eq!(
        written(with_body(Text::Composed(2))),
        "POST / HTTP/1.0\r\ncontent-length: 3\r\n\r\na=b"
    );
    assert_eq!(
        written(with_body(Text::Composed(1))),
        "POST / HTTP/1.0\r\ncontent-length: 0\r\n\r\n"
    );
}

#[test]
fn any_2xx_or_3xx_passes_by_default() {
    for (status, expected) in [
        (200, CheckStatus::L7Ok),
        (399, CheckStatus::L7Ok),
        (400, CheckStatus::L7Status),
        (199, CheckStatus::L7Status),
    ] {
        let answer = format!("HTTP/1.1 {status} Word\r\n\r\n");
        let result = whole(&check(Expectation::usual()), answer.as_bytes());
        assert_eq!((result.status, result.code), (expected, Some(status)));
    }
}

#[test]
fn a_wrong_status_is_named_with_the_servers_words() {
    let answer = b"HTTP/1.0 503 Service Unavailable\r\nX: y\r\n\r\n";
    assert_eq!(
        whole(&check(Expectation::usual()), answer).reason(),
        "Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 0ms"
    );
}

#[test]
fn no_http_and_a_cut_head_are_invalid_responses() {
    for bytes in [&b"garbage\r\n\r\n"[..], b"HTTP/1.0 200 OK\r\n", b""] {
        let result = whole(&check(Expectation::usual()), bytes);
        assert_eq!(result.status, CheckStatus::L7Response, "{bytes:?}");
    }
}

#[test]
fn expected_statuses_and_their_negation() {
    let ranges = [(201, 201), (300, 399)].map(|(from, to)| StatusRange { from, to });
    let wanted = |negated| check(Expectation::new(negated, Wanted::Status(ranges.to_vec())));
    for (status, hit) in [(200, false), (201, true), (302, true)] {
        let answer = format!("HTTP/1.1 {status} W\r\n\r\n");
        for negated in [false, true] {
            let passed = whole(&wanted(negated), answer.as_bytes()).status == CheckStatus::L7Ok;
            assert_eq!(passed, hit != negated, "{status}");
        }
    }
    let rule = check(Expectation::new(
        false,
        Wanted::StatusRegex(compile("^5").unwrap()),
    ));
    assert_eq!(
        whole(&rule, b"HTTP/1.0 503 S\r\n\r\n").status,
        CheckStatus::L7Ok
    );
    assert_eq!(
        whole(&rule, b"HTTP/1.0 404 N\r\n\r\n").status,
        CheckStatus::L7Status
    );
}

#[test]
fn text_is_looked_for_in_the_body_alone() {
    let result = whole(
        &check(text(false, "hello")),
        b"HTTP/1.0 200 OK\r\nX: hello\r\n\r\nbye",
    );
    assert_eq!(
        (result.status, result.info.as_deref()),
        (
            CheckStatus::L7Response,
            Some("HTTP content check did not match")
        )
    );
    let body = b"HTTP/1.0 200 OK\r\n\r\nhello";
    assert_eq!(
        whole(&check(text(false, "hello")), body).status,
        CheckStatus::L7Ok
    );
    assert_eq!(
        whole(&check(text(true, "hello")), body).info.as_deref(),
        Some("HTTP check matched unwanted content")
    );
}

#[test]
fn fields_are_compared_by_name_and_value() {
    let answer = b"HTTP/1.0 200 OK\r\nX-List: one, \"a,b\",two\r\nX-Other: Value\r\n\r\n";
    let part = |text: &str| Comparison::Part(fixed(text));
    let exact = |text: &str| Comparison::Whole(fixed(text));
    let regex = |text: &str| Comparison::Regex(compile(text).unwrap());
    for (name, value, whole_value, holds) in [
        (exact("X-LIST"), None, false, true),
        (exact("nothere"), None, false, false),
        (exact("x-list"), Some(exact("two")), false, true),
        (exact("x-list"), Some(exact("\"a,b\"")), false, true),
        (exact("x-list"), Some(exact("two")), true, false),
        (exact("x-list"), Some(part("one, ")), true, true),
        (exact("x-other"), Some(exact("value")), false, false),
        (
            Comparison::Beginning(fixed("X-O")),
            Some(part("alu")),
            false,
            true,
        ),
        (
            Comparison::End(fixed("list")),
            Some(Comparison::Beginning(fixed("tw"))),
            false,
            true,
        ),
        (regex("^x-[lm]ist$"), Some(regex("^t.o$")), false, true),
        (regex("^X-L"), None, false, false),
    ] {
        let pattern = FieldPattern {
            name,
            value,
            whole_value,
        };
        let shown = format!("{pattern:?}");
        let wanted = check(Expectation::new(false, Wanted::Field(pattern)));
        let result = whole(&wanted, answer);
        assert_eq!(result.status == CheckStatus::L7Ok, holds, "{shown}");
        assert_eq!(result.code, Some(200));
    }
}

#[test]
fn unwanted_text_is_waited_for_until_the_body_ends() {
    let rule = check(text(true, "error"));
    let mut run = asked(&rule);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n";
    for piece in [&head[..], b"an "] {
        run.feed(&rule, piece, &mut Known(&[]));
        assert_eq!(done(&run, &rule), None);
    }
    run.feed(&rule, b"error", &mut Known(&[]));
    assert_eq!(done(&run, &rule).unwrap().status, CheckStatus::L7Response);
}

#[test]
fn a_body_without_end_is_judged_at_the_limit() {
    let rule = check(text(false, "never"));
    let mut run = asked(&rule);
    run.feed(&rule, b"HTTP/1.0 200 OK\r\n\r\n", &mut Known(&[]));
    assert_eq!(done(&run, &rule), None);
    run.feed(&rule, &vec![b'x'; MAX_ANSWER], &mut Known(&[]));
    assert!(done(&run, &rule).is_some());
}

#[test]
fn a_404_can_mean_no_new_sessions() {
    let rule = sequence(request(), vec![Expectation::usual()], true);
    let result = whole(&rule, b"HTTP/1.1 404 Nope\r\n\r\n");
    assert_eq!(result.status, CheckStatus::L7OkConditional);
}

proptest! {
    /// What comes of an answer does not depend on how its bytes were cut.
    #[test]
    fn the_verdict_is_the_same_for_any_cut(
        answer in prop_oneof![
            Just(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec()),
            Just(b"HTTP/1.0 503 Service Unavailable\r\n\r\nsorry".to_vec()),
            prop::collection::vec(any::<u8>(), 0..100),
        ],
        cut in any::<prop::sample::Index>(),
        negated in any::<bool>(),
    ) {
        let rule = check(text(negated, "llo"));
        let at = if answer.is_empty() { 0 } else { cut.index(answer.len()) };
        let result = pieces(&rule, &[&answer[..at], &answer[at..]]);
        prop_assert_eq!(result, whole(&rule, &answer));
    }
}

#[test]
fn chunks_are_put_together_before_they_are_looked_at() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice();
    let chunks = b"3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n".as_slice();
    let found = check(text(false, "hello"));
    let answer = [head, chunks].concat();
    assert_eq!(whole(&found, &answer).status, CheckStatus::L7Ok);
    // Byte by byte, and nothing is said before it has to be.
    let bytes: Vec<&[u8]> = answer.chunks(1).collect();
    assert_eq!(pieces(&found, &bytes).status, CheckStatus::L7Ok);
    // Framing is not content, and the last chunk is the end: nobody has to close.
    let framing = check(text(false, "x=1"));
    let mut run = asked(&framing);
    run.feed(&framing, &answer, &mut Known(&[]));
    let result = done(&run, &framing).expect("the last chunk decides");
    assert_eq!(result.status, CheckStatus::L7Response);
    // Half of it does not decide yet; what is framed badly has no more to say.
    let mut run = asked(&found);
    run.feed(&found, &answer[..head.len() + 6], &mut Known(&[]));
    assert_eq!(done(&run, &found), None);
    let bad = [head, b"3\r\nhelXXlo\r\n0\r\n\r\n".as_slice()].concat();
    assert_eq!(whole(&found, &bad).status, CheckStatus::L7Response);
}
