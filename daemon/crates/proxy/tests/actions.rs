//! Actions beside haproxy: what the origin saw and what the client got, from the same rules.

mod support;

use support::{Beside, Client, Origin};

/// For requests with `X-Case: N`; the target asked for.
const CASES: &[(&str, &str)] = &[
    ("http-request set-header X-A \"%[path] %[src]\"", "/a?b"),
    ("http-request add-header X-Old new", "/a"),
    ("http-request del-header X-Old", "/a"),
    ("http-request del-header X- -m beg", "/a"),
    ("http-request del-header -old -m end", "/a"),
    ("http-request del-header tw -m sub", "/a"),
    ("http-request del-header ^x-(old|two)$ -m reg", "/a"),
    (
        "http-request replace-header X-Old (.*)d \"\\1-%[path]\"",
        "/a",
    ),
    ("http-request replace-value X-Two ^(.) <\\1>", "/a"),
    ("http-request set-path /new%[path]", "/a?b=c"),
    ("http-request set-pathq /new?q", "/a?b=c"),
    ("http-request replace-path ^/(.) /x/\\1", "/a?b=c"),
    (
        "http-request replace-pathq ^/(.*)[?](.*) /\\2?\\1",
        "/a?b=c",
    ),
    ("http-request replace-uri ^/(.*) /u/\\1", "/a?b=c"),
    ("http-request set-uri /whole?x", "/a?b=c"),
    ("http-request set-query %[query,upper]", "/a?b=c"),
    ("http-request set-method OPTIONS", "/a"),
    ("http-request deny", "/a"),
    ("http-request deny deny_status 429", "/a"),
    (
        "http-request deny status 404 content-type text/plain string gone",
        "/a",
    ),
    (
        "http-request deny status 403 content-type text/plain lf-string \"no %[path]\" hdr X-Why because",
        "/a",
    ),
    ("http-request tarpit deny_status 403", "/a"),
    ("http-request return status 204", "/a"),
    (
        "http-request return status 200 content-type text/plain string hello hdr X-A %[path] hdr X-B b",
        "/a",
    ),
    ("http-request return status 503 errorfile PAGE", "/a"),
    ("http-request return status 503 errorfiles site", "/a"),
    ("http-request deny deny_status 502", "/a"),
    ("http-request deny deny_status 504", "/a"),
    (
        "http-request return status 200 content-type text/plain file TEXT",
        "/a",
    ),
    (
        "http-request return status 200 content-type text/plain lf-file TEXT",
        "/a",
    ),
    ("http-request redirect location /there", "/a"),
    (
        "http-request redirect location https://%[hdr(host)]%[pathq] code 308",
        "/a?b",
    ),
    (
        "http-request redirect prefix https://other code 301",
        "/a?b",
    ),
    (
        "http-request redirect prefix https://other drop-query",
        "/a?b",
    ),
    (
        "http-request redirect prefix / drop-query append-slash",
        "/a?b",
    ),
    (
        "http-request redirect scheme https code 303 set-cookie S=1",
        "/a?b",
    ),
    ("http-request redirect location /x clear-cookie S=", "/a?b"),
    (
        "http-request redirect location %[req.hdr(none)] ignore-empty",
        "/a",
    ),
    ("http-request auth realm Secret", "/a"),
    ("http-request auth", "/a"),
    ("http-request reject", "/a"),
    ("http-request set-var(txn.a) path", "/a"),
    (
        "http-response set-header X-R \"%[status] %[res.hdr(x-from)]\"",
        "/a",
    ),
    ("http-response set-status 418 reason Teapot", "/a"),
    ("http-response del-header X-From", "/a"),
    ("http-response replace-header X-From ^(.) \\1\\1", "/a"),
    ("http-response deny", "/a"),
    (
        "http-response return status 200 content-type text/plain string changed",
        "/a",
    ),
    ("http-response redirect location /there", "/a"),
    ("http-after-response set-header X-After %[status]", "/a"),
    ("http-after-response set-status 202", "/a"),
];

/// Variables that are set only when they, and the new values, are such.
const GUARDED: &str = "\
    http-request set-var(txn.a,ifexists) str(never)
    http-request set-var(txn.a,ifnotexists) str(first)
    http-request set-var(txn.a,ifnotexists) str(second)
    http-request set-var(txn.b,ifset) str(never)
    http-request set-var(txn.b,ifnotset) str(set)
    http-request set-var(txn.c) str(kept)
    http-request set-var(txn.c,ifnotempty) str()
    http-request set-var(txn.d) str(emptied)
    http-request set-var(txn.d,ifempty) str()
    http-request set-var(txn.e) int(5)
    http-request set-var(txn.e,ifgt) int(3)
    http-request set-var(txn.e,ifgt) int(4)
    http-request set-var(txn.f) int(5)
    http-request set-var(txn.f,iflt) int(3)
    http-request set-var(txn.f,iflt,ifexists) int(8)
    http-request set-var-fmt(txn.g,ifnotexists) %[path]!
    http-request set-var-fmt(txn.g,ifnotexists) never
    http-request set-header X-Guarded \"%[var(txn.a)] %[var(txn.b)] %[var(txn.c)] %[var(txn.d)] %[var(txn.e)] %[var(txn.f)] %[var(txn.g)]\"
";

fn config(folder: &str, origin: u16) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "global\n    nbthread 1\nhttp-errors site\n    errorfile 503 {folder}/page\nuserlist people\n    user anna insecure-password pass\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    timeout tarpit 50ms\nfrontend web\n    bind 127.0.0.1:PORT\n    monitor-uri /alive\n    monitor fail if {{ nbsrv(none) lt 1 }} {{ req.hdr(x-sick) -m found }}\n    errorfile 502 {folder}/endless\n    errorfile 504 {folder}/ends\n    http-error status 404 content-type text/plain string \"not here\"\n    http-request set-var(txn.case) req.hdr(x-case)\n    http-after-response set-header X-Always %[status]\n    http-request deny deny_status 404 if {{ path /nowhere }}\n"
    );
    text += GUARDED;
    for (n, (rule, _)) in CASES.iter().enumerate() {
        let rule = rule.replace("PAGE", &format!("{folder}/page"));
        let rule = rule
            .replace("TEXT", &format!("{folder}/text"))
            .replace('\\', "\\\\");
        let _ = writeln!(text, "    {rule} if {{ var(txn.case) -m str {n} }}");
    }
    let _ = write!(
        text,
        "    use_backend %[req.hdr(x-to)] if {{ req.hdr(x-to) -m found }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\nbackend other\n    http-request set-header X-Backend other\n    server s 127.0.0.1:{origin}\nbackend none\n"
    );
    text
}

/// Status, fields in order of their names, body; own pages and reasons are each proxy's own.
fn answer(port: u16, request: &str) -> Vec<String> {
    let mut client = Client::connect(port);
    client.send(request);
    let mut byte = [0];
    if std::io::Read::read(&mut support::beside::Peek(&client.0), &mut byte).unwrap_or(0) == 0 {
        return vec!["closed".to_owned()];
    }
    let (head, body) = client.response();
    let body = String::from_utf8_lossy(&body).replace(&port.to_string(), "PORT");
    let own = body.contains("<html>");
    let mut lines: Vec<String> = head
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            format!("{}:{value}", name.to_ascii_lowercase())
        })
        .filter(|line| !(own && line.starts_with("content-length")))
        .collect();
    lines.sort();
    // Without the reason: ours are our own.
    let status = head.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut seen: Vec<String> = body
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
            None => line.to_owned(),
        })
        .collect();
    seen.sort();
    if own {
        seen = vec!["own page".to_owned()];
    }
    [vec![status], lines, seen].concat()
}

#[test]
fn actions_do_what_they_do_in_haproxy() {
    let origin = Origin::start(|mut stream, _| {
        use std::io::Write;
        while let Some(head) = support::read_head(&mut stream) {
            let answer = format!(
                "HTTP/1.1 200 OK\r\nX-From: origin\r\nContent-Length: {}\r\n\r\n{head}",
                head.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let folder = std::env::temp_dir().join(format!("tandem-act-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("page"), "HTTP/1.0 503 Service Unavailable\r\nContent-Length: 11\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nsorry page\n").unwrap();
    std::fs::write(
        folder.join("endless"),
        "HTTP/1.1 502 No\r\nX-Own: yes\r\n\r\nuntil the end",
    )
    .unwrap();
    std::fs::write(
        folder.join("ends"),
        "HTTP/1.0 504 No\nContent-Length: 4\n\nends",
    )
    .unwrap();
    std::fs::write(folder.join("text"), "path %[path]\n").unwrap();
    let Some(both) = Beside::start(&config(folder.to_str().unwrap(), origin.port)) else {
        return;
    };
    let fields = "Host: h\r\nX-Old: old\r\nX-Two: a, b\r\nX-Two: c\r\n";
    let mut differ = Vec::new();
    let mut compare = |name: &str, request: String| {
        let (one, two) = (
            answer(both.theirs.port, &request),
            answer(both.ours.port, &request),
        );
        if one != two {
            differ.push(format!("{name}\n  haproxy: {one:?}\n  ours:    {two:?}"));
        }
    };
    for (n, (rule, target)) in CASES.iter().enumerate() {
        compare(
            rule,
            format!("GET {target} HTTP/1.1\r\n{fields}X-Case: {n}\r\n\r\n"),
        );
    }
    for (name, more, target) in [
        ("use_backend of a name", "X-To: other\r\n", "/a"),
        ("use_backend of no name", "X-To: nosuch\r\n", "/a"),
        ("a page of http-error", "", "/nowhere"),
        ("monitor-uri", "", "/alive"),
        ("monitor fail", "X-Sick: 1\r\n", "/alive"),
    ] {
        compare(name, format!("GET {target} HTTP/1.1\r\n{fields}{more}\r\n"));
    }
    let _ = std::fs::remove_dir_all(&folder);
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
}

/// Target, fields, and whether the log tells of it by its target.
const MONITORED: [(&str, &str, bool); 7] = [
    ("/alive", "", false),
    ("http://h/alive", "", false),
    ("/alive", "X-Sick: 1\r\n", false),
    ("/alive?x", "", true),
    ("/Alive", "", true),
    ("/last", "", true),
    ("/alive", "X-Bad: 1\r\n", false),
];

#[test]
fn monitors_are_answered_between_tcp_and_http_rules_and_not_logged() {
    let text = "global\n    nbthread 1\n    log 127.0.0.1:LOG local0\ndefaults\n    mode http\n    log global\n    log-format \"%HU %ST %tsc\"\n    timeout client 5s\nfrontend web\n    bind 127.0.0.1:PORT\n    monitor-uri /alive\n    monitor fail if { req.hdr(x-sick) 1 }\n    tcp-request content reject if { req.hdr(x-bad) 1 }\n    http-request deny\n";
    let Some(both) = Beside::start(text) else {
        return;
    };
    for (target, fields, logged) in MONITORED {
        let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        both.agree(&request, |port| answer(port, &request));
        if logged {
            let line = both.theirs.logged();
            assert!(line.starts_with(&format!("{target} 403")), "{line}");
            assert_eq!(line, both.ours.logged());
        }
    }
}

#[test]
fn the_first_line_counts_among_the_most_headers() {
    let origin = Origin::echo();
    let text = format!(
        "global\n    nbthread 1\n    tune.http.maxhdr 10\nlisten l\n    mode http\n    bind 127.0.0.1:PORT\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let status = |fields: usize| {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: h\r\n{}\r\n",
            "X: y\r\n".repeat(fields - 1)
        );
        both.agree(&request, |port| answer(port, &request)[0].clone())
    };
    assert_eq!(status(9), "HTTP/1.1 200");
    assert_eq!(status(10), "HTTP/1.1 400");
}
