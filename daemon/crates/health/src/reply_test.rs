use super::*;
use crate::hello;
use crate::run::tests::Happens::{Closes, Says, TimesOut};
use crate::run::tests::{Known, reason};
use crate::run::{Need, Run};
use crate::sequence::{Action, Sequence};
use proptest::prelude::*;

// The words are those that HAProxy 2.6.12 logged for the same answers.

fn mysql(login: Option<&str>) -> Sequence {
    let alone = login.is_none();
    let mut actions = vec![Action::Reply(Reply::MysqlGreeting { alone })];
    if let Some(user) = login {
        actions.push(Action::send(hello::mysql_login(user)));
        actions.push(Action::Reply(Reply::MysqlLogin));
    }
    Sequence::of(actions)
}

const GREETING: &[u8] = b"\x17\0\0\0\x0a5.5.5-10.11.3-MariaDB\0";
const WELCOME: &[u8] = b"\x07\0\0\x02\0\0\0\x02\0\0\0";
const DENIED: &[u8] = b"\x23\0\0\x02\xff\x15\x04#28000Access denied for user 'x'";

#[test]
fn mysql_servers() {
    let good = "Layer7 check passed, code: 0, info: \"5.5.5-10.11.3-MariaDB\"";
    assert_eq!(reason(&mysql(None), &[Says(GREETING)]), good);
    let login = mysql(Some("x"));
    assert_eq!(reason(&login, &[Says(GREETING), Says(WELCOME)]), good);
    assert_eq!(
        reason(&login, &[Says(GREETING), Says(DENIED)]),
        "Layer7 wrong status, code: 1045, info: \"#28000Access denied for user 'x'\""
    );
    assert_eq!(
        reason(&login, &[Says(b"garbage"), Closes]),
        "Layer7 invalid response"
    );
    assert_eq!(reason(&login, &[TimesOut]), "Layer7 timeout");
}

#[test]
fn postgresql_redis_and_ldap_servers() {
    let pgsql = Sequence::of(vec![
        Action::send(hello::pgsql_startup("bob")),
        Action::Reply(Reply::Pgsql),
    ]);
    for (said, expected) in [
        (
            &b"R\0\0\0\x0c\0\0\0\x05abcd"[..],
            "Layer7 check passed, code: 0, info: \"PostgreSQL server is ok\"",
        ),
        (
            b"E\0\0\0\x20SFATAL\0C28000\0",
            "Layer7 invalid response, info: \"FATAL\"",
        ),
        (
            b"garbage",
            "Layer7 wrong status, code: 0, info: \"PostgreSQL unknown error\"",
        ),
    ] {
        assert_eq!(reason(&pgsql, &[Says(said), Closes]), expected);
    }
    let redis = Sequence::of(vec![
        Action::send(hello::REDIS_PING.to_vec()),
        Action::Reply(Reply::Redis),
    ]);
    assert_eq!(
        reason(&redis, &[Says(b"+PONG\r\n")]),
        "Layer7 check passed, code: 0, info: \"Redis server is ok\""
    );
    assert_eq!(
        reason(&redis, &[Says(b"-ERR no\r\n")]),
        "Layer7 wrong status, code: 0, info: \"-ERR no\""
    );
    let ldap = Sequence::of(vec![
        Action::send(hello::LDAP_BIND.to_vec()),
        Action::Reply(Reply::LdapBind),
    ]);
    assert_eq!(
        reason(
            &ldap,
            &[Says(b"0\x0c\x02\x01\x01a\x07\n\x01\0\x04\0\x04\0")]
        ),
        "Layer7 check passed, code: 0, info: \"Success\""
    );
    assert_eq!(
        reason(
            &ldap,
            &[Says(b"0\x0c\x02\x01\x01a\x07\n\x01\x31\x04\0\x04\0")]
        ),
        "Layer7 wrong status, code: 49, info: \"See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9\""
    );
    assert_eq!(
        reason(&ldap, &[Says(b"garbage"), Closes]),
        "Layer7 invalid response, info: \"Not LDAPv3 protocol\""
    );
}

#[test]
fn mail_servers() {
    let smtp = Sequence::of(vec![
        Action::Reply(Reply::SmtpBanner),
        Action::send(b"HELO x\r\n".to_vec()),
        Action::Reply(Reply::SmtpHello),
        Action::send(b"QUIT\r\n".to_vec()),
        Action::Reply(Reply::SmtpQuit),
    ]);
    let banner = Says(b"220 mail ESMTP\r\n");
    assert_eq!(
        reason(
            &smtp,
            &[
                banner.clone(),
                Says(b"250-a\r\n250 b\r\n"),
                Says(b"221 bye\r\n")
            ]
        ),
        "Layer7 check passed, code: 221, info: \"bye\""
    );
    assert_eq!(
        reason(&smtp, &[banner, Says(b"550 go away\r\n")]),
        "Layer7 wrong status, code: 550, info: \"go away\""
    );
    assert_eq!(
        reason(&smtp, &[Says(b"421 busy\r\n")]),
        "Layer7 wrong status, code: 421, info: \"busy\""
    );
    assert_eq!(
        reason(&smtp, &[Says(b"nonsense\r\n")]),
        "Layer7 invalid response, info: \"nonsense\""
    );
}

#[test]
fn tls_servers() {
    let tls = Sequence::of(vec![
        Action::send(hello::tls_hello()),
        Action::Reply(Reply::TlsHello),
    ]);
    for said in [&b"\x16\x03\x03\0\x10"[..], b"\x15\x03\x03\0\x02\x02\x28"] {
        assert_eq!(reason(&tls, &[Says(said)]), "Layer6 check passed");
    }
    assert_eq!(
        reason(&tls, &[Says(b"HTTP/1.0 400")]),
        "Layer6 invalid response"
    );
    assert_eq!(
        reason(&tls, &[Closes]),
        "Layer6 invalid response, info: \"TCPCHK got an empty response at step 2\""
    );
}

proptest! {
    /// No bytes of a server, however cut, make a check panic or run for ever.
    #[test]
    fn any_bytes_end_in_a_result(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6)) {
        let replies = [
            Reply::MysqlGreeting { alone: true }, Reply::MysqlLogin, Reply::Pgsql, Reply::Redis,
            Reply::SmtpBanner, Reply::SmtpHello, Reply::SmtpQuit, Reply::TlsHello, Reply::LdapBind,
        ];
        for reply in replies {
            let sequence = Sequence::of(vec![Action::Reply(reply)]);
            let author = &mut Known(&[]);
            let mut run = Run::begin(&sequence, author);
            run.connected(&sequence, author);
            for piece in &pieces {
                run.feed(&sequence, piece, author);
            }
            run.ended(&sequence, author);
            prop_assert!(matches!(run.need(&sequence), Need::Done(_)));
        }
    }
}
