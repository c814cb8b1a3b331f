//! `tcp-check` and the checks for well-known protocols: what is read, and what is refused how.

use crate::said::{errors, haproxy, said};
use config::haproxy::model::{
    CheckAction, CheckPort, CheckProtocol, CheckText, Effect, ExpectKind, ExpectMatch, HealthCheck,
};

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
    let [connect, ping, bytes, expect] = steps.as_slice() else {
        panic!("{steps:?}")
    };
    let CheckAction::Connect(to) = &connect.action else {
        panic!("{connect:?}")
    };
    assert_eq!((&to.port, to.linger), (&Some(CheckPort::Fixed(6379)), true));
    assert_eq!(connect.comment.as_deref(), Some("opening"));
    let sends = |bytes: &[u8]| CheckAction::Send(CheckText::Fixed(bytes.to_vec()));
    assert_eq!(ping.action, sends(b"PING\r\n"));
    assert_eq!(bytes.action, sends(&[0, 255]));
    assert_eq!(
        (expect.comment.as_deref(), expect.number),
        (Some("hello"), 5)
    );
    let CheckAction::Expect(expect) = &expect.action else {
        panic!("{expect:?}")
    };
    assert!(expect.negated);
    assert_eq!(expect.min_recv, Some(4));
    assert_eq!(expect.wanted, ExpectKind::Regex("^-ERR".to_owned()));
    assert_eq!(expect.error_status.as_deref(), Some("L7STS"));
    let said = expect.on_error.as_ref().map(|said| said.text.as_str());
    assert_eq!(said, Some("no pong"));
}

#[test]
fn pages_are_asked_for_and_looked_at_in_order() {
    let check = check_of(
        " mode http\n option httpchk GET /a\n http-check set-var(check.x) str(b)\n \
         http-check send uri-lf /%[var(check.x)] hdr Host %[be_name]\n \
         http-check expect on-error no ! fhdr name-lf %[srv_name] value -m reg ^x",
    );
    let [set, send, expect] = check.steps() else {
        panic!("{check:?}")
    };
    assert!(matches!(
        &set.action,
        CheckAction::Effect(Effect::SetVar { name, .. }) if name.value == "check.x"
    ));
    let CheckAction::Request(request) = &send.action else {
        panic!("{send:?}")
    };
    assert_eq!(
        (request.method.as_str(), request.version.as_str()),
        ("GET", "HTTP/1.0")
    );
    assert!(matches!(&request.uri, CheckText::Format(uri) if uri.parts.len() == 2));
    let CheckAction::Expect(expect) = &expect.action else {
        panic!("{expect:?}")
    };
    let ExpectKind::Header(header) = &expect.wanted else {
        panic!("{expect:?}")
    };
    assert!(expect.negated && header.full_line);
    assert!(matches!(
        header.name,
        ExpectMatch::Whole(CheckText::Format(_))
    ));
    assert_eq!(header.value, Some(ExpectMatch::Regex("^x".to_owned())));
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
         tcp-check send-lf %[req.len]\n tcp-check connect alpn a,\n tcp-check connect ssl sni\n \
         tcp-check expect on-error %[path] string x\n http-check expect rstatus *\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 3:21 'root' is not a parameter of 'option mysql-check' [root] => write 'option mysql-check user haproxy'",
            "error 4:20 the user is missing [] => write e.g. 'option pgsql-check user haproxy'",
            "error 5:17 'HALLO' is not a greeting [HALLO] => write 'option smtpchk EHLO mail.example.com'",
            "error 6:12 unknown tcp-check step 'conect' [conect] => did you mean 'connect'?",
            "error 7:20 'prot' is not a parameter of 'tcp-check connect' [prot] => it takes default, port, addr, send-proxy, ssl, sni, alpn, linger, comment",
            "error 8:25 'db.example' is not an IP address [db.example] => write e.g. addr 10.0.0.9:6379",
            "error 9:24 '0g' is not a row of bytes in hexadecimal [0g] => write two digits for each byte, e.g. 50494e470d0a",
            "error 10:16 the text is missing [] => write e.g. 'tcp-check send PING\\r\\n'",
            "error 11:19 'strin' is not something to expect [strin] => write one of string, rstring, string-lf, binary, rbinary, binary-lf",
            "error 12:27 this is no regular expression: unclosed group [a(] => put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves",
            "error 13:32 'L7OK' is not a status that fits here [L7OK] => write one of L7OKC, L7RSP, L7STS, L6RSP, L4CON",
            "error 14:18 what is expected is missing [] => write e.g. 'tcp-check expect string +PONG'",
            "error 15:22 'req.len' looks at the request, which is not there in checks [req.len] => look at the server's answer (res.…, status), at the backend or at variables",
            "error 16:25 'a,' is not a list of protocols [a,] => write names with commas between them, e.g. 'alpn h2,http/1.1'",
            "error 17:27 the name is missing [] => write e.g. 'tcp-check connect ssl sni example.com'",
            "error 18:30 'path' looks at the request, which is not there in checks [path] => look at the server's answer (res.…, status), at the backend or at variables",
            "error 19:28 this is no regular expression: repetition operator missing expression [*] => put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves",
        ]
    );
}

#[test]
fn steps_without_their_option_are_warned_of() {
    let parsed = haproxy("backend b\n tcp-check connect\n server s 10.0.0.1:80 check\n");
    let line = "'tcp-check' has no effect without 'option tcp-check'";
    assert!(said(&parsed).iter().any(|said| said.contains(line)));
}

#[test]
fn agents_and_tracked_servers_are_read() {
    let parsed = haproxy(
        "backend plain\n server a 10.0.0.1:80 check agent-check agent-addr 10.0.0.9 agent-port 8181 \
         agent-inter 5s agent-send up?\\n observe layer4 error-limit 3 on-error mark-down\n\
         backend tls\n server a 10.0.0.1:443 track plain/a\n server b 10.0.0.2:443 track a\n",
    );
    assert_eq!(errors(&parsed), Vec::<String>::new());
    let [plain, tls] = parsed.config.proxies.as_slice() else {
        panic!("two sections")
    };
    let (agent, observation) = (&plain.servers[0].agent, &plain.servers[0].observation);
    assert!(agent.enabled.is_some());
    assert_eq!(agent.port.as_ref().map(|port| port.value), Some(8181));
    assert_eq!(agent.inter.value, std::time::Duration::from_secs(5));
    assert_eq!(
        agent.send.as_ref().map(|text| text.value.as_str()),
        Some("up?\n")
    );
    assert_eq!(observation.limit.value, 3);
    assert_eq!(
        observation.action,
        config::haproxy::model::OnError::MarkDown
    );
    let track = |at: usize| tls.servers[at].track.as_ref().unwrap().value.clone();
    assert_eq!(track(0).proxy.unwrap().0, "plain");
    assert_eq!((track(1).proxy, track(1).server.0), (None, "a".to_owned()));
}

#[test]
fn mistakes_about_agents_and_tracked_servers() {
    let parsed = haproxy(
        "backend o\n server x 10.0.0.1:80 check\n server n 10.0.0.1:80\n\
         backend b\n server a 10.0.0.1:80 agent-check\n server b 10.0.0.1:80 check track o/x\n \
         server c 10.0.0.1:80 track o/n\n server d 10.0.0.1:80 track o/y\n \
         server e 10.0.0.1:80 track oo/x\n server f 10.0.0.1:80 track f\n \
         server g 10.0.0.1:80 track h\n server h 10.0.0.1:80 track g\n \
         server i 10.0.0.1:80 observe layer5\n server j 10.0.0.1:80 on-error die\n \
         server k 10.0.0.1:80 error-limit 0\n server l 10.0.0.1:80 track o/\n \
         server m 10.0.0.1:80 agent-port 70000 track\n\
         backend c\n mode http\n option httpchk\n http-check disable-on-404 please\n \
         http-check disable-on-404\n server a 10.0.0.1:80 track o/x\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 5:23 the agent of server 'a' has no port to be asked at [agent-check] => add 'agent-port N'",
            "error 6:35 server 'b' has a check of its own and the state of another server [o/x] => take 'check' or 'track' away",
            "error 7:29 server 'o/n' has neither check nor agent, so there is no state to follow [o/n] => add 'check' to its line",
            "error 8:29 'o' has no server 'y' [o/y] => did you mean 'o/x'?",
            "error 9:29 there is no backend 'oo' whose server could be tracked [oo/x] => did you mean 'o/x'?",
            "error 10:29 servers follow each other in a circle: b/f → b/f [f] => let one of them have a 'check' instead of 'track'",
            "error 12:29 servers follow each other in a circle: b/h → b/g → b/h [g] => let one of them have a 'check' instead of 'track'",
            "error 13:31 'layer5' is not something to observe [layer5] => write layer4, layer7 or none",
            "error 14:32 'die' is not a reaction to errors [die] => write fastinter, fail-check, sudden-death or mark-down",
            "error 15:35 '0' is not a whole number from 1 to 4294967295 [0] => write a number from 1 to 4294967295",
            "error 16:29 'o/' is not the name of a server [o/] => write e.g. 'server web1 10.0.0.21:8443 track plain/web1'",
            "error 17:34 '70000' is not a whole number from 1 to 65535 [70000] => write a number from 1 to 65535",
            "error 17:45 the server that is tracked is missing [] => write e.g. 'server web1 10.0.0.21:8443 track plain/web1'",
            "error 21:28 unexpected 'please' behind 'http-check' [please] => remove it, or put it on a line of its own",
            "error 23:29 'c' and 'o' do not agree on 'http-check disable-on-404' [o/x] => write 'http-check disable-on-404' in both sections or in none",
        ]
    );
}

#[test]
fn what_cannot_be_observed_is_said() {
    let parsed = haproxy(
        "backend b\n server a 10.0.0.1:80 observe layer4\n server b 10.0.0.1:80 check observe layer7\n",
    );
    let said = said(&parsed);
    for line in [
        "warning 2:31 traffic is observed for servers with 'check' alone, so nothing is [layer4] => add 'check' to the server line",
        "warning 3:37 answers cannot be observed in mode tcp, so nothing is [layer7] => write 'observe layer4', or 'mode http'",
    ] {
        assert!(said.iter().any(|one| one == line), "{said:#?}");
    }
    let servers = &parsed.config.proxies[0].servers;
    assert!(
        servers
            .iter()
            .all(|server| server.observation.layer.is_none())
    );
}

#[test]
fn http_checks_in_an_order_that_cannot_be_done() {
    let parsed = haproxy(
        "backend a\n mode http\n option httpchk\n http-check send uri /a\n http-check connect\n\
         backend b\n mode http\n option httpchk\n http-check connect\n http-check expect status 200\n \
         http-check send uri /a\n http-check send uri /b\n http-check connect\n \
         http-check connect alpn h2\n http-check connect port 0\n http-check conect\n \
         http-check set-var(check) int(1)\n http-check comment\n\
         backend c\n mode http\n option httpchk\n http-check expect status 200\n \
         http-check send uri /late\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 5:2 steps with 'http-check connect' must begin with one [http-check connect] => write 'http-check connect' before them",
            "error 10:2 nothing was asked over this connection [http-check expect status 200] => write 'http-check send' before it",
            "error 12:2 one connection carries one request [http-check send] => write 'http-check connect' before it",
            "error 13:2 the answer to the request before this is not looked at [http-check connect] => write e.g. 'http-check expect status 200'",
            "error 14:26 checks speak HTTP/1: the server must not agree on h2 [h2] => write alpn http/1.1",
            "error 15:26 '0' is not a whole number from 1 to 65535 [0] => write a number from 1 to 65535",
            "error 16:13 unknown http-check step 'conect' [conect] => did you mean 'connect'?",
            "error 17:21 the variable 'check' has no scope [check] => write one of proc, sess, txn, req, res in front, e.g. 'txn.check'",
            "error 18:20 the comment is missing [] => write e.g. 'http-check comment start-page'",
            "error 23:2 the answer to this request was looked at before it is sent [http-check send] => write it before 'http-check expect', or 'http-check connect' between them",
        ]
    );
}

#[test]
fn mistakes_in_what_is_expected_of_pages() {
    let parsed = haproxy(
        "backend a\n mode http\n option httpchk\n http-check expect hdr nam x\n \
         http-check expect hdr name\n http-check expect hdr name x value\n \
         http-check expect hdr name -m foo x\n http-check expect hdr name-lf -m reg x\n \
         http-check expect hdr name -m reg (\n http-check expect hdr name x foo\n \
         http-check expect status-code foo status 200\n \
         http-check expect status-code req.hdr(x) status 200\n \
         http-check expect ok-status L7STS status 200\n http-check set-var(check.a)\n \
         http-check expect hdr\n http-check expect status-code\n http-check expect string-lf\n \
         http-check expect status-code fe_name string x\n http-check expect binary 00\n \
         http-check expect hdr name -m\n http-check set-var-fmt(check.a) %[capture.req.uri]\n",
    );
    let help = "look at the server's answer (res.…, status), at the backend or at variables";
    assert_eq!(
        errors(&parsed),
        [
            "error 4:24 'nam' is not 'name' or 'name-lf' [nam] => write name or name-lf in front of it, e.g. 'http-check expect hdr name set-cookie value -m beg sessid='".to_owned(),
            "error 5:28 the name of the header is missing [] => write e.g. 'http-check expect hdr name set-cookie value -m beg sessid='".to_owned(),
            "error 6:36 the value of the header is missing [] => write e.g. 'http-check expect hdr name set-cookie value -m beg sessid='".to_owned(),
            "error 7:32 'foo' is not a method of matching headers [foo] => write str, beg, end, sub or reg".to_owned(),
            "error 8:35 'reg' is not a method for composed patterns [reg] => write str, beg, end or sub".to_owned(),
            "error 9:36 this is no regular expression: unclosed group [(] => put a backslash before . * + ? ( ) [ ] { } | ^ $ where they mean themselves".to_owned(),
            "error 10:31 'foo' is not expected behind the pattern [foo] => one thing is expected on each line".to_owned(),
            "error 11:32 unknown sample fetch 'foo' [foo]".to_owned(),
            format!("error 12:32 'req.hdr' looks at the request, which is not there in checks [req.hdr(x)] => {help}"),
            "error 13:30 'L7STS' is not a status that fits here [L7STS] => write one of L7OK, L7OKC, L6OK, L4OK".to_owned(),
            "error 14:29 the expression is missing [] => write e.g. 'set-var(txn.host) req.hdr(host)'".to_owned(),
            "error 15:23 'name' with the name of the header is missing [] => write e.g. 'http-check expect hdr name set-cookie value -m beg sessid='".to_owned(),
            "error 16:31 the expression is missing [] => write e.g. 'status-code res.hdr(x-state)'".to_owned(),
            "error 17:29 the pattern is missing [] => write e.g. 'http-check expect status 200'".to_owned(),
            format!("error 18:32 'fe_name' looks at the frontend, which is not there in checks [fe_name] => {help}"),
            "error 19:20 'binary' is not something to expect [binary] => write one of status, rstatus, hdr, fhdr, string, rstring, string-lf".to_owned(),
            "error 20:31 the method is missing [] => write e.g. 'http-check expect hdr name set-cookie value -m beg sessid='".to_owned(),
            format!("error 21:36 'capture.req.uri' looks at a request, which is not there in checks [capture.req.uri] => {help}"),
        ]
    );
}
