//! Rules know on which line of which file they stand, for `last_rule_file` and `last_rule_line`.

use crate::said::valid;
use config::{Options, Source, haproxy};

fn parse(files: &[(&str, &str)]) -> haproxy::Config {
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    valid(haproxy::parse(&sources, &Options::default()))
}

const BASE: &str = "\
defaults base
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
    http-request deny if { path /no }
";

const SITE: &str = "
.if defined(NOTHING)
.endif
frontend web from base
    bind :80
    # a comment
    tcp-request content accept
    http-request allow
    redirect location /x if { path /y }
    http-response deny if { status 500 }
    default_backend app
backend app
    server s 10.0.0.1:80
";

#[test]
fn rules_stand_where_they_are_written_also_those_of_defaults() {
    let config = parse(&[("base.cfg", BASE), ("site.cfg", SITE)]);
    let web = config.frontends().next().expect("a frontend");
    let requests: Vec<Option<String>> = web
        .http_request
        .iter()
        .map(|rule| rule.location.as_ref().map(|place| format!("{place:?}")))
        .collect();
    let at = |place: &str| Some(place.to_owned());
    // The last one is 'redirect', which haproxy does not tell of.
    assert_eq!(requests, [at("base.cfg:6"), at("site.cfg:8"), None]);
    let response = web.http_response[0].location.as_ref().expect("a place");
    assert_eq!((&*response.file, response.line), ("site.cfg", 10));
    assert_eq!(web.tcp_rules[0].location.line, 7);
}

#[test]
fn a_rule_that_only_moved_means_the_same() {
    let moved = format!("\n\n{SITE}");
    let (one, two) = (
        parse(&[("base.cfg", BASE), ("site.cfg", SITE)]),
        parse(&[("other.cfg", BASE), ("moved.cfg", &moved)]),
    );
    assert_eq!(one, two);
    assert_eq!(format!("{one:+?}"), format!("{two:+?}"));
    let changed = SITE.replace("path /y", "path /z");
    assert_ne!(one, parse(&[("base.cfg", BASE), ("site.cfg", &changed)]));
}
