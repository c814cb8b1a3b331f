//! Work grows with the text, not faster: ten times the lines take about ten times the
//! processor time, whatever the lines are; also when each of them is wrong. A release build reads
//! 100,000 lines of each kind in a second.

use crate::said::haproxy;
use std::fmt::Write;
use std::time::Duration;

/// A text of about so many lines.
type Shape = fn(usize) -> String;

const HEAD: &str = "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n log 127.0.0.1 local0\n";

fn lines(head: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = format!("{HEAD}{head}");
    for n in 0..count {
        let _ = writeln!(text, "{}", line(n));
    }
    text
}

const SHAPES: &[(&str, Shape)] = &[
    ("servers of one backend", |count| {
        lines("backend b\n", count, |n| {
            format!(" server s{n} 10.{}.{}.1:80 check", n / 250 % 250, n % 250)
        })
    }),
    ("acls and rules of one frontend", |count| {
        lines("backend b\nfrontend f\n bind :80\n", count / 2, |n| {
            format!(" acl a{n} path_beg /{n}\n use_backend b if a{n}")
        })
    }),
    ("backends", |count| {
        lines("", count / 3, |n| {
            format!("backend b{n}\n balance leastconn\n server s 10.0.0.1:80")
        })
    }),
    ("frontends with an address each", |count| {
        lines("backend b\n", count / 3, |n| {
            let (a, b) = (n / 250 % 250, n % 250);
            format!(
                "frontend f{n}\n bind 10.0.{a}.{b}:{}\n default_backend b",
                1 + n % 60000
            )
        })
    }),
    ("headers", |count| {
        lines("frontend f\n bind :80\n", count, |n| {
            format!(" http-request set-header X-{n} \"%[src] %{{+Q}}r {n}\" if {{ path /{n} }}")
        })
    }),
    ("unknown keywords", |count| {
        lines("backend b\n", count, |n| {
            format!(" blance{} roundrobin", n % 7)
        })
    }),
    ("unknown keywords, each another", |count| {
        lines("backend b\n", count, |n| format!(" blance{n} roundrobin"))
    }),
    ("unknown words of servers", |count| {
        lines("backend b\n", count, |n| {
            format!(" server s{n} 10.0.0.1:80 chek{n} weigth 5 inter 5lightyears")
        })
    }),
    ("unknown samples and converters", |count| {
        lines("frontend f\n bind :80\n", count, |n| {
            format!(" http-request set-header X %[req.hdrx{n}(a),lowerr{n}]")
        })
    }),
    ("bad values", |count| {
        lines("backend b\n", count / 4, |n| {
            format!(
                " balance url_param\n timeout server {n}q\n http-check expect status {n}x\n option httpchk{n}"
            )
        })
    }),
    ("names that are taken", |count| {
        lines("backend b\n", count, |n| {
            format!(" server same 10.0.0.1:{}", 1 + n % 60000)
        })
    }),
    ("conditions without an end", |count| {
        lines("frontend f\n bind :80\n", count, |n| {
            format!(" http-request deny if {{ path /{n} or nope{n} \"")
        })
    }),
    ("lines outside of any section", |count| {
        (0..count).fold(String::new(), |text, n| text + &format!("bind{n} :80\n"))
    }),
    ("checks, captures, tables and formats", |count| {
        lines("listen l\n bind :80\n option httpchk\n", count / 4, |n| {
            format!(
                " http-check expect rstring ^a{n}$\n http-response set-header X-{n} %[res.hdr(x),lower]\n \
                 capture request header X-{n} len 10\n http-request track-sc0 src table l if {{ path_reg ^/{n}$ }}"
            )
        })
    }),
    ("unknown names", |count| {
        lines("frontend f\n bind :80\n", count, |n| {
            format!(" use_backend nob{n} if nope{n}")
        })
    }),
    ("unset variables", |count| {
        lines("frontend f\n bind :80\n", count, |n| {
            format!(" http-request set-header X \"${{NOPE{n}}}\"")
        })
    }),
    ("skipped blocks", |count| {
        lines("frontend f\n bind :80\n", count / 3, |n| {
            format!(".if streq({n},x) && defined(A{n})\n nonsense {n}\n.endif")
        })
    }),
    ("variables that are set", |count| {
        lines("global\n", count / 2, |n| {
            format!(" setenv A{n} b{n}\n.notice \"${{A{n}}}\"")
        })
    }),
    ("users", |count| {
        lines("userlist u\n", count, |n| {
            format!(" user u{n} insecure-password p{n} groups g")
        })
    }),
    ("secrets in wrong lines", |count| {
        lines("userlist u\n", count, |n| {
            format!(" user u{n} insecure-password secret{n} grups g{n}")
        })
    }),
    ("log lines with rings", |count| {
        lines("", count / 2, |n| format!("ring r{n}\n size 32768"))
    }),
];

/// Processor time of this thread for reading a text, the least of a few tries: other tests run
/// beside and take caches away.
fn cost(text: &str, tries: u32) -> Duration {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).expect("a time since the start")
    };
    let once = |_| {
        let start = now();
        let parsed = haproxy(text);
        assert!(!parsed.sources.is_empty());
        now().saturating_sub(start)
    };
    (0..tries).map(once).min().unwrap_or_default()
}

const SECOND: Duration = Duration::from_secs(1);
/// What a machine of many takes away counts as this thread's time, too: it passes.
const MEASURED: usize = 4;

/// What was measured, where it is more than it should be.
fn too_slow((small, large): &(String, String)) -> Option<String> {
    let (small, large) = (cost(small, 3), cost(large, 2));
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    // Caches and neighbours cost something, up to twice the time; squared growth would be a hundred.
    let late = !cfg!(debug_assertions) && large > SECOND;
    (ratio > 40.0 || late).then(|| format!("{small:?} became {large:?}"))
}

#[test]
fn ten_times_the_lines_take_about_ten_times_the_work() {
    // A release build reads 100,000 lines; a debug build is slower by far and reads fewer.
    let most = if cfg!(debug_assertions) {
        10_000
    } else {
        100_000
    };
    let mut slow = Vec::new();
    for (name, shape) in SHAPES {
        let texts = (shape(most / 10), shape(most));
        let said = (0..MEASURED).map_while(|_| too_slow(&texts));
        let said: Vec<String> = said.collect();
        if said.len() == MEASURED {
            slow.push(format!("{name}: {}", said.join("; ")));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
