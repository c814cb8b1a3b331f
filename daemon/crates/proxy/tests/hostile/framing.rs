//! The framing table: what is made of each message that two readers could take for different ones.
//! A request is refused, or goes on in the one form written here; what an attacker put behind it is
//! served as a request of its own or not at all.

use crate::framing_of_requests::{lenient, strict};
use crate::recorder::Recorder;
use crate::support::{Client, Proxy, free_port};

/// What becomes of a request.
pub enum Then {
    /// Refused with this status; no request reaches the origin.
    No(u16),
    /// Refused by a rule, in the one way it can be read: what stands behind is served.
    Denied,
    /// The connection ends without a word.
    Silence,
    /// The origin gets exactly this, and the connection is kept.
    Goes(String),
    /// The same, but the connection ends with the answer: what stands behind is never served.
    Last(String),
}

pub struct Case {
    /// The row of the table.
    pub row: &'static str,
    pub sent: Vec<u8>,
    pub then: Then,
}

/// Stands behind each request. Whoever takes it for a part of the one before, or the other way
/// round, is found out.
const NEXT: &str = "GET /next HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n";

/// What the client and the origin saw of one case.
struct Outcome {
    statuses: Vec<u16>,
    requests: Vec<String>,
}

fn send(port: u16, recorder: &Recorder, sent: &[u8]) -> Outcome {
    recorder.take();
    let mut client = Client::connect(port);
    client.send([sent, NEXT.as_bytes()].concat());
    let said = String::from_utf8_lossy(&client.rest()).into_owned();
    // Bodies of answers are `ok` or pages without such words.
    let lines = said.match_indices("HTTP/1.1 ");
    let statuses = lines.map(|(at, _)| said[at + 9..at + 12].parse().unwrap());
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Outcome {
        statuses: statuses.collect(),
        requests: recorder.take().into_iter().map(text).collect(),
    }
}

/// Why the outcome is not the wanted one.
fn fault(case: &Case, got: &Outcome) -> Option<String> {
    let next = "GET /next HTTP/1.1\r\nhost: n\r\n\r\n";
    let (statuses, requests) = match &case.then {
        Then::No(status) => (vec![*status], vec![]),
        Then::Denied => (vec![403, 200], vec![next]),
        Then::Silence => (vec![], vec![]),
        Then::Goes(text) => (vec![200, 200], vec![text.as_str(), next]),
        Then::Last(text) => (vec![200], vec![text.as_str()]),
    };
    let same = got.statuses == statuses
        && got.requests.len() == requests.len()
        && std::iter::zip(&got.requests, &requests).all(|(a, b)| plain(a) == plain(b));
    (!same).then(|| {
        format!(
            "{}: {:?}\n  wanted {statuses:?} {requests:?}\n  got    {:?} {:?}",
            case.row,
            String::from_utf8_lossy(&case.sent),
            got.statuses,
            got.requests
        )
    })
}

/// Names of fields in small letters: they mean the same.
fn plain(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let lines = head.split("\r\n").map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
        None => line.to_owned(),
    });
    format!("{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n"))
}

fn table(options: &str, cases: &[Case]) {
    let recorder = Recorder::start();
    let port = free_port();
    let _proxy = Proxy::start(&format!(
        "global\n    nbthread 1\ndefaults base\n    mode http\n    timeout client 5s\n    timeout server 5s\n    \
         timeout connect 5s\n{options}frontend web from base\n    bind 127.0.0.1:{port}\n    \
         default_backend app\nbackend app from base\n    server s1 127.0.0.1:{}\n",
        recorder.port
    ));
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| fault(case, &send(port, &recorder, &case.sent)))
        .collect();
    let (_, violations) = recorder.seen();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn requests() {
    table("", &lenient());
}

#[test]
fn requests_with_option_http_strict() {
    table("    option http-strict\n", &strict());
}

/// TRACE, and names that a CGI would take for others, are refused by two rules.
#[test]
fn rules_refuse_trace_and_names_with_underscores() {
    let no = |sent: &str| Case {
        row: "TRACE, X_Forwarded_For",
        sent: sent.into(),
        then: Then::Denied,
    };
    let rules = "    http-request deny if METH_TRACE\n    http-request deny if { req.hdr_names -m sub _ }\n";
    table(
        rules,
        &[
            no("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"),
            no("GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 10.0.0.1\r\n\r\n"),
            Case {
                row: "others pass",
                sent: b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\n\r\n".to_vec(),
                then: Then::Goes("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\n\r\n".into()),
            },
        ],
    );
}
