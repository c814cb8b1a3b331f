//! What servers of well-known protocols are asked, in their own words.

use config::haproxy::model::CheckProtocol;
use health::{Action, Reply};

/// Asks in the protocol's own words, and says goodbye where it has one.
pub fn talk(protocol: &CheckProtocol) -> Vec<Action> {
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
                Action::send(login),
                reply(Reply::MysqlLogin),
            ]
        }
        CheckProtocol::Pgsql { user } => vec![
            Action::send(health::pgsql_startup(user)),
            reply(Reply::Pgsql),
        ],
        CheckProtocol::Redis => vec![
            Action::send(health::REDIS_PING.to_vec()),
            reply(Reply::Redis),
        ],
        CheckProtocol::Smtp { greeting, domain } => vec![
            reply(Reply::SmtpBanner),
            Action::send(format!("{greeting} {domain}\r\n").into_bytes()),
            reply(Reply::SmtpHello),
            Action::send(b"QUIT\r\n".to_vec()),
            reply(Reply::SmtpQuit),
        ],
        CheckProtocol::Tls => vec![Action::send(health::tls_hello()), reply(Reply::TlsHello)],
        CheckProtocol::Ldap => vec![
            Action::send(health::LDAP_BIND.to_vec()),
            reply(Reply::LdapBind),
        ],
    }
}
