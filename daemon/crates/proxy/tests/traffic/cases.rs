//! Configurations and what happens to them.

use super::clients::*;
use super::support::Client;

/// A frontend, a backend and what a client does there. `ORIGIN`, `DEAD` and `PORT` are replaced.
pub struct Case {
    pub name: &'static str,
    pub frontend: &'static str,
    pub backend: &'static str,
    pub act: fn(u16),
}

const fn case(
    name: &'static str,
    frontend: &'static str,
    backend: &'static str,
    act: fn(u16),
) -> Case {
    Case {
        name,
        frontend,
        backend,
        act,
    }
}

pub const CASES: &[Case] = &[
    case("kept", "", "server s ORIGIN", kept),
    case("closed", "", "server s ORIGIN", asks),
    case("statuses", "", "server s ORIGIN", statuses),
    case("early", "", "server s ORIGIN", hints),
    case(
        "denied",
        "http-request deny if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "denied-behind",
        "",
        "http-request deny if { path /no }\n server s ORIGIN",
        some_denied,
    ),
    case(
        "tarpit",
        "timeout tarpit 20ms\n http-request tarpit if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "rejected",
        "http-request reject if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "content",
        "tcp-request content reject if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "redirected",
        "http-request redirect location /x if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "redirected-behind",
        "",
        "redirect location /x if { path /no }\n server s ORIGIN",
        some_denied,
    ),
    case(
        "returned",
        "http-request return status 200 if { path /no }",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "returned-behind",
        "",
        "http-request return status 404 if { path /no }\n server s ORIGIN",
        some_denied,
    ),
    case(
        "monitored",
        "monitor-uri /no",
        "server s ORIGIN",
        some_denied,
    ),
    case(
        "refused",
        "tcp-request connection reject",
        "server s ORIGIN",
        nothing,
    ),
    case(
        "unwanted",
        "tcp-request session reject",
        "server s ORIGIN",
        nothing,
    ),
    case(
        "answer-denied",
        "",
        "http-response deny\n server s ORIGIN",
        asks,
    ),
    case(
        "answer-denied-front",
        "http-response deny",
        "server s ORIGIN",
        asks,
    ),
    case(
        "answer-returned",
        "",
        "http-response return status 200\n server s ORIGIN",
        asks,
    ),
    case("junk", "", "server s ORIGIN", junk),
    case("nothing", "", "server s ORIGIN", nothing),
    case("late", "timeout http-request 50ms", "server s ORIGIN", late),
    case("nobody", "", "server s ORIGIN disabled", asks),
    case("dead", "", "retries 2\n server s DEAD", asks),
    case(
        "elsewhere",
        "",
        "option redispatch 1\n retries 2\n server d DEAD\n server s ORIGIN",
        asks,
    ),
    case("nonsense", "", "server s ORIGIN", |port| {
        ask(port, "/nonsense");
    }),
    case("silent", "", "server s ORIGIN", |port| ask(port, "/gone")),
    case("short", "", "server s ORIGIN", |port| ask(port, "/short")),
    case(
        "slow",
        "",
        "timeout server 50ms\n server s ORIGIN",
        |port| ask(port, "/endless-wait"),
    ),
    case("leaves", "", "server s ORIGIN", leaves),
    case("leaves-in-body", "", "server s ORIGIN", leaves_in_body),
    case(
        "leaves-in-request",
        "",
        "server s ORIGIN",
        leaves_in_request,
    ),
    case(
        "sharing",
        "",
        "http-reuse always\n server s ORIGIN",
        two_clients,
    ),
    case(
        "not-sharing",
        "",
        "http-reuse never\n server s ORIGIN",
        two_clients,
    ),
    case(
        "cookie",
        "",
        "cookie S insert\n server one ORIGIN cookie one\n server two ORIGIN cookie two",
        with_cookie,
    ),
    case("crowd", "", "server s ORIGIN maxconn 1", crowd),
    case(
        "crowded-out",
        "",
        "timeout queue 20ms\n server s ORIGIN maxconn 1",
        crowd,
    ),
    case("raw", "mode tcp", "mode tcp\n server s ORIGIN", lines),
    case(
        "raw-dead",
        "mode tcp",
        "mode tcp\n retries 1\n server s DEAD",
        lines,
    ),
    case(
        "raw-refused",
        "mode tcp\n tcp-request connection reject",
        "mode tcp\n server s ORIGIN",
        lines,
    ),
    case(
        "raw-content",
        "mode tcp\n tcp-request content reject",
        "mode tcp\n server s ORIGIN",
        lines,
    ),
    case(
        "raw-leaves",
        "mode tcp",
        "mode tcp\n server s ORIGIN",
        leaves,
    ),
    case(
        "raw-slow",
        "mode tcp",
        "mode tcp\n timeout server 50ms\n server s ORIGIN",
        |port| {
            Client::connect(port)
                .send("GET /endless-wait HTTP/1.1\r\nHost: a\r\n\r\n")
                .rest();
        },
    ),
];
