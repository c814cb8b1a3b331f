//! What is counted and remembered over the streams of one connection: as through haproxy.

use crate::peer::Peer;
use crate::support::{Beside, Origin};

/// Nobody looks whether `OTHER` listens, so that every connection there is one of the test.
fn config(origin: u16) -> String {
    let shown = [
        "sc0_conn_cnt",
        "sc0_sess_cnt",
        "sc0_http_req_cnt",
        "sc0_get_gpc0",
        "sc0_conn_cur",
        "sc0_trackers",
        "sc0_http_err_cnt",
        "sc1_http_req_cnt",
        "sc1_conn_cur",
        "sc1_sess_cnt",
        "sc2_http_req_cnt",
        "sc2_get_gpt0",
        "var(sess.streams)",
        "var(sess.path)",
        "var(txn.path)",
        "var(sess.given)",
        "fc_http_major",
        "sc_clr_gpc0(2)",
    ];
    let shown = shown.map(|fetch| format!("{fetch}=%[{fetch}]")).join(" ");
    format!(
        "global
    nbthread 1
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 1s
    timeout http-keep-alive 5s
frontend probed
    bind 127.0.0.1:PORT
    default_backend app
frontend web
    bind 127.0.0.1:OTHER
    stick-table type ip size 100 expire 1m store conn_cnt,sess_cnt,http_req_cnt,http_err_cnt,gpc0,conn_cur,bytes_in_cnt
    tcp-request connection track-sc0 src
    tcp-request session set-var(sess.given) int(7)
    tcp-request session set-var(sess.streams) int(0)
    tcp-request content track-sc2 int(5) table contents
    tcp-request content sc-set-gpt0(2) 9
    http-request track-sc1 path table paths
    http-request sc-inc-gpc0(0) if {{ path_beg /count }}
    http-request set-var(sess.streams) var(sess.streams),add(1)
    http-request set-var(sess.path) path if {{ path_beg /keep }}
    http-request unset-var(sess.given) if {{ path_beg /unset }}
    http-request set-var(txn.path) path if {{ path_beg /keep }}
    http-request deny if {{ path_beg /deny }}
    http-request return status 200 content-type text/plain lf-string \"{shown}\" unless {{ path_beg /origin }}
    http-response set-var(sess.path) str(answered)
    default_backend app
backend app
    server s 127.0.0.1:{origin}
backend paths
    stick-table type string len 32 size 100 expire 1m store http_req_cnt,conn_cur,sess_cnt
backend contents
    stick-table type integer size 100 expire 1m store http_req_cnt,gpt0,gpc0
"
    )
}

#[test]
fn counters_and_variables_of_a_session_go_from_stream_to_stream_as_in_haproxy() {
    let origin = Origin::fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let Some(both) = Beside::start(&config(origin.port)) else {
        return;
    };
    let tell = |port: u16| -> Vec<String> {
        let mut told = Vec::new();
        let mut note = |path: &str, peer: &mut Peer| {
            let answer = peer.get(path);
            // The page of an error has words of its own.
            let text = answer.text();
            let shown = text.lines().find(|line| !line.starts_with('<'));
            let shown = shown.filter(|_| answer.status() == 200);
            told.push(format!("{path}: {} {shown:?}", answer.status()));
        };
        let mut first = Peer::connect(port);
        for path in [
            "/a", "/a", "/count", "/keep", "/b", "/deny", "/origin", "/b", "/unset", "/count/2",
            "/a",
        ] {
            note(path, &mut first);
        }
        // Another session beside it.
        let mut second = Peer::connect(port);
        for path in ["/a", "/count", "/origin", "/b"] {
            note(path, &mut second);
        }
        note("/a", &mut first);
        drop(second);
        told
    };
    let (theirs, ours) = (tell(both.theirs.other), tell(both.ours.other));
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(theirs, ours, "haproxy's on the left");
    }
    // Requests that were denied or went to the server counted, too.
    assert!(ours[10].contains("var(sess.streams)=11"), "{}", ours[10]);
}
