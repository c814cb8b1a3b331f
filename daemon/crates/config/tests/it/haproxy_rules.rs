use crate::said::{errors, haproxy, said, valid};
use config::haproxy::model::*;

fn proxy(rules: &str) -> Proxy {
    let text = format!(
        "frontend web\n mode http\n bind :80\n timeout client 5s\n default_backend b\n{rules}\n\
         backend b\n mode http\n timeout server 5s\n timeout connect 5s\n server s 10.0.0.1:80\n"
    );
    valid(haproxy(&text)).proxies.remove(0)
}

fn test_of(condition: &Condition, row: usize, at: usize) -> &Test {
    match &condition.any_of[row][at].test.value {
        TestRef::Anonymous(test) => test,
        TestRef::Named(_) => panic!("an anonymous test"),
    }
}

#[test]
fn conditions_are_an_or_of_ands_with_negation() {
    let web = proxy(
        " acl api path_beg -i /api /v2\n acl api hdr(host) api.example.com\n acl local src 10.0.0.0/8 ::1\n\
         use_backend b if api !local || { method POST } ! { dst_port 8000:8100 gt 9000 } or TRUE\n",
    );
    assert_eq!(web.acls.len(), 2);
    assert_eq!(
        web.acls[0].any_of.len(),
        2,
        "lines of one name are joined by or"
    );
    let condition = web.use_backends[0].condition.as_ref().unwrap();
    assert!(!condition.unless);
    let shape: Vec<Vec<bool>> = condition
        .any_of
        .iter()
        .map(|row| row.iter().map(|term| term.negated).collect())
        .collect();
    assert_eq!(shape, [vec![false, true], vec![false, true], vec![false]]);
    assert_eq!(condition.any_of[0][0].test.value, TestRef::Named(AclId(0)));
    assert_eq!(
        test_of(condition, 1, 0).matching,
        MatchKind::Str(vec!["POST".into()])
    );
    let ports = MatchKind::Int(vec![IntTest::Range(8000, 8100), IntTest::Gt(9000)]);
    assert_eq!(test_of(condition, 1, 1).matching, ports);
    assert_eq!(
        test_of(condition, 2, 0).sample.fetch.value,
        Fetch::AlwaysTrue
    );
}

#[test]
fn fetches_with_suffixes_flags_and_converters_are_typed() {
    let web = proxy(
        " acl a hdr_beg(host) -i www.\n acl b req.hdr(x-forwarded-for,-1),lower -m sub foo\n \
         acl c path -m reg ^/[a-z]+$\n acl d ssl_fc\n acl e url_param(id) -m found\n \
         acl f req.cook(sid),length gt 10\n",
    );
    let test = |at: usize| &web.acls[at].any_of[0].value;
    let host = HeaderFetch {
        name: Some("host".into()),
        occurrence: None,
        full_line: false,
    };
    assert_eq!(test(0).sample.fetch.value, Fetch::ReqHeader(host));
    assert_eq!(test(0).matching, MatchKind::Beg(vec!["www.".into()]));
    assert!(test(0).ignore_case);
    let last = HeaderFetch {
        name: Some("x-forwarded-for".into()),
        occurrence: Some(-1),
        full_line: false,
    };
    assert_eq!(test(1).sample.fetch.value, Fetch::ReqHeader(last));
    assert_eq!(test(1).sample.converters[0].value, Converter::Lower);
    assert_eq!(test(2).matching, MatchKind::Reg(vec!["^/[a-z]+$".into()]));
    assert_eq!(test(3).matching, MatchKind::Bool);
    assert_eq!(test(4).matching, MatchKind::Found);
    assert_eq!(test(5).matching, MatchKind::Int(vec![IntTest::Gt(10)]));
}

#[test]
fn header_rules_keep_their_formats() {
    let web = proxy(
        " http-request set-header X-Real-IP %[src]\n \
         http-request add-header X-Via \"%ci:%cp via %[req.hdr(host),upper] 100%%\" unless { ssl_fc }\n \
         http-request del-header X-Secret -m beg\n http-response del-header Server\n",
    );
    let HttpAction::SetHeader { name, value } = &web.http_request[0].action.value else {
        panic!("set-header first")
    };
    assert_eq!(name.value, "X-Real-IP");
    assert!(matches!(&value.parts[..], [FormatPart::Sample { .. }]));
    let HttpAction::AddHeader { value, .. } = &web.http_request[1].action.value else {
        panic!("add-header second")
    };
    let shape: Vec<String> = value
        .parts
        .iter()
        .map(|part| match part {
            FormatPart::Literal(text) => format!("'{text}'"),
            FormatPart::Variable { name, .. } => name.value.clone(),
            FormatPart::Sample { sample, .. } => format!("{} converters", sample.converters.len()),
        })
        .collect();
    assert_eq!(
        shape,
        ["ci", "':'", "cp", "' via '", "1 converters", "' 100%'"]
    );
    assert!(web.http_request[1].condition.as_ref().unwrap().unless);
    assert!(matches!(
        web.http_request[2].action.value,
        HttpAction::DelHeader {
            matching: NameMatch::Beginning,
            ..
        }
    ));
    assert!(matches!(
        web.http_response[0].action.value,
        HttpAction::DelHeader {
            matching: NameMatch::Whole,
            ..
        }
    ));
}

#[test]
fn redirects_denials_and_answers_are_typed() {
    let web = proxy(
        " http-request redirect scheme https code 301 unless { ssl_fc }\n redirect location /new \
         drop-query if { path /old }\n http-request deny deny_status 429 if { src 192.0.2.1 }\n \
         http-request return status 200 content-type text/plain string ok if { path /alive }\n \
         http-request tarpit\n",
    );
    let HttpAction::Redirect(first) = &web.http_request[0].action.value else {
        panic!("redirect")
    };
    assert_eq!(first.code.value, 301);
    assert!(matches!(first.kind, RedirectKind::Scheme(_)));
    let HttpAction::Redirect(second) = &web.http_request[4].action.value else {
        panic!("redirect")
    };
    assert!(second.drop_query && second.code.value == 302);
    let HttpAction::Deny(reply) = &web.http_request[1].action.value else {
        panic!("deny")
    };
    assert_eq!(reply.status.value, 429);
    let HttpAction::Return(reply) = &web.http_request[2].action.value else {
        panic!("return")
    };
    let body = reply.body.as_ref().unwrap();
    let Content::Text(text) = &body.content else {
        panic!("a text")
    };
    assert_eq!((reply.status.value, text.text.value.as_str()), (200, "ok"));
    assert_eq!(body.content_type.as_ref().unwrap().value, "text/plain");
    let HttpAction::Tarpit(reply) = &web.http_request[3].action.value else {
        panic!("tarpit")
    };
    assert_eq!(reply.status.value, 500);
}

#[test]
fn a_rule_whose_condition_cannot_be_read_is_left_out() {
    let parsed = haproxy(
        "frontend web\n mode http\n bind :80\n timeout client 5s\n http-request deny if { path_bge /x }\n \
         http-request deny if nosuch\n http-request deny if { path /x\n http-request deny if { path /y } or\n \
         http-request allow\n",
    );
    assert_eq!(parsed.config.proxies[0].http_request.len(), 1);
    assert_eq!(
        errors(&parsed),
        [
            "error 5:25 unknown sample fetch 'path_bge' [path_bge] => did you mean 'path_beg'?",
            "error 6:23 there is no ACL 'nosuch' above this line [nosuch] => write 'acl nosuch …' above this line",
            "error 7:23 this '{' is never closed [{] => write '}' with blanks around it",
            "error 8:35 a test is missing here [or] => write a test on both sides of 'or'",
        ]
    );
}

#[test]
fn integer_tests_compare_as_written() {
    assert!(IntTest::Range(1, 3).holds(3) && !IntTest::Range(1, 3).holds(4));
    assert!(IntTest::Ge(5).holds(5) && !IntTest::Gt(5).holds(5));
    assert!(IntTest::Le(5).holds(5) && !IntTest::Lt(5).holds(5) && IntTest::Eq(5).holds(5));
}

#[test]
fn networks_contain_what_their_prefix_says() {
    let net = |text: &str| -> IpNet {
        let parsed = haproxy(&format!(
            "defaults\n option forwardfor except {text}\nlisten a\n"
        ));
        *parsed.config.proxies[0]
            .options
            .forwardfor
            .as_ref()
            .unwrap()
            .except
            .unwrap()
    };
    let ip = |text: &str| text.parse().unwrap();
    assert!(net("10.0.0.0/8").contains(ip("10.200.3.4")));
    assert!(!net("10.0.0.0/8").contains(ip("11.0.0.1")));
    assert!(net("10.0.0.0/255.255.0.0").contains(ip("10.0.9.9")));
    assert!(net("0.0.0.0/0").contains(ip("255.1.2.3")));
    assert!(
        net("10.0.0.0/8").contains(ip("::ffff:10.1.1.1")),
        "a mapped IPv4 client"
    );
    assert!(net("2001:db8::/32").contains(ip("2001:db8:1::1")));
    assert!(!net("2001:db8::/32").contains(ip("2001:db9::1")));
    assert!(net("::/0").contains(ip("fe80::1")));
}

#[test]
fn hashes_and_their_bounds_are_checked() {
    let parsed = haproxy(
        "backend b\n balance hash\n hash-type consistent wt6\n hash-type ring\n hash-balance-factor 50\n \
         hash-balance-factor\n balance uri deep 3\n balance hash nofetch(1)\n",
    );
    assert_eq!(
        said(&parsed)[1..],
        [
            "error 2:14 the expression is missing [] => write e.g. 'balance hash req.hdr(x-user)'",
            "error 3:23 'wt6' is not a hash function with a published definition [wt6] => write 'sdbm avalanche' or 'djb2 avalanche', which the manual names beside it",
            "error 4:12 'ring' is not a method [ring] => write 'consistent' or 'map-based'",
            "error 5:22 '50' is not a factor that leaves room [50] => write a percentage of the average above 100, e.g. 150; 0 turns it off",
            "error 6:21 the factor is missing [] => write e.g. 'hash-balance-factor 150'",
            "error 7:14 'deep' is not a parameter of 'balance uri' [deep] => it takes len, depth, whole, path-only",
            "error 8:15 unknown sample fetch 'nofetch' [nofetch]",
        ]
    );
}

#[test]
fn changes_of_patterns_name_a_file_that_is_read() {
    let parsed = haproxy(
        "frontend f\n mode http\n bind :80\n timeout client 5s\n http-request set-map(hosts.mp) a b\n \
         http-request set-map(hosts.map) a\n http-request del-acl a\n http-request add-acl(bad.lst) %[src]\n \
         http-request deny if { src,map_ip(hosts.map) -m found }\n",
    );
    let said = said(&parsed);
    for expected in [
        "warning 5:23 no map and no acl is read from 'hosts.mp' [hosts.mp] => did you mean 'hosts.map'?",
        "error 6:35 the value is missing",
        "error 7:15 'del-acl' is not an action with the name of a file [del-acl] => write e.g. 'set-map(/etc/haproxy/hosts.map) %[src] seen'",
        "warning 8:23 no map and no acl is read from 'bad.lst' [bad.lst]",
    ] {
        assert!(
            said.iter().any(|line| line.starts_with(expected)),
            "{expected}\n{said:#?}"
        );
    }
}

#[test]
fn waiting_for_a_body_needs_a_time() {
    let parsed = haproxy(
        "frontend f\n mode http\n bind :80\n timeout client 5s\n http-request wait-for-body\n \
         http-request wait-for-body at-least 1k\n http-request wait-for-body time soon\n \
         http-request wait-for-body time 1s at-least some\n http-request wait-for-body time 1s at-least 1k if METH_POST\n \
         http-request wait-for-body time 1s for\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 5:28 'time' with how long to wait is missing [] => write e.g. 'wait-for-body time 1s at-least 1k'",
            "error 6:40 'time' with how long to wait is missing [] => write e.g. 'wait-for-body time 1s at-least 1k'",
            "error 7:34 'soon' is not a time [soon] => write a number and a unit, e.g. 500ms, 10s, 2m, 1h, 1d",
            "error 8:46 'some' is not a size below 4g [some] => write bytes, or a number with k, m or g",
            "error 10:37 'for' is not expected behind 'http-request wait-for-body' [for] => only 'if CONDITION' or 'unless CONDITION' may follow",
        ]
    );
}
