//! `tcp-check` and the checks for well-known protocols: what is read, and what is refused how.

use crate::said::{errors, haproxy, said};
use config::haproxy::model::{CheckAction, CheckProtocol, ExpectedContent, HealthCheck};

fn check_of(lines: &str) -> HealthCheck {
    let parsed = haproxy(&format!(
        "backend b\n{lines}\n server s 10.0.0.1:80 check\n"
    ));
    assert_eq!(errors(&parsed), Vec::<String>::new());
    parsed.config.proxies[0].check.value.clone()
}

#[test]
fn steps_are_kept_in_order_with_their_comments() {
    let check = check_of(
        " option tcp-check\n tcp-check connect port 6379 linger comment opening\n \
         tcp-check send PING\\r\\n\n tcp-check send-binary 00fF\n tcp-check comment hello\n \
         tcp-check expect min-recv 4 error-status L7STS on-error 'no pong' ! rstring ^-ERR",
    );
    let HealthCheck::Steps(steps) = check else {
        panic!("{check:?}")
    };
    let [connect, ping, bytes, comment, expect] = steps.as_slice() else {
        panic!("{steps:?}")
    };
    let CheckAction::Connect(to) = &connect.action else {
        panic!("{connect:?}")
    };
    assert_eq!((to.port, to.linger), (Some(6379), true));
    assert_eq!(connect.comment.as_deref(), Some("opening"));
    assert_eq!(ping.action, CheckAction::Send(b"PING\r\n".to_vec()));
    assert_eq!(bytes.action, CheckAction::Send(vec![0, 255]));
    assert_eq!(comment.action, CheckAction::Nothing);
    let CheckAction::Expect(expect) = &expect.action else {
        panic!("{expect:?}")
    };
    assert!(expect.negated);
    assert_eq!(expect.min_recv, 4);
    assert_eq!(expect.content, ExpectedContent::Regex("^-ERR".to_owned()));
    assert_eq!(expect.error_status.as_deref(), Some("L7STS"));
    assert_eq!(expect.on_error.as_deref(), Some("no pong"));
}

#[test]
fn the_last_kind_of_check_counts() {
    let mysql = HealthCheck::Protocol(CheckProtocol::Mysql {
        user: Some("ha".to_owned()),
        old: false,
    });
    assert_eq!(
        check_of(" option httpchk\n option mysql-check user ha post-41"),
        mysql
    );
    assert_eq!(
        check_of(" option mysql-check\n option tcp-check"),
        HealthCheck::Tcp
    );
    assert_eq!(
        check_of(" option smtpchk"),
        HealthCheck::Protocol(CheckProtocol::Smtp {
            greeting: "HELO".to_owned(),
            domain: "localhost".to_owned(),
        })
    );
}

#[test]
fn mistakes_are_named_where_they_stand() {
    let parsed = haproxy(
        "backend b\n option tcp-check\n option mysql-check root\n option pgsql-check\n \
         option smtpchk HALLO x\n tcp-check conect\n tcp-check connect prot 1\n \
         tcp-check connect addr db.example\n tcp-check send-binary 0g\n tcp-check send\n \
         tcp-check expect strin x\n tcp-check expect rstring a(\n \
         tcp-check expect error-status L7OK string x\n tcp-check expect\n \
         tcp-check send-lf %[src]\n tcp-check connect ssl\n \
         tcp-check expect on-error %[src] string x\n http-check expect rstatus *\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 3:21 'root' is not a parameter of 'option mysql-check' [root] => write 'option mysql-check user haproxy'",
            "error 4:20 the user is missing [] => write e.g. 'option pgsql-check user haproxy'",
            "error 5:17 'HALLO' is not a greeting [HALLO] => write 'option smtpchk EHLO mail.example.com'",
            "error 6:12 unknown tcp-check step 'conect' [conect] => did you mean 'connect'?",
            "error 7:20 'prot' is not a parameter of 'tcp-check connect' [prot] => it takes port, addr, send-proxy, linger, comment",
            "error 8:25 'db.example' is not an IP address [db.example] => write e.g. addr 10.0.0.9:6379",
            "error 9:24 '0g' is not a row of bytes in hexadecimal [0g] => write two digits for each byte, e.g. 50494e470d0a",
            "error 10:16 the text is missing [] => write e.g. 'tcp-check send PING\\r\\n'",
            "error 11:19 'strin' is not something to expect [strin] => write string, rstring, binary or rbinary",
            "error 12:27 this is no regular expression: unclosed group [a(] => put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves",
            "error 13:32 'L7OK' is not a status that fits here [L7OK] => write one of L7RSP, L7STS, L6RSP, L4CON",
            "error 14:18 what is expected is missing [] => write e.g. 'tcp-check expect string +PONG'",
            "error 15:12 tcp-check step 'send-lf' is not supported yet [send-lf] => write the text out with 'send' or 'send-binary'",
            "error 16:20 'ssl' of 'tcp-check connect' is not supported yet [ssl] => check the port without TLS, or with 'option ssl-hello-chk'",
            "error 17:28 expressions in results of checks are not supported yet [%[src]] => write the text without '%[…]'",
            "error 18:28 this is no regular expression: repetition operator missing expression [*] => put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves",
        ]
    );
}

#[test]
fn steps_without_their_option_are_warned_of() {
    let parsed = haproxy("backend b\n tcp-check connect\n server s 10.0.0.1:80 check\n");
    let line = "'tcp-check' has no effect without 'option tcp-check'";
    assert!(said(&parsed).iter().any(|said| said.contains(line)));
}
