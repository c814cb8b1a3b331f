//! The support table is complete: every keyword that Debian's haproxy has registered
//! (`haproxy -dKall`) stands in it.

use config::registry;
use std::process::Command;

/// One line of a part of the list: the group and the keyword of our table. `None` for what no
/// configuration names.
fn place<'l>(part: &str, section: &str, words: &[&'l str]) -> Option<(&'static str, &'l str)> {
    let bare = |word: &'l str| word.split(['(', ':', '*']).next().unwrap_or("");
    Some(match (part, words) {
        ("configuration", ["bind", "<addr>", "ssl", word, ..] | ["bind", "<addr>", word, ..]) => {
            ("bind", *word)
        }
        ("configuration", ["server", "<name>", "<addr>", word, ..]) => ("server", *word),
        ("configuration", ["option", word, ..]) => ("option", *word),
        ("configuration", ["http-request", word, ..]) => ("http-request", bare(word)),
        ("configuration", ["http-response", word, ..]) => ("http-response", bare(word)),
        ("configuration", ["http-after-response", word, ..]) => ("http-after-response", bare(word)),
        ("configuration", ["tcp-request", phase, word, ..]) => {
            let group = match *phase {
                "connection" => "tcp-request connection",
                "session" => "tcp-request session",
                _ => "tcp-request content",
            };
            (group, bare(word))
        }
        ("configuration", ["tcp-response", "content", word, ..]) => {
            ("tcp-response content", bare(word))
        }
        ("configuration", [word, ..]) => match section {
            "global" => ("global", *word),
            "listen" => ("proxy", *word),
            // Users and groups, peers, lines of certificate lists.
            _ => return None,
        },
        ("converter", [word, ..]) => ("converter", bare(word)),
        ("fetch", ["[", rest @ ..]) => {
            let mut rest = rest.iter().skip_while(|word| **word != "]");
            ("fetch", bare(rest.nth(1)?))
        }
        _ => return None,
    })
}

#[test]
fn every_keyword_of_haproxy_is_in_the_support_table() {
    let output = Command::new("/usr/sbin/haproxy")
        .args(["-dKall", "-q", "-c", "-f", "/dev/null"])
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: the Debian package 'haproxy' is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let table = registry::haproxy();
    let (mut missing, mut seen) = (Vec::new(), 0);
    let (mut part, mut section) = ("", "");
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# List of registered ") {
            part = match title.split(' ').next() {
                Some("configuration") => "configuration",
                Some("sample") if title.contains("converter") => "converter",
                Some("sample") => "fetch",
                _ => "",
            };
            continue;
        }
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if part == "configuration" && !line.starts_with('\t') {
            section = words.first().copied().unwrap_or("");
            continue;
        }
        let Some((group, keyword)) = place(part, section, &words) else {
            continue;
        };
        // `track-sc*` stands for its numbers.
        let known = |keyword: &str| table.find(group, keyword).is_some();
        seen += 1;
        if !keyword.is_empty() && !known(keyword) && !known(&format!("{keyword}0")) {
            missing.push(format!("{group} {keyword}"));
        }
    }
    assert!(seen > 1000, "{seen}");
    assert!(
        missing.is_empty(),
        "not in the table: {}",
        missing.join(", ")
    );
}

#[test]
fn every_derived_acl_keyword_of_haproxy_is_read() {
    let output = Command::new("/usr/sbin/haproxy")
        .args(["-dKacl", "-q", "-c", "-f", "/dev/null"])
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: the Debian package 'haproxy' is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let keywords: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" = "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(keywords.len() > 60, "{text}");
    let unknown: Vec<&str> = keywords
        .into_iter()
        .filter(|keyword| {
            let text = format!("frontend f\n mode http\n bind :1\n acl a {keyword}(x) 1\n");
            let parsed = crate::said::haproxy(&text);
            parsed
                .errors()
                .any(|error| error.message.contains("unknown"))
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
