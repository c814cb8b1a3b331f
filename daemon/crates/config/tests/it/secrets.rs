//! No finding ever shows a secret, however broken the line around it.

use config::json::Finding;
use config::render::render_all;
use config::{FileLoader, Options, Parsed, Source, haproxy, keepalived};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// `@` stands for the secret; each text is wrong somewhere near it.
const HAPROXY: &[&str] = &[
    "listen l\n stats auth admin:@ extra\n",
    "listen l\n stats auth admin @\n",
    "listen l\n stats auht admin:@\n",
    "listen l\n stat auth admin:@\n",
    "listen l\n stats auth @\n",
    "listen l\n stats auth 'admin:@\n",
    "frontend f\n stats auth admin:\"@\"\n bnd :80\n",
    "userlist u\n user bob password @ groups g\n",
    "userlist u\n user bob insecure-password @\n",
    "userlist u\n user bob pasword @\n",
    "userlist u\n user bob passwd @ x\n",
    "userlist u\n user bob insecure-pasword '@'\n",
    "backend b\n dynamic-cookie-key @\n",
    "backend b\n dynamic-coookie-key @ x\n",
    "global\n cluster-secret @\n",
    "global\n cluster_secret @\n",
    "global\n setenv DB_PASSWORD @\n",
    "frontend f\n http-request set-header Authorization \"Basic @\" iff TRUE\n",
    "frontend f\n http-request set-header X-Api-Key @ iff TRUE\n",
    "frontend f\n acl a req.hdr(authorization) -m strr \"Bearer @\"\n",
    "frontend f\n acl a url_param(token) -m strr @\n",
    "frontend f\n acl a req.hdr(x),hmac(sha256,@) -m found\n",
    "backend b\n http-check send hdr Authorization @ bdy x\n",
    "backend b\n tcp-check send AUTH\\ @\\r\\n\n",
    "backend b\n server s 127.0.0.1:80 chek password=@\n",
    "backend b\n errorloc 503 http://user:@@host/ x\n",
    "global\n stats socket /x user password @\n",
    "listen l\n stats auth \"admin:${SECRET}\" x\n",
    "listen l\n stats auht \"admin:$SECRET\" x\n bind \"${SECRET}\"\n",
    "frontend f\n bind \"$DB_PASSWORD\"\n",
];

const KEEPALIVED: &[&str] = &[
    "vrrp_instance V {\n authentication {\n auth_type PASSS\n auth_pass @\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_type PASS auth_pass @\n }\n}\n",
    "vrrp_instance V {\n authentication { auth_type PASS auth_pass @ }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pas @\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_password @\n }\n}\n",
    "vrrp_instance V {\n authentication {\n authpass @ x\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pass@\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pass=@\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pass \"@\" {\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pass @ @\n }\n}\n",
    "vrrp_instance V {\n authentication {\n auth_pass ab#@\n",
    "vrrp_instance V {\n auth_pass @\n virtual_router_id x\n}\n",
    "auth_pass @\n",
    "vrrp_instance V {\n auth_hmac {\n key 1 @\n }\n}\n",
    "vrrp_instance V {\n auth_hmac\n {\n  1 @\n }\n}\n",
    "SSL {\n password @\n}\n",
    "$VRRP_PASS=@\nvrrp_instance V {\n $VRRP_PASS\n interface $VRRP_PASS\n}\n",
    "$X=@\nvrrp_instance V {\n authentication {\n auth_type PASS\n auth_pass $X x\n }\n state $X\n}\n",
    "$X=@\n$Y=${X}\nvrrp_instance V {\n auth_pas ${Y}\n $Y\n}\n",
    "$AUTH=authentication { \\\n auth_typ PASS \\\n auth_pass @ \\\n }\nvrrp_instance V {\n $AUTH\n}\n",
    "$X=one \\\n @ two\nvrrp_instance V {\n auth_pas $X\n $X\n}\n",
    "~LST(P,@,@) auth_pas $P\n",
    "vrrp_script s {\n script \"/bin/check --password=@\"\n intervall 1\n}\n",
    "vrrp_script s {\n script /bin/check --password=@ { x\n}\n",
    "include secret.conf\n",
    "vrrp_instance V {\n auth_pas ${_ENV SECRET}\n state ${_ENV SECRET}\n}\n",
];

struct Included(String);

impl FileLoader for Included {
    fn load(&self, pattern: &str, _relative_to: &str) -> Vec<(String, String)> {
        if pattern != "secret.conf" {
            return Vec::new();
        }
        let text = format!(
            "vrrp_instance I {{\n auth_pas {}\n auth_pass {} x\n}}\n",
            self.0, self.0
        );
        vec![("secret.conf".to_owned(), text)]
    }
}

/// Everything that leaves the crate as text.
fn shown<T>(parsed: &Parsed<T>) -> String {
    assert!(
        !parsed.diagnostics.is_empty(),
        "nothing is wrong, so nothing is proved"
    );
    let findings = Finding::all(&parsed.diagnostics, &parsed.sources);
    let json = serde_json::to_string(&findings).expect("findings are JSON");
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let rendered = render_all(&parsed.diagnostics, &parsed.sources);
    format!(
        "{rendered}{json}{}{:?}",
        lines.join("\n"),
        parsed.diagnostics
    )
}

fn keeps_quiet(template: &str, secret: &str, tolerant: bool) {
    let included = Included(secret.to_owned());
    let env: BTreeMap<_, _> = [("SECRET", secret), ("DB_PASSWORD", secret)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let options = Options {
        tolerant,
        env: &env,
        files: &included,
        ..Options::default()
    };
    // In `@@` the second is an at sign.
    let text = template
        .replace("@@", "@\u{1}")
        .replace('@', secret)
        .replace('\u{1}', "@");
    let sources = [Source::new("f", text)];
    let shown = if HAPROXY.contains(&template) {
        shown(&haproxy::parse(&sources, &options))
    } else {
        shown(&keepalived::parse(&sources, &options))
    };
    assert!(!shown.contains(secret), "of {template:?}:\n{shown}");
}

#[test]
fn a_secret_that_looks_like_the_name_of_one_is_not_shown() {
    for secret in ["Monkeypass1", "Token12345", "Auth_pass1", "Hmac9pwd77"] {
        for template in HAPROXY.iter().chain(KEEPALIVED) {
            keeps_quiet(template, secret, false);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_planted_secret_is_never_shown(secret in "[A-Z][a-z0-9]{5,11}[0-9]", tolerant in any::<bool>()) {
        for template in HAPROXY.iter().chain(KEEPALIVED) {
            keeps_quiet(template, &secret, tolerant);
        }
    }
}

#[test]
fn the_caret_still_fits_and_the_rest_of_the_line_is_shown() {
    let parsed = crate::said::keepalived(
        "vrrp_instance V {\n authentication {\n  auth_pas geheim12\n }\n}\n",
    );
    let rendered = render_all(&parsed.diagnostics, &parsed.sources);
    assert!(
        rendered.contains(" 3 |   auth_pas ********\n   |   ^~~~~~~~\n"),
        "{rendered}"
    );
}

#[test]
fn the_user_of_credentials_and_plain_lines_stay_readable() {
    let parsed = crate::said::haproxy(
        "listen l\n stats http-request deny\n stats auth admin:geheim12\n mode htp\n",
    );
    let rendered = render_all(&parsed.diagnostics, &parsed.sources);
    assert!(
        rendered.contains("stats auth admin:********\n"),
        "{rendered}"
    );
    assert!(rendered.contains("mode htp\n"), "{rendered}");
}
