//! Who gets the page, and in which forms.

use super::{alone, both, get, header, origin, status};

/// `admin:secret`
const RIGHT: &str = "Authorization: Basic YWRtaW46c2VjcmV0\r\n";
/// `admin:wrong`
const WRONG: &str = "Authorization: Basic YWRtaW46d3Jvbmc=\r\n";

#[test]
fn who_gets_the_page_is_who_gets_it_from_haproxy() {
    let origin = origin();
    let Some((_haproxy, theirs, _proxy, ours)) = both(&format!(
        "frontend web\n bind 127.0.0.1:PORT\n http-request allow if {{ path_beg /early }}\n\
         \x20stats enable\n stats uri /front\n stats realm Ops\\ room\n stats auth admin:secret\n stats auth other:word\n\
         \x20use_backend open if {{ path_beg /back }}\n use_backend early if {{ path_beg /early }}\n default_backend app\n\
         backend app\n server s 127.0.0.1:{}\n\
         backend open\n stats uri /back\n\
         \x20stats http-request deny if {{ hdr(x-no) 1 }}\n stats http-request allow if {{ hdr(x-yes) 1 }}\n\
         \x20stats http-request auth realm Elsewhere if {{ hdr(x-ask) 1 }}\n stats http-request auth if {{ hdr(x-login) 1 }}\n\
         backend early\n stats uri /early\n stats auth admin:secret\n",
        origin.port
    )) else {
        return;
    };
    for (target, headers) in [
        ("/front", ""),
        ("/front", RIGHT),
        ("/front", WRONG),
        ("/front;csv", WRONG),
        ("/frontier", RIGHT),
        ("/back", "X-No: 1\r\n"),
        ("/back", "X-Yes: 1\r\n"),
        ("/back", "X-Ask: 1\r\n"),
        ("/back", "X-Login: 1\r\n"),
        ("/other", ""),
        ("/back", ""),
        ("/back;csv", WRONG),
        ("/early", ""),
        ("/early", RIGHT),
    ] {
        let (one, _) = get(theirs, target, headers);
        let (two, _) = get(ours, target, headers);
        assert_eq!(status(&one), status(&two), "{target} {headers}");
        let realm = |head: &str| header(head, "www-authenticate").map(str::to_owned);
        assert_eq!(realm(&one), realm(&two), "{target} {headers}");
    }
}

#[test]
fn every_form_has_haproxys_columns_names_and_kinds() {
    let origin = origin();
    let Some((_haproxy, theirs, _proxy, ours)) = both(&format!(
        "listen web\n bind 127.0.0.1:PORT\n stats uri /stats\n stats show-legends\n\
         \x20server one 127.0.0.1:{port}\n server two 127.0.0.1:{port} disabled weight 3\n\
         backend other\n balance leastconn\n cookie SRV insert\n server one 127.0.0.1:{port} cookie a maxconn 7 maxqueue 9\n",
        port = origin.port
    )) else {
        return;
    };
    // Names of columns, and rows by their first two.
    let csv = |port, tail: &str| {
        let (head, body) = get(port, &format!("/stats{tail}"), "");
        assert_eq!(
            (status(&head), header(&head, "content-type")),
            (200, Some("text/plain"))
        );
        let rows: Vec<String> = body
            .lines()
            .map(|line| line.split(',').take(2).collect::<Vec<_>>().join(","))
            .collect();
        (body.lines().next().unwrap_or_default().to_owned(), rows)
    };
    for tail in [
        ";csv",
        ";csv;norefresh",
        ";up;csv",
        ";no-maint;csv",
        "?scope=oth;csv",
        "?scope=nothing;csv",
    ] {
        assert_eq!(csv(theirs, tail), csv(ours, tail), "{tail}");
    }
    // Each value that both have: place, name, kind and form; and the value where it does not move.
    let typed = |port| -> std::collections::BTreeMap<String, String> {
        let (_, body) = get(port, "/stats;typed", "");
        let pairs = body.lines().map(|line| {
            let mut parts = line.splitn(4, ':');
            let mut next = || parts.next().unwrap_or_default();
            let key = format!("{}:{}:{}", next(), next(), next());
            (key, next().to_owned())
        });
        pairs.collect()
    };
    let (one, two) = (typed(theirs), typed(ours));
    // Both modules' columns, connections that are kept, and what sees the connection of the one who asks.
    let not_measured = [
        "ssl_",
        "h1_",
        "h2_",
        "srv_icur",
        "safe_conn",
        "idle_conn",
        "need_conn",
    ];
    let moves = [
        "cur",
        "max",
        "stot",
        "rate",
        "bin",
        "bout",
        "tot",
        "time",
        "lastchg",
        "hrsp",
        "intercepted",
        "lastsess",
        "ereq",
    ];
    let mut compared = 0;
    for (key, value) in &one {
        if not_measured.iter().any(|part| key.contains(part)) {
            continue;
        }
        let own = two
            .get(key)
            .unwrap_or_else(|| panic!("{key} is not there: {two:#?}"));
        if !moves.iter().any(|part| key.contains(part)) {
            assert_eq!(own, value, "{key}");
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared}");
    for key in two.keys() {
        assert!(one.contains_key(key), "{key} is not haproxy's");
    }
    let json = |port| -> serde_json::Value {
        let (head, body) = get(port, "/stats;json", "");
        assert_eq!(header(&head, "content-type"), Some("application/json"));
        serde_json::from_str(&body).unwrap()
    };
    let (one, two) = (json(theirs), json(ours));
    assert_eq!(one[0][0], two[0][0]);
    assert_eq!(one.as_array().unwrap().len(), two.as_array().unwrap().len());
    let schema = |port| -> serde_json::Value {
        serde_json::from_str(&get(port, "/stats;json-schema", "").1).unwrap()
    };
    assert_eq!(schema(theirs), schema(ours));
}

#[test]
fn the_page_shows_what_it_may_and_loads_nothing() {
    let (_proxy, port) = alone(
        "frontend web\n bind 127.0.0.1:PORT\n description Behind <the> door\n stats uri /stats\n stats hide-version\n\
         \x20stats show-node lb<1>\n stats show-desc\n stats refresh 5s\n stats scope .\n stats scope app\n\
         backend app\n server s 127.0.0.1:9 disabled\n\
         backend hidden\n server s 127.0.0.1:9 disabled\n",
    );
    let (head, body) = get(port, "/stats;norefresh?scope=%3Cx%3E", "");
    assert_eq!(status(&head), 200);
    let policy = header(&head, "content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert_eq!(nonce.len(), 32);
    assert_eq!(body.matches(&format!("nonce=\"{nonce}\"")).count(), 4);
    for outside in ["http://", "https://", "//cdn", "@import", "url("] {
        let found = body.replace("http://www.w3.org/2000/svg", "");
        assert!(!found.contains(outside), "{outside}");
    }
    for shown in [
        "Statistics of lb&lt;1&gt;",
        "Behind &lt;the&gt; door",
        "\"every\":5000",
        "\"paused\":true",
        "value=\"&lt;x&gt;\"",
    ] {
        assert!(body.contains(shown), "{shown}\n{body}");
    }
    assert!(!body.contains(env!("CARGO_PKG_VERSION")));
    let (_, csv) = get(port, "/stats;csv", "");
    assert!(
        csv.contains("\napp,s,") && csv.contains("\nweb,FRONTEND,"),
        "{csv}"
    );
    assert!(!csv.contains("hidden"), "{csv}");
    assert!(
        !csv.contains("127.0.0.1:9"),
        "addresses are for show-legends: {csv}"
    );
    let (head, _) = get(port, "/stats;csv", "Authorization: Basic !!!\r\n");
    assert_eq!(status(&head), 200);
    // What is no request for the page goes where others go: here nobody answers.
    let (head, _) = super::ask(
        port,
        "DELETE /stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(status(&head), 503);
}
