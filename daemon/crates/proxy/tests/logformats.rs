//! Log lines of custom formats, captures and log levels beside haproxy's.

mod support;

use support::{Beside, Client, Origin};

/// Formats without times, which differ from run to run.
const FORMATS: &[&str] = &[
    "%ci %f %ft %b %s %ST %tsc %ts %ac/%fc/%bc/%sc/%rc %sq/%bq %CC %CS %hr %hs %{+Q}r",
    "%hrl %hsl %{+Q}hrl %HM %HP %HQ %HU %HV %ID",
    "[%[var(txn.path)]] [%{+Q}[var(txn.path)]] [%[var(txn.none)]] [%{+Q}[var(txn.none)]] [%{+E}[var(txn.quote)]] [%{+Q,+E}[var(txn.quote)]]",
    "%{+Q}o %f %b %s %ST %{-Q}HM %[capture.req.hdr(0)] %[capture.res.hdr(0)] %[capture.req.uri] %[method]",
    "%{+X}ci %{+X}o %ci %fi %si %sp %[src] %[fe_name] %[srv_name]",
    "%[capture.res.hdr(0)] %[unique-id] %Th",
    "%ST [%[status]] [%[be_name]] [%[srv_name]] [%[fe_name]]",
];

fn config(format: &str, origin: u16) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log 127.0.0.1:LOG format raw local0\nfrontend web\n    bind 127.0.0.1:PORT\n    option dontlognull\n    log-format '{format}'\n    unique-id-format %{{+X}}o%ci-%HM\n    unique-id-header X-Id\n    declare capture request len 5\n    capture request header Host len 20\n    capture response header X-From len 3\n    capture cookie sid len 30\n    http-request capture path id 0\n    http-request capture req.hdr(x-more) len 9\n    http-request set-var(txn.path) path\n    http-request set-var(txn.quote) bin(6122625d6323647c65)\n    http-request set-log-level silent if {{ path /silent }}\n    http-request deny if {{ path /deny }}\n    use_backend dead if {{ path /dead }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\nbackend dead\n    retries 0\n    server d 127.0.0.1:1\n"
    )
}

#[test]
fn custom_lines_are_as_haproxy_writes_them() {
    let origin = Origin::fixed(
        b"HTTP/1.1 200 OK\r\nX-From: origin\r\nSet-Cookie: sid=new; path=/\r\nContent-Length: 2\r\n\r\nok",
    );
    for format in FORMATS {
        let Some(both) = Beside::start(&config(format, origin.port)) else {
            return;
        };
        let requests = ["/a?b=c", "/silent", "/quote\"x", "/deny", "/dead"];
        let lines = |side: &support::beside::Side| {
            for path in requests {
                let mut client = Client::connect(side.port);
                client.send(format!("GET {path} HTTP/1.1\r\nHost: ab.example\r\nX-More: m\"o|re\r\nCookie: x=1; sid=old\r\nConnection: close\r\n\r\n"));
                client.rest();
            }
            side.lines(4)
        };
        let (one, two) = (lines(&both.theirs), lines(&both.ours));
        let normal = |lines: Vec<String>| -> Vec<String> {
            let origin = origin.port.to_string();
            lines
                .into_iter()
                .map(|line| line.replace(&origin, "ORIGIN"))
                .collect()
        };
        assert_eq!(normal(one), normal(two), "{format}: haproxy's on the left");
    }
}

#[test]
fn structured_data_stands_where_rfc_5424_wants_it() {
    let origin = Origin::named("a");
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log 127.0.0.1:LOG format rfc5424 local0\nfrontend web\n    bind 127.0.0.1:PORT\n    option dontlognull\n    log-format '%HM %ST'\n    log-format-sd '%{{+Q,+E}}o[example@1 path=%HP status=%ST]'\n    default_backend app\nbackend app\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let line = |side: &support::beside::Side| {
        Client::connect(side.port).get("/x");
        let line = side.lines(1).remove(0);
        line.split(' ').skip(5).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line(&both.theirs), line(&both.ours));
}

#[test]
fn the_time_between_requests_is_idle_and_not_part_of_the_next() {
    let origin = Origin::named("a");
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log 127.0.0.1:LOG format raw local0\nfrontend web\n    bind 127.0.0.1:PORT\n    option dontlognull\n    log-format '%HP %Ti %TR %Ta %Tt %Tq'\n    default_backend app\nbackend app\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for side in [&both.theirs, &both.ours] {
        let mut client = Client::connect(side.port);
        client.get("/one");
        std::thread::sleep(std::time::Duration::from_millis(150));
        client.get("/two");
        let line = side.lines(2).remove(1);
        let times: Vec<i64> = line
            .split(' ')
            .skip(1)
            .map(|t| t.parse().unwrap())
            .collect();
        let [idle, request, active, total, whole] = times[..] else {
            panic!("{line}")
        };
        assert!(idle >= 140 && total >= idle && whole >= idle, "{line}");
        assert!(request < idle && active < idle, "{line}");
    }
}

/// Formats that tell of a request.
const TURNED_AWAY: &[&str] = &[
    "log-format \"%HU|%HM|%HP|%HQ|%HV|%r|%ST|%tsc|%b|%s|%hr|%[capture.req.uri]|%[capture.req.hdr(0)]\"",
    "log-format \"%HU %ST\"\n    error-log-format \"error %HU\"",
];

#[test]
fn a_request_that_rules_turn_away_before_it_is_read_is_told_as_none() {
    let origin = Origin::named("a");
    for format in TURNED_AWAY {
        let text = format!(
            "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log 127.0.0.1:LOG format raw local0\nfrontend web\n    bind 127.0.0.1:PORT\n    option dontlognull\n    {format}\n    capture request header Host len 10\n    capture cookie sid len 30\n    tcp-request content reject if {{ path /front }}\n    default_backend app\nbackend app\n    tcp-request content reject if {{ path /back }}\n    server s 127.0.0.1:{}\n",
            origin.port
        );
        let Some(both) = Beside::start(&text) else {
            return;
        };
        for path in ["/front?x", "/back?x"] {
            let told = |side: &support::beside::Side| {
                let mut client = Client::connect(side.port);
                client.send(format!(
                    "GET {path} HTTP/1.1\r\nHost: h\r\nCookie: sid=1\r\n\r\n"
                ));
                assert!(client.rest().is_empty(), "it is answered");
                side.line()
            };
            let (one, two) = (told(&both.theirs), told(&both.ours));
            assert_eq!(one, two, "{path}, {format}: haproxy's on the left");
            assert_eq!(one.contains("<BADREQ>"), path == "/front?x", "{one}");
        }
    }
}
