use super::*;
use crate::run::{Need, Run};
use crate::sequence::{Action, Sequence};
use proptest::prelude::*;

/// A check whose request is sent, fed with the response piece by piece.
#[derive(Default)]
struct ResponseReader(Run);

impl ResponseReader {
    fn new() -> Self {
        Self::default()
    }

    fn asked(&mut self, check: &HttpCheck) -> Sequence {
        let sequence = Sequence::of(vec![Action::Http(Box::new(check.clone()))]);
        if let Need::Connect(_) = self.0.need(&sequence) {
            self.0.connected();
            self.0.sent(&sequence, check.request().len());
        }
        sequence
    }

    fn feed(&mut self, check: &HttpCheck, bytes: &[u8]) -> Verdict {
        let sequence = self.asked(check);
        self.0.feed(&sequence, bytes);
        match self.0.need(&sequence) {
            Need::Done(result) => Verdict::Done(result),
            _ => Verdict::More,
        }
    }

    fn end(&mut self, check: &HttpCheck) -> CheckResult {
        let sequence = self.asked(check);
        self.0.ended(&sequence);
        match self.0.need(&sequence) {
            Need::Done(result) => result,
            other => panic!("the end decides, not {other:?}"),
        }
    }
}

fn check(expect: Vec<Expect>) -> HttpCheck {
    HttpCheck::new("OPTIONS", "/", "HTTP/1.0", &[], None, expect)
}

fn whole(check: &HttpCheck, response: &[u8]) -> CheckResult {
    let mut reader = ResponseReader::new();
    match reader.feed(check, response) {
        Verdict::Done(result) => result,
        Verdict::More => reader.end(check),
    }
}

// The requests are those that HAProxy 2.6.12 sent for the same directives.
#[test]
fn requests_are_built_like_the_original() {
    assert_eq!(check(vec![]).request(), b"OPTIONS / HTTP/1.0\r\n\r\n");
    let with_headers = HttpCheck::new(
        "GET",
        "/x",
        "HTTP/1.1",
        &[("host", "www"), ("x-a", "b")],
        None,
        vec![],
    );
    assert_eq!(
        with_headers.request(),
        b"GET /x HTTP/1.1\r\nhost: www\r\nx-a: b\r\nconnection: close\r\n\r\n"
    );
    let with_body = HttpCheck::new("POST", "/z", "HTTP/1.0", &[], Some("abc"), vec![]);
    assert_eq!(
        with_body.request(),
        b"POST /z HTTP/1.0\r\ncontent-length: 3\r\n\r\nabc"
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
        let response = format!("HTTP/1.1 {status} Word\r\n\r\n");
        let result = whole(&check(vec![]), response.as_bytes());
        assert_eq!(
            (result.status, result.code),
            (expected, Some(status)),
            "{status}"
        );
    }
}

#[test]
fn a_wrong_status_is_named_with_the_servers_words() {
    let result = whole(
        &check(vec![]),
        b"HTTP/1.0 503 Service Unavailable\r\nX: y\r\n\r\n",
    );
    assert_eq!(
        result.reason(),
        "Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 0ms"
    );
}

#[test]
fn no_http_and_a_cut_head_are_invalid_responses() {
    for bytes in [&b"garbage\r\n\r\n"[..], b"HTTP/1.0 200 OK\r\n", b""] {
        assert_eq!(
            whole(&check(vec![]), bytes).status,
            CheckStatus::L7Response,
            "{bytes:?}"
        );
    }
}

#[test]
fn expected_statuses_and_their_negation() {
    let ranges = || {
        vec![
            StatusRange { from: 201, to: 201 },
            StatusRange { from: 300, to: 399 },
        ]
    };
    let wanted = check(vec![Expect::status(false, ranges())]);
    let unwanted = check(vec![Expect::status(true, ranges())]);
    for (status, hit) in [(200, false), (201, true), (302, true)] {
        let response = format!("HTTP/1.1 {status} W\r\n\r\n");
        assert_eq!(
            whole(&wanted, response.as_bytes()).status == CheckStatus::L7Ok,
            hit
        );
        assert_eq!(
            whole(&unwanted, response.as_bytes()).status == CheckStatus::L7Ok,
            !hit
        );
    }
}

#[test]
fn status_expressions() {
    let rule = check(vec![Expect::status_regex(false, "^5").unwrap()]);
    assert_eq!(
        whole(&rule, b"HTTP/1.0 503 S\r\n\r\n").status,
        CheckStatus::L7Ok
    );
    assert_eq!(
        whole(&rule, b"HTTP/1.0 404 N\r\n\r\n").status,
        CheckStatus::L7Status
    );
    assert!(Expect::status_regex(false, "(").is_err());
}

#[test]
fn text_is_looked_for_in_the_body_alone() {
    let rule = check(vec![Expect::text(false, "hello")]);
    let result = whole(&rule, b"HTTP/1.0 200 OK\r\nX: hello\r\n\r\nbye");
    assert_eq!(result.status, CheckStatus::L7Response);
    assert_eq!(
        result.info.as_deref(),
        Some("HTTP content check did not match")
    );
    assert_eq!(
        whole(&rule, b"HTTP/1.0 200 OK\r\n\r\nhello").status,
        CheckStatus::L7Ok
    );
    let unwanted = check(vec![Expect::text(true, "hello")]);
    let result = whole(&unwanted, b"HTTP/1.0 200 OK\r\n\r\nhello");
    assert_eq!(
        result.info.as_deref(),
        Some("HTTP check matched unwanted content")
    );
}

#[test]
fn unwanted_text_is_waited_for_until_the_body_ends() {
    let rule = check(vec![Expect::text(true, "error")]);
    let mut reader = ResponseReader::new();
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n";
    assert_eq!(reader.feed(&rule, head), Verdict::More);
    assert_eq!(reader.feed(&rule, b"an "), Verdict::More);
    let Verdict::Done(result) = reader.feed(&rule, b"error") else {
        panic!("the body is whole")
    };
    assert_eq!(result.status, CheckStatus::L7Response);
}

#[test]
fn a_body_without_end_is_judged_at_the_limit() {
    let rule = check(vec![Expect::text(false, "never")]);
    let mut reader = ResponseReader::new();
    assert_eq!(
        reader.feed(&rule, b"HTTP/1.0 200 OK\r\n\r\n"),
        Verdict::More
    );
    assert!(matches!(
        reader.feed(&rule, &vec![b'x'; MAX_RESPONSE]),
        Verdict::Done(_)
    ));
}

#[test]
fn a_404_can_mean_no_new_sessions() {
    let rule = check(vec![]).disable_on_404();
    assert_eq!(
        whole(&rule, b"HTTP/1.1 404 Nope\r\n\r\n").status,
        CheckStatus::L7OkConditional
    );
}

proptest! {
    /// The verdict does not depend on how the bytes were cut.
    #[test]
    fn the_verdict_is_the_same_for_any_cut(
        response in prop_oneof![
            Just(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec()),
            Just(b"HTTP/1.0 503 Service Unavailable\r\n\r\nsorry".to_vec()),
            prop::collection::vec(any::<u8>(), 0..100),
        ],
        cut in any::<prop::sample::Index>(),
        negated in any::<bool>(),
    ) {
        let rule = check(vec![Expect::text(negated, "llo")]);
        let at = if response.is_empty() { 0 } else { cut.index(response.len()) };
        let mut reader = ResponseReader::new();
        let mut verdict = reader.feed(&rule, &response[..at]);
        if verdict == Verdict::More {
            verdict = reader.feed(&rule, &response[at..]);
        }
        let result = match verdict {
            Verdict::Done(result) => result,
            Verdict::More => reader.end(&rule),
        };
        prop_assert_eq!(result, whole(&rule, &response));
    }
}
