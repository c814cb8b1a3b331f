//! Random input: nothing panics, spans stay inside, and both parsers are deterministic.

use config::{Options, Source, registry};
use proptest::prelude::*;

fn words() -> Vec<String> {
    let mut words: Vec<String> = registry::haproxy()
        .entries()
        .chain(registry::keepalived().entries())
        .map(|entry| entry.keyword.to_owned())
        .collect();
    let others = [
        "{",
        "}",
        "!",
        "||",
        "or",
        "if",
        "unless",
        "\"",
        "'",
        "\\",
        "#",
        "${A}",
        "$A",
        "$A=b",
        "~SEQ(A,1,3)",
        "~LST({A,B},{1,2})",
        "@id",
        "@^id",
        "10.0.0.1",
        "10.0.0.1:80",
        "[::1]:80",
        "::1/64",
        "*:80-82",
        "5s",
        "0",
        "-1",
        "999999999999",
        "%[src]",
        "%[",
        "%{+Q}ci",
        "%%",
        "hdr(host)",
        "path_beg",
        "-m",
        "-i",
        "--",
        "(",
        ")",
        ",",
        "你好",
        "\u{feff}",
        "\\x4",
        "PASS",
        "MASTER",
        "include",
        "#tandem: track_proxy",
        "eq",
        "1:5",
    ];
    words.extend(others.map(str::to_owned));
    words
}

fn both(text: &str) {
    config::fuzz::haproxy(text.as_bytes());
    config::fuzz::keepalived(text.as_bytes());
    let source = [Source::new("f", text)];
    let parse = || config::haproxy::parse(&source, &Options::default()).config;
    assert_eq!(parse(), parse());
    let parse = || config::keepalived::parse(&source, &Options::default()).config;
    assert_eq!(parse(), parse());
}

/// Lines of known words in any order, under section headers now and then.
fn soup() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(words());
    let glue = proptest::sample::select(vec![
        " ", " ", " ", "\n", "\n ", "", "\t", "\r\n", " {\n", "\n}\n",
    ]);
    let head = proptest::sample::select(vec![
        "",
        "global\n",
        "defaults\n",
        "frontend f\n",
        "listen l\n mode http\n",
        "backend b\n",
        "global_defs {\n",
        "vrrp_instance V {\n",
        "vrrp_script s {\n",
    ]);
    (head, proptest::collection::vec((word, glue), 0..40)).prop_map(|(head, words)| {
        let mut text = head.to_owned();
        for (word, glue) in words {
            text.push_str(&word);
            text.push_str(glue);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn known_words_in_any_order_never_panic(text in soup()) {
        both(&text);
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,200}") {
        both(&text);
    }

    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        both(&String::from_utf8_lossy(&bytes));
    }
}
