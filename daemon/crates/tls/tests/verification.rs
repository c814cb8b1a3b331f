//! Who is believed: clients by a bind line, servers by a server line, and sessions after a change.

mod support;

use config::haproxy::model::ExtraFiles;
use support::{
    Issued, authority, bind, client, files, handshake, issue, line_of, with_certificate,
};
use tls::rustls::{ClientConfig, HandshakeKind, ServerConnection};
use tls::session::{Outgoing, Session};
use tls::{Acceptor, Files, Store};

struct Site {
    files: Files,
    own: Issued,
    root: Issued,
    anna: Issued,
    stranger: Issued,
}

fn site() -> Site {
    let root = authority("root");
    let own = issue("p256", &["a.example"]);
    let anna = root.issue("p256", &["anna"]);
    let revoked = support::revocations(&root, &anna);
    let other = authority("other");
    let stranger = other.issue("p256", &["stranger"]);
    Site {
        files: files([
            ("/a.pem", own.pem().as_str()),
            ("/ca.pem", root.certificate.as_str()),
            ("/crl.pem", revoked.as_str()),
            ("/other.pem", other.certificate.as_str()),
        ]),
        own,
        root,
        anna,
        stranger,
    }
}

fn acceptor(store: &mut Store, words: &str, files: &Files) -> Acceptor {
    let tls = bind(words);
    let made = store.acceptor("f", &line_of(&tls, files), ExtraFiles::default(), files);
    made.unwrap_or_else(|why| panic!("{why:?}"))
}

#[test]
fn clients_are_believed_as_the_line_says() {
    let site = site();
    let required = "crt /a.pem ca-file /ca.pem verify required";
    let optional = "crt /a.pem ca-file /ca.pem verify optional";
    let (nobody, anna, stranger) = (None, Some(&site.anna), Some(&site.stranger));
    for (words, who, let_in) in [
        ("crt /a.pem", nobody, true),
        ("crt /a.pem", stranger, true),
        (required, nobody, false),
        (required, anna, true),
        (required, stranger, false),
        (optional, nobody, true),
        (optional, anna, true),
        (optional, stranger, false),
        (
            "crt /a.pem ca-file /ca.pem verify required crl-file /crl.pem",
            anna,
            false,
        ),
        (
            "crt /a.pem ca-file /other.pem ca-verify-file /ca.pem verify required",
            anna,
            true,
        ),
        (
            "crt /a.pem ca-file /ca.pem verify required crt-ignore-err 20",
            stranger,
            true,
        ),
        (
            "crt /a.pem ca-file /ca.pem verify required crt-ignore-err 23",
            stranger,
            false,
        ),
        (
            "crt /a.pem ca-file /ca.pem verify required crt-ignore-err all",
            nobody,
            false,
        ),
    ] {
        let acceptor = acceptor(&mut Store::default(), words, &site.files);
        let config = match who {
            Some(who) => with_certificate(who),
            None => client(),
        };
        let outcome = handshake(&acceptor, config, "a.example");
        assert_eq!(outcome.is_ok(), let_in, "{words}: {outcome:?}");
    }
}

#[test]
fn what_was_let_pass_is_still_told() {
    let site = site();
    let words = "crt /a.pem ca-file /ca.pem verify optional crt-ignore-err all crl-file /crl.pem";
    let acceptor = acceptor(&mut Store::default(), words, &site.files);
    let fault = |who: &Issued| {
        let outcome = handshake(&acceptor, with_certificate(who), "a.example").unwrap();
        acceptor.fault(Some("a.example"), &outcome.client)
    };
    let fault = |who| fault(who).map(|fault| (fault.depth, fault.number));
    assert_eq!(fault(&site.anna), Some((0, 23)));
    assert_eq!(fault(&site.stranger), Some((0, 20)));
    assert_eq!(fault(&site.own), Some((0, 18)));
}

#[test]
fn servers_are_believed_by_their_authority_and_their_name() {
    let root = authority("root");
    let served = root.issue("p256", &["b.example", "*.c.example"]);
    let own = issue("p256", &["b.example"]);
    let files = files([
        ("/served.pem", served.pem().as_str()),
        ("/own.pem", own.pem().as_str()),
        ("/ca.pem", root.certificate.as_str()),
        ("/own-ca.pem", own.certificate.as_str()),
    ]);
    for (shown, words, name, believed) in [
        ("/served.pem", "verify none", None, true),
        ("/served.pem", "ca-file /ca.pem", None, true),
        ("/served.pem", "ca-file /own-ca.pem", None, false),
        ("/served.pem", "ca-file /ca.pem", Some("b.example"), true),
        ("/served.pem", "ca-file /ca.pem", Some("x.c.example"), true),
        (
            "/served.pem",
            "ca-file /ca.pem",
            Some("x.y.c.example"),
            false,
        ),
        ("/served.pem", "ca-file /ca.pem", Some("d.example"), false),
        (
            "/served.pem",
            "ca-file /ca.pem verifyhost b.example",
            None,
            true,
        ),
        (
            "/served.pem",
            "ca-file /ca.pem verifyhost d.example",
            None,
            false,
        ),
        // A certificate that signs itself, and is trusted as it is.
        ("/own.pem", "ca-file /own-ca.pem", Some("b.example"), true),
        ("/own.pem", "ca-file /ca.pem", None, false),
    ] {
        let mut store = Store::default();
        let acceptor = acceptor(&mut store, &format!("crt {shown}"), &files);
        let tls = support::server(words);
        let connector = store.connector(&tls, &files).unwrap();
        let outcome = support::shake(&acceptor, connector.connect(name).unwrap());
        assert_eq!(
            outcome.is_ok(),
            believed,
            "{words} {name:?}: {:?}",
            outcome.err()
        );
    }
}

/// How the handshake of a client's second connection went.
fn second(acceptors: [&Acceptor; 2], config: &std::sync::Arc<ClientConfig>) -> HandshakeKind {
    let mut kind = HandshakeKind::Full;
    for acceptor in acceptors {
        let server: ServerConnection = support::served(acceptor, config, "a.example").unwrap();
        kind = server.handshake_kind().unwrap();
    }
    kind
}

#[test]
fn sessions_outlive_a_reload_unless_more_is_asked_of_clients() {
    let site = site();
    let plain = "crt /a.pem";
    let mut store = Store::default();
    let before = acceptor(&mut store, plain, &site.files);
    let after = acceptor(&mut store, plain, &site.files);
    let config = std::sync::Arc::new(with_certificate(&site.anna));
    assert_eq!(second([&before, &after], &config), HandshakeKind::Resumed);
    let strict = acceptor(
        &mut store,
        "crt /a.pem ca-file /ca.pem verify required",
        &site.files,
    );
    assert_eq!(second([&before, &strict], &config), HandshakeKind::Full);
    let without = acceptor(&mut Store::default(), plain, &site.files);
    assert_eq!(second([&before, &without], &config), HandshakeKind::Full);
    let kept = acceptor(
        &mut Store::default(),
        "crt /a.pem no-tls-tickets",
        &site.files,
    );
    assert_eq!(second([&kept, &kept], &config), HandshakeKind::Resumed);
    let _ = &site.root;
}

/// What one side has to say goes to the other; the bytes that came to it as plain ones.
fn passed(out: &mut Outgoing, to: &mut Session, back: &mut Outgoing) -> Vec<u8> {
    let mut bytes = out.filled().to_vec();
    out.clear();
    let mut plain = [0; 256];
    let n = to.receive(&mut bytes, &mut plain, back).unwrap();
    plain[..n].to_vec()
}

/// Both ends of a session; what the server wants to say after its handshake is in `from_server`.
fn settled(
    acceptor: &Acceptor,
    config: &std::sync::Arc<ClientConfig>,
    from_server: &mut Outgoing,
) -> (Session, Session) {
    let name = tls::rustls::pki_types::ServerName::try_from("a.example").unwrap();
    let mut client = Session::client(config.clone(), name).unwrap();
    let mut server = Session::server(acceptor.config(None), None).unwrap();
    let mut from_client = Outgoing::default();
    client.start(&mut from_client).unwrap();
    while !server.is_established() || !client.is_established() {
        passed(&mut from_client, &mut server, from_server);
        if !client.is_established() {
            passed(from_server, &mut client, &mut from_client);
        }
    }
    (client, server)
}

#[test]
fn tickets_go_with_the_first_bytes_and_the_last_word_with_the_last() {
    let own = issue("p256", &["a.example"]);
    let files = files([("/a.pem", own.pem().as_str())]);
    let mut store = Store::default();
    let acceptor = acceptor(&mut store, "crt /a.pem", &files);
    let config = std::sync::Arc::new(support::client());
    let (mut out, mut back) = (Outgoing::default(), Outgoing::default());
    let mut kinds = Vec::new();
    for alone in [true, false, false] {
        let (mut client, mut server) = settled(&acceptor, &config, &mut out);
        kinds.push(client.common().handshake_kind().unwrap());
        assert!(server.owes() && out.filled().is_empty());
        if alone {
            server.pay(&mut out);
            assert!(!server.owes() && !out.filled().is_empty());
            assert_eq!(passed(&mut out, &mut client, &mut back), b"");
        }
        server.send(b"first", b"", &mut out).unwrap();
        assert_eq!(passed(&mut out, &mut client, &mut back), b"first");
        assert!(!client.is_ended());
        server.conclude();
        server.send(b"the ", b"last", &mut out).unwrap();
        assert_eq!(passed(&mut out, &mut client, &mut back), b"the last");
        assert!(client.is_ended());
        server.end(&mut out).unwrap();
        assert!(out.filled().is_empty(), "it was said");
    }
    let (new, again) = (HandshakeKind::Full, HandshakeKind::Resumed);
    assert_eq!(kinds, [new, again, again]);
}
