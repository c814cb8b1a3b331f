//! Numbers that a route carries for its connections (`mtu`, `rtt`, `initcwnd` and so on).

use super::entry::Entry;
use crate::keepalived::context::Context;
use crate::keepalived::lexer::Word;
use crate::keepalived::model::RouteMetric;

/// The kernel's estimates of a round trip are at least this long, in milliseconds.
const SHORTEST: u32 = 200;

/// `RTAX_*`
pub fn metric_number(text: &str) -> Option<u16> {
    Some(match text {
        "mtu" => 2,
        "window" => 3,
        "rtt" => 4,
        "rttvar" => 5,
        "ssthresh" => 6,
        "cwnd" => 7,
        "advmss" => 8,
        "reordering" => 9,
        "hoplimit" => 10,
        "initcwnd" => 11,
        "features" => 12,
        "rto_min" => 13,
        "initrwnd" => 14,
        "quickack" => 15,
        "fastopen_no_cookie" => 17,
        _ => return None,
    })
}

pub fn metric(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<RouteMetric> {
    let locked = entry.take("lock");
    let number = metric_number(&name.text)?;
    let amount = match name.text.as_str() {
        "rtt" => milliseconds(cx, entry, name)?.saturating_mul(8),
        "rttvar" => milliseconds(cx, entry, name)?.saturating_mul(4),
        "rto_min" => milliseconds(cx, entry, name)?,
        "features" => {
            let word = entry.value(cx, name)?;
            if word.text != "ecn" {
                cx.bad(word, "a feature of routes", "write ecn");
                return None;
            }
            1
        }
        "hoplimit" => u32::try_from(entry.number(cx, name, 255)?).ok()?,
        "quickack" | "fastopen_no_cookie" => u32::try_from(entry.number(cx, name, 1)?).ok()?,
        _ => entry.u32(cx, name)?,
    };
    Some(RouteMetric {
        number,
        amount,
        locked,
    })
}

/// `N`, `Nms` or `Ns`; at least 200 ms, as keepalived has it.
fn milliseconds(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<u32> {
    let word = entry.value(cx, name)?;
    let text = word.text.as_str();
    let (digits, factor) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => (digits, 1),
        (None, Some(digits)) => (digits, 1000),
        (None, None) => (text, 1),
    };
    let found = digits
        .parse::<u32>()
        .ok()
        .and_then(|number| number.checked_mul(factor));
    let Some(time) = found else {
        cx.bad(word, "a time", "write milliseconds, e.g. 300 or 300ms");
        return None;
    };
    if time < SHORTEST {
        let message = format!(
            "'{}' is at least {SHORTEST} ms; {time} is taken as that",
            name.text
        );
        cx.warning("keepalived/bad-value", word.span, message)
            .suggest(format!("write {SHORTEST} or more"));
    }
    Some(time.max(SHORTEST))
}
