//! Certificates of all kinds, shown by name, exchanged while sessions go on.

mod support;

use config::haproxy::model::{BindTls, ExtraFiles};
use support::{Issued, bind, client, files, handshake, issue, line_of};
use tls::{Files, Problem, Store};

fn accepted(store: &mut Store, tls: &BindTls, files: &Files) -> tls::Acceptor {
    let made = store.acceptor("f 1", &line_of(tls, files), ExtraFiles::default(), files);
    made.unwrap_or_else(|why| panic!("{why:?}"))
}

/// The common name of what a client is shown.
fn shown(acceptor: &tls::Acceptor, name: &str) -> Option<String> {
    let outcome = handshake(acceptor, client(), name).ok()?;
    Some(outcome.shown)
}

#[test]
fn keys_of_every_kind_and_form_are_shown() {
    for kind in ["p256", "p384", "p521", "ed25519", "rsa"] {
        let site = issue(kind, &["a.example"]);
        for text in [
            format!("{}{}", site.certificate, site.key),
            format!("{}{}", site.key, site.certificate),
            format!("{}{}", site.certificate, support::old_form(kind, &site.key)),
        ] {
            let files = files([("/a.pem", text.as_str())]);
            let mut store = Store::default();
            let acceptor = accepted(&mut store, &bind("crt /a.pem"), &files);
            let seen = shown(&acceptor, "a.example");
            assert_eq!(seen.as_deref(), Some("a.example"), "{kind}");
        }
    }
}

#[test]
fn a_chain_is_found_in_any_order_and_a_key_beside_it() {
    let root = support::authority("root");
    let site = root.issue("p256", &["a.example"]);
    let chain = format!("{}{}", root.certificate, site.certificate);
    let files = files([
        ("/a.pem", chain.as_str()),
        ("/a.pem.key", site.key.as_str()),
    ]);
    let mut store = Store::default();
    let acceptor = accepted(&mut store, &bind("crt /a.pem"), &files);
    assert_eq!(shown(&acceptor, "a.example").as_deref(), Some("a.example"));
    let listed = store.list(&files);
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].path.as_str(), listed[0].lines), ("/a.pem", 1));
    assert_eq!(listed[0].key.to_string(), "EC256");
    assert_eq!(listed[0].chain.len(), 1);
}

#[test]
fn a_certificate_is_chosen_by_name_and_by_what_a_client_can_verify() {
    let names = [
        "first.example",
        "www.b.example",
        "*.b.example",
        "both.example",
    ];
    let all: Vec<Issued> = names.iter().map(|name| issue("p256", &[name])).collect();
    let rsa = issue("rsa", &["both.example"]);
    let texts: Vec<String> = all.iter().chain([&rsa]).map(Issued::pem).collect();
    let files = files([
        ("/1.pem", texts[0].as_str()),
        ("/2.pem", texts[1].as_str()),
        ("/3.pem", texts[2].as_str()),
        ("/4.pem.ecdsa", texts[3].as_str()),
        ("/4.pem.rsa", texts[4].as_str()),
    ]);
    let mut store = Store::default();
    let tls = bind("crt /1.pem crt /2.pem crt /3.pem crt /4.pem");
    let acceptor = accepted(&mut store, &tls, &files);
    let seen = |name: &str| shown(&acceptor, name);
    assert_eq!(seen("first.example").as_deref(), Some("first.example"));
    assert_eq!(seen("www.b.example").as_deref(), Some("www.b.example"));
    assert_eq!(seen("x.b.example").as_deref(), Some("*.b.example"));
    assert_eq!(seen("x.y.b.example").as_deref(), Some("first.example"));
    assert_eq!(seen("b.example").as_deref(), Some("first.example"));
    assert_eq!(seen("BOTH.example").as_deref(), Some("both.example"));
    let kind = |config| handshake(&acceptor, config, "both.example").unwrap().kind;
    assert_eq!(kind(client()), "id-ecPublicKey");
    assert_eq!(kind(support::client_of_rsa()), "rsaEncryption");
    let strict = accepted(&mut store, &bind("crt /1.pem strict-sni"), &files);
    assert_eq!(
        shown(&strict, "first.example").as_deref(),
        Some("first.example")
    );
    assert_eq!(shown(&strict, "other.example"), None);
}

#[test]
fn a_certificate_is_exchanged_for_connections_to_come_or_stays_as_it_is() {
    let (old, new) = (issue("p256", &["a.example"]), issue("rsa", &["a.example"]));
    let mut files = files([("/a.pem", old.pem().as_str())]);
    let mut store = Store::default();
    let tls = bind("crt /a.pem");
    let acceptor = accepted(&mut store, &tls, &files);
    let kind = || handshake(&acceptor, client(), "a.example").unwrap().kind;
    assert_eq!(kind(), "id-ecPublicKey");
    // A key of another certificate, and something that is none.
    let mixed = format!("{}{}", new.certificate, old.key);
    for (bad, why) in [
        (mixed.as_str(), Problem::Mismatch),
        (new.certificate.as_str(), Problem::NoKey),
        ("", Problem::NoCertificate),
    ] {
        let bytes = bad.as_bytes().to_vec();
        let refused = store.replace(&mut files, [("/a.pem".to_owned(), bytes)]);
        assert_eq!(refused, Err(vec![("/a.pem".to_owned(), why)]));
        assert_eq!(kind(), "id-ecPublicKey");
        assert_eq!(files["/a.pem"], old.pem().into_bytes());
    }
    store.stage("/a.pem", new.pem().into_bytes()).unwrap();
    assert_eq!(kind(), "id-ecPublicKey");
    assert_eq!(store.staged().collect::<Vec<_>>(), ["/a.pem"]);
    store.commit(&mut files, "/a.pem").unwrap();
    assert_eq!(kind(), "rsaEncryption");
    assert_eq!(
        store.describe(&files, "/a.pem").unwrap().key.to_string(),
        "RSA2048"
    );
    assert!(!store.abort("/a.pem"));
    assert!(store.commit(&mut files, "/a.pem").is_err());
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let site = issue("p256", &["a.example"]);
    let said = |text: &str| {
        let files = files([("/a.pem", text)]);
        let mut store = Store::default();
        let line = line_of(&bind("crt /a.pem"), &files);
        let made = store.acceptor("f", &line, ExtraFiles::default(), &files);
        let (file, why) = made.unwrap_err().remove(0);
        format!("{file}: {why}")
    };
    assert!(said("nothing").ends_with("there is no certificate in it"));
    assert!(said(&site.certificate).contains("append the key, or put it beside it as FILE.key"));
    let encrypted = site.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert!(said(&format!("{}{encrypted}", site.certificate)).contains("openssl pkey"));
    let broken = site.certificate.replacen('M', "!", 1);
    assert!(said(&format!("{broken}{}", site.key)).contains("it is not PEM"));
    let mut store = Store::default();
    let line = line_of(&bind("crt /none.pem"), &Files::new());
    let made = store.acceptor("f", &line, ExtraFiles::default(), &Files::new());
    assert_eq!(made.unwrap_err()[0].1, Problem::Missing);
}
