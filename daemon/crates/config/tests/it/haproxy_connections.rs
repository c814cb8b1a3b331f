//! What is said of connections: how they are made, kept and tried again.

use crate::said::{errors, haproxy, said};
use config::haproxy::model::{RetryOn, UseSource};

/// The errors about one line of a backend.
fn of_backend(line: &str) -> Vec<String> {
    errors(&haproxy(&format!(
        "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten web\n bind :80\n {line}\n server s 10.0.0.1:80\n"
    )))
}

fn of_server(words: &str) -> Vec<String> {
    errors(&haproxy(&format!(
        "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten web\n bind :80\n server s 10.0.0.1:80 {words}\n"
    )))
}

#[test]
fn wrong_values_of_a_backend_are_told() {
    let failures = "write none, conn-failure, empty-response, junk-response, response-timeout, 0rtt-rejected, all-retryable-errors, or a status of 401, 403, 404, 408, 425, 500, 501, 502, 503, 504";
    for (line, wanted) in [
        ("retry-on", "the failure is missing [] => write e.g. 'retry-on conn-failure empty-response'".to_owned()),
        ("retry-on 503 none", "'none' says that nothing is tried again, and more follows [none] => write 'retry-on none' alone, or leave 'none' out".to_owned()),
        ("retry-on 505", format!("'505' is not a failure after which a request can be tried again [505] => {failures}")),
        ("dynamic-cookie-key", "the key is missing [] => write e.g. 'dynamic-cookie-key \"${COOKIE_KEY}\"'".to_owned()),
        ("source 10.0.0.1:100-200", "'10.0.0.1:100-200' is not an address [10.0.0.1:100-200] => write ADDRESS or ADDRESS:PORT; ranges of ports belong to 'server' lines".to_owned()),
        ("source here", "'here' is not an address [here] => write ADDRESS or ADDRESS:PORT".to_owned()),
        ("http-request set-tos 256", "'256' is not a number from 0 to 255 [256] => write a number from 0 to 255, or from 0x0 to 0xff".to_owned()),
        ("http-request set-mark x", "'x' is not a number from 0 to 4294967295 [x] => write a number from 0 to 4294967295, or from 0x0 to 0xffffffff".to_owned()),
        ("http-request set-mark", "the value is missing [] => write e.g. 'set-mark 0x20'".to_owned()),
        ("monitor-net 10.0.0.0/8", "keyword 'monitor-net' was taken out of the language [monitor-net] => use 'http-request return status 200 if { src NETWORK }'".to_owned()),
    ] {
        let found = of_backend(line);
        assert!(
            found.len() == 1 && found[0].ends_with(&wanted),
            "{line}: {found:?}"
        );
    }
}

#[test]
fn wrong_values_of_a_server_are_told() {
    for (words, wanted) in [
        (
            "pool-max-conn -2",
            "'-2' is not a whole number from -1 to 4294967295 [-2] => write a number from -1 to 4294967295",
        ),
        (
            "max-reuse",
            "the number is missing [] => write e.g. 'server web1 10.0.0.21:8080 max-reuse 100'",
        ),
        (
            "pool-purge-delay x",
            "'x' is not a time [x] => write a number and a unit, e.g. 500ms, 10s, 2m, 1h, 1d",
        ),
        (
            "source 10.0.0.1:200-100",
            "'10.0.0.1:200-100' is not an address [10.0.0.1:200-100] => write the lower port first, e.g. 10.0.0.11:10000-20000",
        ),
        (
            "source 10.0.0.1 usesrc",
            "whose address is used is missing [] => write e.g. 'source 10.0.0.11 usesrc clientip'",
        ),
        (
            "source 10.0.0.1 usesrc hdr_ip",
            "'hdr_ip' is not an address to be used [hdr_ip] => write client, clientip, hdr_ip(NAME[,OCCURRENCE]) or ADDRESS[:PORT]",
        ),
        (
            "source 10.0.0.1 interface",
            "the interface is missing [] => write e.g. 'source 10.0.0.11 interface eth1'",
        ),
        (
            "usesrc client",
            "'usesrc' belongs to a 'source' [usesrc] => write it behind an address, e.g. 'source 0.0.0.0 usesrc clientip'",
        ),
        (
            "redir",
            "the prefix is missing [] => write e.g. 'redir http://static'",
        ),
    ] {
        let found = of_server(words);
        assert!(
            found.len() == 1 && found[0].ends_with(wanted),
            "{words}: {found:?}"
        );
    }
}

#[test]
fn wrong_limits_of_what_comes_in_are_told() {
    for (global, lines, wanted) in [
        (
            "maxconnrate x",
            "",
            "'x' is not a whole number from 0 to 4294967295 [x] => write a number from 0 to 4294967295",
        ),
        (
            "maxsessrate",
            "",
            "the rate is missing [] => write e.g. 'maxsessrate 1000'",
        ),
        (
            "",
            "rate-limit connections 5",
            "'sessions' is missing [] => write e.g. 'rate-limit sessions 100'",
        ),
        (
            "",
            "bind :81 maxconn many",
            "'many' is not a whole number from 0 to 4294967295 [many] => write a number from 0 to 4294967295",
        ),
        (
            "",
            "bind :81 tcp-ut soon",
            "'soon' is not a time [soon] => write a number and a unit, e.g. 500ms, 10s, 2m, 1h, 1d",
        ),
    ] {
        let found = errors(&haproxy(&format!(
            "global\n {global}\ndefaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten web\n bind :80\n {lines}\n server s 10.0.0.1:80\n"
        )));
        assert!(
            found.iter().any(|f| f.ends_with(wanted)),
            "{global}{lines}: {found:?}"
        );
    }
}

#[test]
fn what_is_said_is_kept() {
    let parsed = haproxy(
        "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten web\n bind :80\n \
         retry-on 503 all-retryable-errors 404 0rtt-rejected\n source 10.0.0.9 interface eth1 usesrc hdr_ip(x-client,2)\n \
         server a 10.0.0.1:80 pool-max-conn -1 max-reuse 3 source 10.0.0.8:1000-1010 usesrc client\n \
         server b 10.0.0.2:80 non-stick stick\n server c 10.0.0.2:80 non-stick\n",
    );
    assert!(errors(&parsed).is_empty(), "{:?}", said(&parsed));
    let web = &parsed.config.proxies[0];
    assert_eq!(
        web.retry_on,
        RetryOn {
            connection: true,
            empty: true,
            junk: true,
            timeout: true,
            statuses: vec![404, 500, 502, 503, 504],
        }
    );
    let source = web.source.as_ref().unwrap();
    assert_eq!(
        source.interface.as_deref().map(String::as_str),
        Some("eth1")
    );
    assert!(
        matches!(&source.used, Some(UseSource::Header { name, occurrence: 2 }) if name.value == "x-client")
    );
    let a = &web.servers[0];
    assert_eq!(a.idle.most, None);
    assert_eq!(a.idle.reuse.as_ref().map(|n| n.value), Some(3));
    let source = a.source.as_ref().unwrap();
    assert_eq!(source.ports, Some((1000, 1010)));
    assert_eq!(source.used, Some(UseSource::Client));
    let sticks: Vec<bool> = web.servers.iter().map(|s| s.non_stick).collect();
    assert_eq!(sticks, [false, false, true]);
}

#[test]
fn only_foreign_addresses_and_marks_need_a_right() {
    let needs = |line: &str| {
        let text = format!(
            "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten web\n bind :80\n {line}\n server s 10.0.0.1:80\n"
        );
        haproxy(&text).config.needs_raw()
    };
    assert!(needs("source 0.0.0.0 usesrc clientip"));
    assert!(needs("server t 10.0.0.2:80 source 0.0.0.0 usesrc 10.9.9.9"));
    assert!(needs("http-request set-mark 7 if { path /x }"));
    assert!(!needs("source 10.0.0.9 interface eth1"));
    assert!(!needs("http-request set-tos 7"));
}
