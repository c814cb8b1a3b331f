//! `option mysql-check`, `pgsql-check`, `redis-check`, `smtpchk`, `ssl-hello-chk`, `ldap-check`.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::CheckProtocol;

/// Reads what stands behind the option's name.
pub fn option(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) -> Option<CheckProtocol> {
    match name {
        "mysql-check" => mysql(cx, args),
        "pgsql-check" => {
            let example = "option pgsql-check user haproxy";
            if args.take_if("user").is_none() {
                cx.missing(args, "the user", example);
                args.skip_all();
                return None;
            }
            let user = cx.string(args, "the user's name", example)?.value;
            Some(CheckProtocol::Pgsql { user })
        }
        "redis-check" => Some(CheckProtocol::Redis),
        "smtpchk" => smtp(cx, args),
        "ssl-hello-chk" => Some(CheckProtocol::Tls),
        _ => Some(CheckProtocol::Ldap),
    }
}

/// `[user NAME [post-41 | pre-41]]`
fn mysql(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<CheckProtocol> {
    let example = "option mysql-check user haproxy";
    let Some(word) = args.take() else {
        return Some(CheckProtocol::Mysql {
            user: None,
            old: false,
        });
    };
    if word.text != "user" {
        cx.bad(
            word,
            "a parameter of 'option mysql-check'",
            &format!("write '{example}'"),
        );
        args.skip_all();
        return None;
    }
    let user = cx.string(args, "the user's name", example)?.value;
    let old = args.take_if("pre-41").is_some();
    if !old {
        args.take_if("post-41");
    }
    Some(CheckProtocol::Mysql {
        user: Some(user),
        old,
    })
}

/// `[HELO|EHLO DOMAIN]`
fn smtp(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<CheckProtocol> {
    let Some(word) = args.take() else {
        return Some(CheckProtocol::Smtp {
            greeting: "HELO".to_owned(),
            domain: "localhost".to_owned(),
        });
    };
    if !matches!(word.text.as_ref(), "HELO" | "EHLO") {
        cx.bad(
            word,
            "a greeting",
            "write 'option smtpchk EHLO mail.example.com'",
        );
        args.skip_all();
        return None;
    }
    let example = "option smtpchk EHLO mail.example.com";
    let domain = cx.string(args, "the domain", example)?;
    if domain.value.chars().any(char::is_control) {
        let message = "a domain has no control characters".to_owned();
        cx.error("haproxy/bad-value", domain.span, message)
            .suggest(format!("write '{example}'"));
        return None;
    }
    Some(CheckProtocol::Smtp {
        greeting: word.text.to_string(),
        domain: domain.value,
    })
}
