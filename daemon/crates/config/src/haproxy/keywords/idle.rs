//! `pool-max-conn`, `pool-low-conn`, `pool-purge-delay`, `max-reuse` of `server` lines.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::Idle;
use crate::source::Spanned;

/// Whether the parameter was one of these.
pub fn parameter(cx: &mut Context<'_>, idle: &mut Idle, name: &str, args: &mut Args<'_>) -> bool {
    match name {
        "pool-max-conn" => idle.most = limit(cx, name, args),
        "max-reuse" => idle.reuse = limit(cx, name, args),
        "pool-low-conn" => {
            let example = "server web1 10.0.0.21:8080 pool-low-conn 4";
            cx.number(args, 0..=u32::MAX, "the number of connections", example);
        }
        "pool-purge-delay" => {
            idle.purge = cx.time(args, "server web1 10.0.0.21:8080 pool-purge-delay 5s");
        }
        _ => return false,
    }
    true
}

/// A number, or -1 for none.
fn limit(cx: &mut Context<'_>, name: &str, args: &mut Args<'_>) -> Option<Spanned<u32>> {
    let example = format!("server web1 10.0.0.21:8080 {name} 100");
    let number = cx.number(args, -1..=i64::from(u32::MAX), "the number", &example)?;
    let limit = u32::try_from(number.value).ok()?;
    Some(Spanned::new(limit, number.span))
}
