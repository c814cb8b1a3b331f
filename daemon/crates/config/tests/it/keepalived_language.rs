//! Comments, definitions, repetition, includes, braces.

use crate::said::{errors, keepalived, said, valid};
use config::{FileLoader, Options, Source};

/// Addresses of the one instance that `body` is put into.
fn addresses(head: &str, body: &str) -> Vec<String> {
    let text = format!(
        "{head}\nvrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{\n{body}\n }}\n}}\n"
    );
    let config = valid(keepalived(&text));
    config.instances[0]
        .vips
        .iter()
        .map(|vip| vip.address.value.to_string())
        .collect()
}

#[test]
fn comments_begin_anywhere_outside_quotes() {
    let config = valid(keepalived(
        "! all\nglobal_defs { # here\n router_id \"a#b!c\" ! there\n}\nvrrp_script s {\n script \"x\" # \"\n}\n",
    ));
    assert_eq!(config.global.router_id.unwrap().value, "a#b!c");
}

#[test]
fn an_escaped_comment_sign_is_literal() {
    let config = valid(keepalived("global_defs {\n router_id a\\#b\\!c#d\n}\n"));
    assert_eq!(config.global.router_id.unwrap().value, "a#b!c");
}

#[test]
fn the_magic_comment_works_inside_an_instance_only() {
    let parsed = keepalived("#tandem: track_proxy\nglobal_defs {\n#tandem: nonsense\n}\n");
    assert_eq!(
        errors(&parsed),
        [
            "error 1:1 unknown keyword '#tandem:track_proxy' in the file [#tandem: track_proxy] => '#tandem:track_proxy' belongs into vrrp_instance",
            "error 3:1 unknown keyword '#tandem:nonsense' in global_defs [#tandem: nonsense]",
        ]
    );
}

#[test]
fn lines_with_an_id_belong_to_that_machine() {
    let text =
        "global_defs {\n @a router_id first\n @b router_id second\n @^a smtp_helo_name other\n}\n";
    for (id, router, helo) in [("a", "first", None), ("b", "second", Some("other"))] {
        let options = Options {
            config_id: id,
            ..Options::default()
        };
        let config = config::keepalived::parse(&[Source::new("k", text)], &options).config;
        assert_eq!(config.global.router_id.unwrap().value, router);
        assert_eq!(
            config
                .global
                .mail
                .helo_name
                .map(|name| name.value)
                .as_deref(),
            helo
        );
    }
}

#[test]
fn definitions_are_substituted_recursively_and_at_use() {
    let head = "$NET=10.0\n$ADDRESS=${NET}.0.1\n$NET=10.9";
    assert_eq!(
        addresses(head, "$ADDRESS\n${NET}.3.4"),
        ["10.9.0.1", "10.9.3.4"]
    );
}

#[test]
fn a_definition_of_several_lines_gives_several_lines() {
    let head = "$ALL=\\\n10.0.0.1\\\n10.0.0.2 # the last\n";
    assert_eq!(addresses(head, "$ALL"), ["10.0.0.1", "10.0.0.2"]);
}

#[test]
fn a_definition_that_contains_itself_is_refused() {
    let parsed = keepalived("$A=${B}x\n$B=${A}y\nglobal_defs {\n router_id $A\n}\n");
    assert_eq!(
        errors(&parsed)[0],
        "error 4:2 a definition contains itself [router_id $A] => define each name by others only"
    );
}

#[test]
fn sequences_and_lists_repeat_their_line() {
    assert_eq!(
        addresses("", "~SEQ(N, 2, 4) 10.0.0.${N}/24"),
        ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
    );
    assert_eq!(
        addresses("", "~SEQ(N, 9, -4, 1) 10.0.0.$N"),
        ["10.0.0.9", "10.0.0.5", "10.0.0.1"]
    );
    assert_eq!(
        addresses("", "~SEQx(N, 9, b) 2001:db8::$N"),
        ["2001:db8::9", "2001:db8::a", "2001:db8::b"]
    );
    assert_eq!(
        addresses("", "~LST(A, 1, 7) 10.0.0.$A"),
        ["10.0.0.1", "10.0.0.7"]
    );
    assert_eq!(
        addresses("", "~LST({A,B},{1,2},{3,4}) 10.0.${A}.$B"),
        ["10.0.1.2", "10.0.3.4"]
    );
    assert_eq!(
        addresses("", "~SEQ(A, 1, 2) ~SEQ(B, 3, 4) 10.0.${A}.$B"),
        ["10.0.1.3", "10.0.1.4", "10.0.2.3", "10.0.2.4"]
    );
}

#[test]
fn a_sequence_without_end_is_refused() {
    let parsed = keepalived("~SEQ(N, 1, 99999999) router_id $N\n~SEQ(N) x\n");
    assert_eq!(errors(&parsed).len(), 2);
    assert!(
        errors(&parsed)[0].contains("this sequence or list cannot be read [~SEQ(N, 1, 99999999)]")
    );
}

#[test]
fn variables_of_the_environment_come_from_the_injected_map() {
    let env = [("HOST".to_owned(), "lb-a".to_owned())].into();
    let options = Options {
        env: &env,
        ..Options::default()
    };
    let text = "global_defs {\n router_id ${_ENV HOST}\n smtp_helo_name ${_ENV NONE}x\n}\n";
    let parsed = config::keepalived::parse(&[Source::new("k", text)], &options);
    assert_eq!(
        parsed.config.global.router_id.as_ref().unwrap().value,
        "lb-a"
    );
    assert!(
        said(&parsed)
            .iter()
            .any(|line| line.contains("the variable 'NONE' is not set"))
    );
}

#[test]
fn braces_may_stand_anywhere_on_a_line() {
    for text in [
        "global_defs { router_id a }",
        "global_defs{\nrouter_id a\n}",
        "global_defs\n{\nrouter_id a }",
        "global_defs {\r\n  router_id a\r\n}\r\n",
    ] {
        let config = valid(keepalived(text));
        assert_eq!(config.global.router_id.unwrap().value, "a", "{text:?}");
    }
}

#[test]
fn unbalanced_braces_are_said() {
    assert_eq!(
        errors(&keepalived("global_defs {\n router_id a\n")),
        ["error 1:13 this block is never closed [{] => add a '}' at its end"]
    );
    assert_eq!(
        errors(&keepalived("}\n{ }\n")),
        [
            "error 1:1 this '}' closes nothing [}] => remove it, or look for the '{' that is missing above",
            "error 2:1 this '{' follows no keyword [{] => write the keyword of the block in front of it",
        ]
    );
}

struct Files;

impl FileLoader for Files {
    fn load(&self, pattern: &str, relative_to: &str) -> Vec<(String, String)> {
        match pattern {
            "part.conf" => vec![(
                format!("{relative_to}/part"),
                "router_id included\nnonsense\n".into(),
            )],
            "loop.conf" => vec![("loop.conf".into(), "include loop.conf\n".into())],
            _ => Vec::new(),
        }
    }
}

#[test]
fn includes_are_read_in_place_and_keep_their_own_positions() {
    let options = Options {
        files: &Files,
        ..Options::default()
    };
    let text = "global_defs {\n include part.conf\n}\ninclude loop.conf\ninclude gone*.conf\nincludem must.conf\n";
    let parsed = config::keepalived::parse(&[Source::new("k", text)], &options);
    assert_eq!(
        parsed.config.global.router_id.as_ref().unwrap().value,
        "included"
    );
    let places: Vec<(&str, u32)> = parsed
        .diagnostics
        .iter()
        .map(|d| {
            (
                parsed.sources.path(d.span.file),
                parsed.sources.position(d.span).line,
            )
        })
        .collect();
    assert_eq!(
        places,
        [("k", 5), ("k", 6), ("k/part", 2), ("loop.conf", 1)]
    );
    assert_eq!(parsed.errors().count(), 3);
}
