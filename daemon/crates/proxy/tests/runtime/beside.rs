//! The same commands to Debian's haproxy and to ours, with the same configuration: the same answers.

use crate::socket::{Place, talk};
use crate::support::haproxy::Haproxy;
use crate::support::{Origin, Proxy, free_port};
use std::path::Path;

struct Pair {
    ours: Place,
    theirs: Place,
    _proxy: Proxy,
    _haproxy: Option<Haproxy>,
    there: bool,
    _files: Vec<Place>,
}

const CONFIG: &str = "
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:PORT
    acl bad src -f BAD
    http-request deny if bad
    http-request set-header X %[path,map(MAP,def)]
    http-request set-header Y %[path,map_beg_int(NUMBERS,0)]
    http-request track-sc0 src
    stick-table type ip size 1k expire 1m store gpc0,http_req_rate(10s),conn_cur,gpt0,server_id,bytes_in_cnt
    default_backend b
backend b
    server s1 127.0.0.1:ORIGIN weight 10
    server s2 127.0.0.1:ORIGIN backup
    server s3 127.0.0.1:ORIGIN disabled agent-check agent-port 1
    server s4 127.0.0.1:ORIGIN check inter 1d
backend h
    balance source
    server s1 127.0.0.1:ORIGIN
listen t
    mode tcp
    bind 127.0.0.1:OTHER
    stick-table type string len 32 size 100 store conn_cnt
    server s1 127.0.0.1:ORIGIN
backend i
    stick-table type integer size 100 expire 10s store gpc(3),gpt(2),gpc_rate(2,10s),http_fail_cnt,http_fail_rate(5s)
backend k
    stick-table type ipv6 size 100 store gpc0,gpc1,gpc0_rate(3s),gpc1_rate(4s),conn_cnt,conn_rate(1s),conn_cur,sess_cnt,sess_rate(1s),http_req_cnt,http_req_rate(1s),http_err_cnt,http_err_rate(1s),bytes_in_cnt,bytes_in_rate(1s),bytes_out_cnt,bytes_out_rate(1s),gpt0
    stick on src
    server s1 127.0.0.1:ORIGIN
backend y
    stick-table type binary len 8 size 100 store server_key
";

impl Pair {
    fn start(level: &str) -> Self {
        // Checks connect, and that is all that is wanted.
        let origin = Origin::start(|_, _| {});
        let files = [
            ("bad", "10.0.0.1\n10.1.0.0/16\n"),
            ("map", "/a one\n/b two\n"),
            ("numbers", "/a 5\n"),
        ];
        let places: Vec<Place> = files.iter().map(|(name, _)| Place::new(name)).collect();
        for (place, (_, text)) in places.iter().zip(&files) {
            std::fs::write(&place.0, text).unwrap();
        }
        let path = |at: usize| places[at].0.display().to_string();
        let config = |socket: &Place, port: u16| {
            let global = format!(
                "global\n    maxconn 1000\n    nbthread 2\n    {}\n",
                socket.line(level)
            );
            let text = CONFIG.replace("PORT", &port.to_string());
            let text = text.replace("OTHER", &free_port().to_string());
            let text = text.replace("ORIGIN", &origin.port.to_string());
            let text = text.replace("BAD", &path(0)).replace("MAP", &path(1));
            global + &text.replace("NUMBERS", &path(2))
        };
        let (ours, theirs) = (Place::new("ours"), Place::new("theirs"));
        let port = free_port();
        let haproxy = Haproxy::start(&config(&theirs, port), port);
        let proxy = Proxy::start(&config(&ours, free_port()));
        Self {
            ours,
            theirs,
            _proxy: proxy,
            there: haproxy.is_some(),
            _haproxy: haproxy,
            _files: places,
        }
    }

    /// Everything that is answered differently.
    fn differences(&self, commands: &str) -> Vec<String> {
        if !self.there {
            eprintln!("skipped: haproxy is not installed");
            return Vec::new();
        }
        let lines = commands.lines().filter(|line| !line.trim().is_empty());
        let different = lines.filter_map(|line| {
            let text = line.trim().replace("\\n", "\n") + "\n";
            let said = |path: &Path| masked(&talk(path, text.as_bytes()));
            let (ours, theirs) = (said(&self.ours.0), said(&self.theirs.0));
            (ours != theirs).then(|| format!("{line}\n  ours   {ours:?}\n  theirs {theirs:?}"))
        });
        different.collect()
    }
}

/// Without what differs by nature: places in memory, ages, and the helps of commands.
fn masked(said: &str) -> String {
    let mut out = String::new();
    for line in said.split_inclusive('\n') {
        if line.starts_with("  ") && line.contains(": ") {
            continue;
        }
        let words = line.split(' ').map(|word| match word.split_once('=') {
            Some(("exp", left)) if left.len() > 1 => "exp=…".to_owned(),
            _ if word.starts_with("0x") => "0x…".to_owned(),
            _ => word.to_owned(),
        });
        out.push_str(&words.collect::<Vec<_>>().join(" "));
    }
    out
}

fn same(pair: &Pair, commands: &str) {
    let different = pair.differences(commands);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn servers_are_weighed_moved_and_taken_out_in_the_same_words() {
    let pair = Pair::start("level admin");
    same(&pair, include_str!("servers.txt"));
}

#[test]
fn tables_and_patterns_are_read_and_changed_in_the_same_words() {
    let pair = Pair::start("level admin");
    same(&pair, include_str!("tables.txt"));
    same(&pair, include_str!("patterns.txt"));
}

#[test]
fn the_language_around_commands_is_the_same() {
    let pair = Pair::start("level admin");
    same(&pair, include_str!("language.txt"));
}

#[test]
fn levels_allow_and_forbid_the_same() {
    for level in ["level user", "", "level admin"] {
        let pair = Pair::start(level);
        same(&pair, include_str!("levels.txt"));
    }
}
