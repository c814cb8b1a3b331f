//! Orders about servers that come by the page.

use super::{alone, both, get, header, origin, post, status};

fn state(port: u16, server: &str) -> String {
    let (_, csv) = get(port, "/stats;csv", "");
    let row = csv
        .lines()
        .find(|line| line.starts_with(&format!("app,{server},")))
        .unwrap();
    row.split(',').nth(17).unwrap().to_owned()
}

#[test]
fn orders_do_what_they_do_in_haproxy() {
    let origin = origin();
    let Some((_haproxy, theirs, _proxy, ours)) = both(&format!(
        "frontend web\n bind 127.0.0.1:PORT\n stats uri /stats\n stats admin if {{ hdr(x-admin) 1 }}\n default_backend app\n\
         backend app\n server one 127.0.0.1:{port}\n server two 127.0.0.1:{port}\n",
        port = origin.port
    )) else {
        return;
    };
    let admin = "X-Admin: 1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    for (headers, body, after) in [
        ("", "s=one&b=app&action=maint", "no check no check"),
        (admin, "s=one&b=app&action=maint", "MAINT no check"),
        (admin, "s=one&s=two&b=app&action=drain", "DRAIN DRAIN"),
        (admin, "s=one&b=app&action=ready", "no check DRAIN"),
        (admin, "s=two&b=app&action=enable", "no check DRAIN"),
        (admin, "s=one&s=two&b=app&action=shutdown", "no check DRAIN"),
        (admin, "s=one&b=app&action=explode", "no check DRAIN"),
        (admin, "s=one&b=%61pp&action=disable", "MAINT DRAIN"),
        (admin, "s=nobody&b=app&action=ready", "MAINT DRAIN"),
    ] {
        let answers: Vec<(u16, Option<String>, String)> = [theirs, ours]
            .map(|port| {
                let (head, _) = post(port, "/stats", headers, body);
                let to = header(&head, "location").map(str::to_owned);
                (
                    status(&head),
                    to,
                    format!("{} {}", state(port, "one"), state(port, "two")),
                )
            })
            .to_vec();
        assert_eq!(answers[0], answers[1], "{body}");
        assert_eq!(answers[1].2, after, "{body}");
    }
}

/// Checks and agents that say what this test has them say: none does within it.
#[test]
fn orders_about_checks_and_agents_do_what_they_do_in_haproxy() {
    let origin = origin();
    let port = origin.port;
    let Some((_haproxy, theirs, _proxy, ours)) = both(&format!(
        "frontend web\n bind 127.0.0.1:PORT\n stats uri /stats\n stats admin if TRUE\n default_backend app\n\
         backend app\n default-server inter 60s fall 1 rise 1\n server plain 127.0.0.1:{port}\n server checked 127.0.0.1:{port} check\n\
         \x20server asked 127.0.0.1:{port} agent-check agent-inter 60s agent-port 1\n server follows 127.0.0.1:{port} track app/checked\n"
    )) else {
        return;
    };
    // The first checks are over.
    for port in [theirs, ours] {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while state(port, "checked") != "UP" {
            assert!(std::time::Instant::now() < end, "it is not checked");
            std::thread::yield_now();
        }
    }
    let servers = ["plain", "checked", "asked", "follows"];
    let mut different = Vec::new();
    for action in [
        "dhlth", "ehlth", "hnolb", "hrunn", "hdown", "hrunn", "dagent", "eagent", "adown", "arunn",
        "dhlth", "hdown", "hrunn", "ehlth", "explode",
    ] {
        for server in servers {
            let body = format!("s={server}&b=app&action={action}");
            let [theirs, ours] = [theirs, ours].map(|port| {
                let (head, _) = post(port, "/stats", "", &body);
                let to = header(&head, "location").map(str::to_owned);
                // haproxy counts checks of a server that has an agent and none.
                let states = servers.map(|server| state(port, server).replace("DOWN 0/1", "DOWN"));
                (to, states)
            });
            if theirs != ours {
                different.push(format!("{body}: haproxy {theirs:?}, here {ours:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn an_order_from_elsewhere_is_refused() {
    let (_proxy, port) = alone(
        "frontend web\n bind 127.0.0.1:PORT\n stats uri /stats\n stats admin if TRUE\n default_backend app\n\
         backend app\n server one 127.0.0.1:9\n",
    );
    let (_, page) = get(port, "/stats", "");
    let token = page
        .split("\"token\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(token.len(), 64);
    let order = "s=one&b=app&action=maint";
    let with = format!("{order}&token={token}");
    let own = "Origin: http://stats\r\nSec-Fetch-Site: same-origin\r\n";
    for (headers, body) in [
        (
            "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
            &*with,
        ),
        ("Origin: http://evil.example\r\n", &with),
        ("Origin: null\r\n", &with),
        ("Sec-Fetch-Site: same-site\r\n", &with),
        // A page of ours that somebody else has not read.
        (own, order),
        (own, "s=one&b=app&action=maint&token="),
        ("", "s=one&b=app&action=maint&token=0000"),
    ] {
        let (head, _) = post(port, "/stats", headers, body);
        assert_eq!(status(&head), 403, "{headers}{body}");
        assert_eq!(state(port, "one"), "no check");
    }
    // Another user's token is no good, either.
    let other = format!("{own}Authorization: Basic b3RoZXI6d29yZA==\r\n");
    assert_eq!(status(&post(port, "/stats", &other, &with).0), 403);
    let (head, _) = post(port, "/stats", own, &with);
    assert_eq!(header(&head, "location"), Some("/stats;st=DONE"));
    assert_eq!(state(port, "one"), "MAINT");
    // The body may come later than the head.
    let mut client = super::Client::connect(port);
    client.send(format!("POST /stats HTTP/1.1\r\nHost: stats\r\nContent-Length: {}\r\nConnection: close\r\n\r\ns=one&b=app", "s=one&b=app&action=ready".len()));
    client.send("&action=ready");
    let answer = String::from_utf8(client.rest()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert_eq!(state(port, "one"), "no check");
}
