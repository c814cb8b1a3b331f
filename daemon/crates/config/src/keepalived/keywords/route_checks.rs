//! What a route must have to be one.

use crate::keepalived::context::Context;
use crate::keepalived::model::{Hop, Network, Route, RouteKind};
use crate::source::Span;

/// keepalived's own number among the makers of routes.
const KEEPALIVED: u8 = 18;

pub fn finish(
    cx: &mut Context<'_>,
    mut route: Route,
    destination: Option<Network>,
    single: Hop,
    alternative: Option<Hop>,
    fixed: bool,
) -> Option<Route> {
    let span = route.text.span;
    let Some(destination) = destination else {
        let message = format!("the route '{}' has no destination", route.text);
        cx.error("keepalived/missing-value", span, message)
            .suggest("write e.g. 192.168.2.0/24 via 10.0.0.1 dev eth0, or default via …");
        return None;
    };
    route.destination = without_host_bits(destination);
    ways(cx, &mut route, single, alternative)?;
    families(cx, &route)?;
    tracking(cx, &mut route, fixed);
    Some(route)
}

fn ways(cx: &mut Context<'_>, route: &mut Route, single: Hop, other: Option<Hop>) -> Option<()> {
    let said = single.via.is_some() || single.interface.is_some();
    if !route.hops.is_empty() && (said || other.is_some()) {
        refuse(
            cx,
            route.text.span,
            "a route has either one way or several with 'nexthop'",
            "write every way as nexthop via ADDRESS dev INTERFACE",
        );
        return None;
    }
    if let Some(other) = other {
        let interface = single.interface.clone();
        route.hops = vec![
            Hop {
                weight: 1,
                ..single
            },
            Hop {
                weight: 1,
                interface,
                ..other
            },
        ];
    } else if said {
        route.hops = vec![single];
    }
    let ends_here = matches!(
        route.kind,
        RouteKind::Blackhole | RouteKind::Unreachable | RouteKind::Prohibit | RouteKind::Throw
    );
    if ends_here && !route.hops.is_empty() && !route.is_ipv6() {
        refuse(
            cx,
            route.text.span,
            "packets of such a route go nowhere, so it has no 'via' and no 'dev'",
            "remove them, or remove the route's type",
        );
        return None;
    }
    if !ends_here && route.hops.is_empty() {
        refuse(
            cx,
            route.text.span,
            "the route leads nowhere",
            "say where it leads: via ADDRESS, dev INTERFACE or both",
        );
        return None;
    }
    Some(())
}

/// All of one family, but for the router of an IPv4 route (RFC 5549).
fn families(cx: &mut Context<'_>, route: &Route) -> Option<()> {
    let ipv6 = route.is_ipv6();
    let other = [route.preferred_source, route.from.map(|from| from.0)];
    let mixed = other
        .into_iter()
        .flatten()
        .any(|address| address.is_ipv6() != ipv6)
        || route
            .hops
            .iter()
            .filter_map(|hop| hop.via)
            .any(|via| ipv6 && via.is_ipv4());
    if mixed {
        refuse(
            cx,
            route.text.span,
            "the addresses of the route are of different families",
            "write IPv4 or IPv6 addresses only",
        );
        return None;
    }
    let only_ipv6 = [
        (route.from.is_some(), "from"),
        (route.router_preference.is_some(), "pref"),
        (route.expires.is_some(), "expires"),
    ];
    for (_, what) in only_ipv6.into_iter().filter(|(said, _)| *said && !ipv6) {
        refuse(
            cx,
            route.text.span,
            &format!("'{what}' is for IPv6 routes"),
            "remove it",
        );
    }
    Some(())
}

fn tracking(cx: &mut Context<'_>, route: &mut Route, fixed: bool) {
    let span = route.text.span;
    let tracked = !route.no_track && route.interfaces().next().is_some();
    if let Some(protocol) = route.protocol.filter(|it| tracked && *it != KEEPALIVED) {
        let message = format!(
            "a route that is tracked is keepalived's own: protocol {protocol} becomes {KEEPALIVED}"
        );
        cx.warning("keepalived/bad-value", span, message)
            .suggest("remove 'protocol', or add 'no_track'");
        route.protocol = None;
    }
    group_and_track(cx, span, fixed, route.no_track, route.track_group.is_some());
}

/// `track_group` is of what stays, `no_track` of what moves.
pub fn group_and_track(cx: &mut Context<'_>, span: Span, fixed: bool, no_track: bool, group: bool) {
    if group && !fixed {
        refuse(
            cx,
            span,
            "'track_group' is for static entries",
            "an entry of an instance is tracked by that instance; remove it",
        );
    }
    if no_track && fixed {
        let message = "'no_track' is for entries of an instance, and this one is static".to_owned();
        cx.warning("keepalived/extra-words", span, message)
            .suggest("remove it");
    }
}

pub fn refuse(cx: &mut Context<'_>, span: Span, message: &str, help: &str) {
    cx.error("keepalived/bad-value", span, message.to_owned())
        .suggest(help);
}

/// The kernel refuses a route whose host bits are set; keepalived cuts them off.
fn without_host_bits((address, prefix): Network) -> Network {
    use std::net::IpAddr;
    let address = match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4((u32::from(v4) & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6((u128::from(v6) & mask).into())
        }
    };
    (address, prefix)
}
