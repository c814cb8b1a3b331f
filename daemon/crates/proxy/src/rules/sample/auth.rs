//! Fetches about credentials (RFC 7617, RFC 6750) and the users of `userlist` sections.

use super::Get;
use crate::rules::context::Context;
use crate::rules::convert::encoding::base64_decode;
use crate::rules::environment::Environment;
use crate::rules::value::Value;

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        // Pairs of name and password, prepared when the configuration was taken up.
        "http_auth" => |a, c| {
            let given = credentials(c, b"basic");
            let known = given.is_some_and(|given| crate::rules::users::check(&a.texts, &given));
            Some(Value::Bool(known))
        },
        "http_auth_type" => |_, c| Some(Value::bytes(authorization(c)?.0)),
        "http_auth_user" => |_, c| {
            let given = credentials(c, b"basic")?;
            let colon = given.iter().position(|b| *b == b':')?;
            Some(Value::owned(given[..colon].to_vec()))
        },
        "http_auth_pass" => |_, c| {
            let given = credentials(c, b"basic")?;
            let colon = given.iter().position(|b| *b == b':')?;
            Some(Value::owned(given[colon + 1..].to_vec()))
        },
        "http_auth_bearer" => |a, c| {
            let (scheme, rest) = match a.name() {
                Some(header) => split_scheme(c.request?.values(header.as_bytes()).next()?)?,
                None => authorization(c)?,
            };
            scheme
                .eq_ignore_ascii_case(b"bearer")
                .then(|| Value::bytes(rest))
        },
        _ => return None,
    })
}

/// Scheme and what follows it; in a request to a proxy its own header.
fn authorization<'a>(ctx: &Context<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let message = ctx.request?;
    let target = ctx.line?.target;
    let header: &[u8] = if target.first() == Some(&b'/') || target == b"*" {
        b"authorization"
    } else {
        b"proxy-authorization"
    };
    split_scheme(message.values(header).next()?)
}

fn split_scheme(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = value.iter().position(|b| *b == b' ')?;
    Some((&value[..blank], value[blank..].trim_ascii()))
}

/// `user:password` as the client sent it.
pub fn credentials(ctx: &Context<'_>, wanted: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = authorization(ctx)?;
    if !scheme.eq_ignore_ascii_case(wanted) {
        return None;
    }
    base64_decode(rest, false)
}

/// Groups of the user who asks, when the password is right.
pub fn groups(users: &[Vec<u8>], ctx: &Context<'_>) -> Vec<Vec<u8>> {
    let given = credentials(ctx, b"basic").unwrap_or_default();
    crate::rules::users::groups(users, &given)
}

/// The user's name, when the password is right.
pub fn user_of(users: &[Vec<u8>], ctx: &Context<'_>) -> Option<Vec<u8>> {
    let given = credentials(ctx, b"basic")?;
    let colon = given.iter().position(|b| *b == b':')?;
    crate::rules::users::check(users, &given).then(|| given[..colon].to_vec())
}

/// The users of a list as [`crate::rules::users`] reads them.
pub fn users(name: &str, list: &[String], env: &Environment<'_>) -> Result<Vec<Vec<u8>>, String> {
    if !matches!(name, "http_auth" | "http_auth_group") {
        return Ok(list.iter().map(|text| text.clone().into_bytes()).collect());
    }
    let wanted = list.first().map_or("", String::as_str);
    let found = env
        .model
        .userlists
        .iter()
        .find(|known| known.name.value == wanted);
    found
        .map(crate::rules::users::prepare)
        .ok_or_else(|| format!("there is no userlist '{wanted}'"))
}
