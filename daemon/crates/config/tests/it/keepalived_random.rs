//! The same random files at every run: includes, definitions, repetitions, conditions and braces in
//! any order. Nothing panics, every finding can be shown, and what one reading says the next says.

use config::fuzz::{NEXT_FILE, keepalived};
use config::{Options, Source};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const CASES: u32 = 300;

/// Pieces of lines that the steps from text to keywords look at.
#[rustfmt::skip]
fn pieces() -> Vec<&'static str> {
    vec![
        "include 1.conf", "include ?.conf", "includea none", "includer 2.conf", "includem *.conf",
        "~SEQ(N, 1, 3)", "~SEQ(N, 3, -1, 1)", "~SEQx(N, a, 1f)", "~SEQ(N, 1, 99999999)", "~SEQ(",
        "~LST(N, a, b)", "~LST({N,M},{1,2},{3,4})", "~LST({N},{1,2})", "~LST(", "$N", "${N}",
        "${M", "$A=", "$A=x \\", "$A=$B", "$B=${A}x", "$A", "${_ENV HOME}", "${_ENV NONE}",
        "${_PWD}", "${_HASH}", "${_BANG}", "${_RANDOM 1 2}", "@id", "@^id", "@other", "@^", "@",
        "{", "}", "{ }", "\"", "\"a # b\"", "#", "!", "\\#", "\\", "\u{feff}", "\0", "\r",
        "#tandem: track_proxy weight", "global_defs {", "vrrp_instance V {", "vrrp_script s {",
        "virtual_server 10.0.0.1 80 {", "real_server 10.0.0.2 80 {", "HTTP_GET {", "url {",
        "virtual_server_group G {", "virtual_ipaddress {", "virtual_routes {", "virtual_rules {",
        "track_script {", "unicast_peer {", "authentication {", "vrrp_sync_group G {", "group {",
        "interface eth0", "virtual_router_id 1", "priority", "priority 300", "auth_pass a#b",
        "auth_type AH", "lvs_method TUN type gue", "nat_mask 1", "weight -300 reverse", "s weight",
        "script \"/bin/x 'a\"", "script \"\\x\"", "10.0.0.1/24 dev eth0", "10.0.0.1 10.0.0.2",
        "2001:db8::1/64", "default via 10.0.0.1", "from 10.0.0.0/8 table 100", "advert_int 0.001",
    ]
}

fn files() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(pieces());
    let glue = proptest::sample::select(vec![" ", "\n", "\n", "\n", "\n}\n", ""]);
    let next = proptest::sample::select(vec!["", "", "", "", "", "", "", NEXT_FILE]);
    proptest::collection::vec((piece, glue, next), 0..60).prop_map(|parts| {
        let mut text = String::new();
        for (piece, glue, next) in parts {
            text.push_str(piece);
            text.push_str(glue);
            if !next.is_empty() {
                text.push('\n');
                text.push_str(next);
                text.push('\n');
            }
        }
        text
    })
}

#[test]
fn the_language_survives_any_order_of_its_own_signs() {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    // Always the same numbers: a failure here is one that everybody sees.
    let rng = proptest::test_runner::TestRng::deterministic_rng(
        proptest::test_runner::RngAlgorithm::ChaCha,
    );
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&files(), |text| {
        keepalived(text.as_bytes());
        let source = [Source::new("k", text)];
        let parse = || config::keepalived::parse(&source, &Options::default());
        let (one, other) = (parse(), parse());
        prop_assert_eq!(one.diagnostics, other.diagnostics);
        prop_assert_eq!(one.config, other.config);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
