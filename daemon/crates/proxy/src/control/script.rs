//! The steps of a section's check, from its configuration.

use config::haproxy::model::{
    self, CheckAction, CheckConnect, CheckProtocol, ContentExpect, ExpectKind, ExpectedContent,
    HealthCheck, HttpStep,
};
use health::{
    Action, CheckStatus, Connect, Content, Expect, Expectation, HttpCheck, Pattern, Reply,
    Sequence, StatusRange, Step,
};
use regex::bytes::Regex;

pub fn sequence(section: &model::Proxy) -> Sequence {
    match &section.check.value {
        HealthCheck::Tcp => Sequence::of(Vec::new()),
        HealthCheck::Http(check) => Sequence::of(vec![exchange(section, check)]),
        HealthCheck::HttpSteps(steps) => {
            let action = |step: &HttpStep| match step {
                HttpStep::Connect(connect) => Action::Connect(opening(connect)),
                HttpStep::Exchange(check) => exchange(section, check),
            };
            Sequence::of(steps.iter().map(action).collect())
        }
        HealthCheck::Steps(steps) => Sequence::written(
            (1..)
                .zip(steps)
                .filter_map(|(number, step)| {
                    Some(Step {
                        action: action(&step.action)?,
                        number,
                        comment: step.comment.clone(),
                    })
                })
                .collect(),
        ),
        HealthCheck::Protocol(protocol) => Sequence::of(talk(protocol)),
    }
}

fn exchange(section: &model::Proxy, check: &model::HttpCheck) -> Action {
    let check = http_check(check);
    Action::Http(Box::new(if section.options.disable_on_404 {
        check.disable_on_404()
    } else {
        check
    }))
}

fn action(action: &CheckAction) -> Option<Action> {
    Some(match action {
        CheckAction::Connect(connect) => Action::Connect(opening(connect)),
        CheckAction::Send(bytes) => Action::Send(bytes.clone()),
        CheckAction::Expect(expect) => Action::Expect(Box::new(expectation(expect)?)),
        CheckAction::Nothing => return None,
    })
}

fn opening(connect: &CheckConnect) -> Connect {
    Connect {
        port: connect.port,
        address: connect.address,
        send_proxy: connect.send_proxy,
        linger: connect.linger,
    }
}

fn expectation(expect: &ContentExpect) -> Option<Expectation> {
    let status = |code: &Option<String>| code.as_deref().and_then(CheckStatus::of_code);
    Some(Expectation {
        negated: expect.negated,
        content: match &expect.content {
            ExpectedContent::Text(text) => Content::Text(text.clone().into_bytes()),
            ExpectedContent::Binary(bytes) => Content::Binary(bytes.clone()),
            ExpectedContent::Regex(expression) => Content::Regex(regex(expression)?),
            ExpectedContent::BinaryRegex(expression) => Content::BinaryRegex(regex(expression)?),
        },
        min_recv: expect.min_recv,
        ok: status(&expect.ok_status),
        error: status(&expect.error_status),
        timeout: status(&expect.timeout_status),
        on_success: expect.on_success.clone(),
        on_error: expect.on_error.clone(),
    })
}

/// Asks in the protocol's own words, and says goodbye where it has one.
fn talk(protocol: &CheckProtocol) -> Vec<Action> {
    let reply = Action::Reply;
    match protocol {
        CheckProtocol::Mysql { user: None, .. } => {
            vec![reply(Reply::MysqlGreeting { alone: true })]
        }
        CheckProtocol::Mysql {
            user: Some(user),
            old,
        } => {
            let login = if *old {
                health::mysql_old_login(user)
            } else {
                health::mysql_login(user)
            };
            vec![
                reply(Reply::MysqlGreeting { alone: false }),
                Action::Send(login),
                reply(Reply::MysqlLogin),
            ]
        }
        CheckProtocol::Pgsql { user } => vec![
            Action::Send(health::pgsql_startup(user)),
            reply(Reply::Pgsql),
        ],
        CheckProtocol::Redis => vec![
            Action::Send(health::REDIS_PING.to_vec()),
            reply(Reply::Redis),
        ],
        CheckProtocol::Smtp { greeting, domain } => vec![
            reply(Reply::SmtpBanner),
            Action::Send(format!("{greeting} {domain}\r\n").into_bytes()),
            reply(Reply::SmtpHello),
            Action::Send(b"QUIT\r\n".to_vec()),
            reply(Reply::SmtpQuit),
        ],
        CheckProtocol::Tls => vec![Action::Send(health::tls_hello()), reply(Reply::TlsHello)],
        CheckProtocol::Ldap => vec![
            Action::Send(health::LDAP_BIND.to_vec()),
            reply(Reply::LdapBind),
        ],
    }
}

/// The configuration parser has compiled it once.
fn regex(expression: &str) -> Option<Regex> {
    health::compile(expression).ok()
}

fn http_check(check: &model::HttpCheck) -> HttpCheck {
    let headers: Vec<(&str, &str)> = check
        .headers
        .iter()
        .map(|(n, v)| (n.value.as_str(), v.value.as_str()))
        .collect();
    let expect = check
        .expect
        .iter()
        .filter_map(|e| expect(&e.value))
        .collect();
    let body = check.body.as_ref().map(|b| b.value.as_str());
    HttpCheck::new(
        &check.method,
        &check.uri,
        &check.version,
        &headers,
        body,
        expect,
    )
}

fn expect(e: &model::Expect) -> Option<Expect> {
    let pattern = match &e.kind {
        ExpectKind::Status(ranges) => Pattern::Status(
            ranges
                .iter()
                .map(|r| StatusRange {
                    from: *r.start(),
                    to: *r.end(),
                })
                .collect(),
        ),
        ExpectKind::StatusRegex(p) => Pattern::StatusRegex(regex(p)?),
        ExpectKind::Text(t) => Pattern::Text(t.clone().into_bytes()),
        ExpectKind::BodyRegex(p) => Pattern::BodyRegex(regex(p)?),
    };
    Some(Expect {
        negated: e.negated,
        pattern,
        comment: e.comment.clone(),
    })
}
