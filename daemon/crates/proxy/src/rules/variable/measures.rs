//! Counts, times and dates of an exchange.

use super::text::{number, quoted};
use super::{Count, Date, Timer};
use crate::rules::context::{Context, SessionView};
use crate::rules::format::Flags;
use trafficlog::Clock;

pub fn write_count(count: Count, ctx: &Context<'_>, out: &mut Vec<u8>) {
    let (counts, queues) = ctx
        .session
        .map(|s| (s.counts, s.queues))
        .unwrap_or_default();
    let n = match count {
        Count::Process => counts.process,
        Count::Frontend => counts.frontend,
        Count::Backend => counts.backend,
        Count::Server => counts.server,
        Count::Retries => {
            if counts.redispatched {
                out.push(b'+');
            }
            counts.retries
        }
        Count::ServerQueue => queues.server,
        Count::BackendQueue => queues.backend,
    };
    http1::write::decimal(n, out);
}

/// Milliseconds; `None` when the phase was not reached.
pub fn interval(timer: Timer, s: &SessionView<'_>, now: u64) -> Option<u64> {
    let n = s.notes;
    let between = |from: u64, to: u64| (from > 0 && to > 0).then(|| to.saturating_sub(from));
    let whole = now.saturating_sub(n.started);
    let ready = n.head_done.max(n.started);
    match timer {
        Timer::Request if s.http => between(n.started, n.head_done),
        Timer::Whole if s.http => between(n.idle_from, n.head_done),
        Timer::Request | Timer::Whole => None,
        Timer::Idle if s.http => Some(n.started.saturating_sub(n.idle_from)),
        Timer::Idle => Some(0),
        Timer::Handshake => Some(n.handshake),
        Timer::Queue => between(ready, n.connecting),
        Timer::Connect => between(n.connecting, n.connected),
        Timer::Response => between(n.connected, n.response),
        Timer::Total if s.http => Some(now.saturating_sub(n.idle_from)),
        Timer::Active | Timer::User | Timer::Total => Some(whole),
        Timer::Data => between(n.response, now),
    }
}

pub fn write_date(
    date: Date,
    ctx: &Context<'_>,
    clock: &mut Clock,
    flags: Flags,
    out: &mut Vec<u8>,
) {
    let now = || i64::try_from(sys::epoll::unix_us() / 1000).unwrap_or(0);
    let accepted = ctx.session.map_or_else(now, |s| s.accepted_ms);
    let started = ctx.session.map_or_else(now, |s| s.started_ms);
    let mut shown = Vec::new();
    match date {
        Date::Accept => clock.push_traffic(&mut shown, accepted),
        Date::Request => clock.push_traffic(&mut shown, started),
        Date::AcceptGmt => clock.push_gmt(&mut shown, accepted),
        Date::RequestGmt => clock.push_gmt(&mut shown, started),
        Date::AcceptLocal => clock.push_clf(&mut shown, accepted),
        Date::RequestLocal => clock.push_clf(&mut shown, started),
        Date::Seconds => number((accepted / 1000).cast_unsigned(), flags, 8, &mut shown),
        Date::Milliseconds => shown.extend(format!("{:03}", accepted.rem_euclid(1000)).bytes()),
        Date::Microseconds => {
            shown.extend(format!("{:06}", accepted.rem_euclid(1000) * 1000).bytes());
        }
    }
    let flags = Flags {
        quote: flags.quote
            && !matches!(
                date,
                Date::Seconds | Date::Milliseconds | Date::Microseconds
            ),
        ..flags
    };
    quoted(&shown, flags, out);
}
