//! `virtual_routes { … }`, `static_routes { … }`: ip-route(8), one route on each line.

use super::entry::Entry;
use super::names;
use super::route_metrics::{metric, metric_number};
use crate::keepalived::context::{Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Hop, Network, Route, RouteKind, Scope};
use crate::keepalived::tree::Node;
use crate::keepalived::values::scope;

const MAIN: u32 = 254;

pub fn read(cx: &mut Context<'_>, node: &Node, fixed: bool) -> Vec<Route> {
    let entries = node.children().iter();
    entries
        .filter_map(|entry| route(cx, entry, fixed))
        .collect()
}

/// What a line says, before it is known to lead anywhere.
struct Draft {
    route: Route,
    destination: Option<Network>,
    /// Words before the first `nexthop` tell of this one.
    single: Hop,
    alternative: Option<Hop>,
}

fn route(cx: &mut Context<'_>, node: &Node, fixed: bool) -> Option<Route> {
    cx.no_block(node);
    let mut entry = Entry::new("virtual_routes", node);
    let mut draft = Draft {
        route: empty(&entry),
        destination: None,
        single: Hop::default(),
        alternative: None,
    };
    while let Some(word) = entry.next() {
        if !entry.status(cx, word) {
            return None;
        }
        one(cx, &mut entry, &mut draft, word)?;
    }
    // An unknown word may have been the important one; it is said already.
    if entry.failed {
        return None;
    }
    super::route_checks::finish(
        cx,
        draft.route,
        draft.destination,
        draft.single,
        draft.alternative,
        fixed,
    )
}

fn empty(entry: &Entry<'_>) -> Route {
    Route {
        text: entry.text(),
        kind: RouteKind::Unicast,
        destination: (std::net::Ipv4Addr::UNSPECIFIED.into(), 0),
        from: None,
        table: MAIN,
        tos: 0,
        protocol: None,
        scope: None,
        metric: None,
        preferred_source: None,
        realms: None,
        hops: Vec::new(),
        metrics: Vec::new(),
        congestion: None,
        router_preference: None,
        expires: None,
        ttl_propagate: None,
        append: false,
        no_track: false,
        track_group: None,
    }
}

/// Takes up one word and its value. `None` = the line is given up.
fn one(cx: &mut Context<'_>, entry: &mut Entry<'_>, draft: &mut Draft, word: &Word) -> Option<()> {
    let route = &mut draft.route;
    match word.text.as_str() {
        "inet" | "inet6" | "prepend" => {}
        "append" => route.append = true,
        "no_track" => route.no_track = true,
        "track_group" => route.track_group = Some(owned(entry.value(cx, word)?)),
        "src" => route.preferred_source = Some(entry.address(cx, word)?),
        "from" => route.from = Some(entry.network(cx, word)?),
        "to" => {
            let value = entry.value(cx, word)?;
            destination(cx, entry, draft, value)?;
        }
        "table" => route.table = entry.named(cx, word, names::TABLES)?,
        "metric" | "priority" | "preference" => route.metric = Some(entry.u32(cx, word)?),
        "proto" | "protocol" => route.protocol = Some(entry.byte(cx, word, names::PROTOCOLS)?),
        "tos" | "dsfield" => route.tos = entry.byte(cx, word, names::SERVICES)?,
        "scope" => route.scope = Some(route_scope(cx, entry, word)?),
        "realms" => route.realms = Some(entry.realms(cx, word)?),
        "expires" => route.expires = Some(entry.u32(cx, word)?),
        "pref" => route.router_preference = Some(preference(cx, entry, word)?),
        "ttl-propagate" => {
            let value = entry.value(cx, word)?;
            route.ttl_propagate = Some(match value.text.as_str() {
                "enabled" => true,
                "disabled" => false,
                _ => {
                    cx.bad(value, "a switch", "write enabled or disabled");
                    return None;
                }
            });
        }
        "congctl" => {
            let locked = entry.take("lock");
            let name = entry.value(cx, word)?;
            route.congestion = Some((name.text.clone(), locked));
        }
        "nexthop" => route.hops.push(hop(cx, entry, word)?),
        "or" => {
            let via = Some(entry.address(cx, word)?);
            draft.alternative = Some(Hop {
                via,
                ..Hop::default()
            });
        }
        "via" | "gw" | "dev" | "oif" | "onlink" | "pervasive" => {
            way(cx, entry, &mut draft.single, word)?;
        }
        text if metric_number(text).is_some() => {
            let found = metric(cx, entry, word)?;
            draft.route.metrics.push(found);
        }
        text => match kind(text) {
            Some(kind) => draft.route.kind = kind,
            None => destination(cx, entry, draft, word)?,
        },
    }
    Some(())
}

/// `None` gives the line up: a word that may be anything.
fn destination(
    cx: &mut Context<'_>,
    entry: &mut Entry<'_>,
    draft: &mut Draft,
    word: &Word,
) -> Option<()> {
    let host = word.text.split('/').next().unwrap_or("");
    let number = host.starts_with(|first: char| first.is_ascii_digit()) || host.contains(':');
    if !number && !matches!(word.text.as_str(), "default" | "all" | "any") {
        entry.unknown(cx, word);
        return Some(());
    }
    let network = entry.network_of(cx, word)?;
    if draft.destination.replace(network).is_some() {
        let message = format!(
            "the route has a destination already, and '{}' is another",
            word.text
        );
        cx.error("keepalived/second-entry", word.span, message)
            .suggest("write each route on a line of its own; a router stands behind 'via'");
        return None;
    }
    Some(())
}

/// Words that tell where packets go. Also those of `nexthop`.
fn way(cx: &mut Context<'_>, entry: &mut Entry<'_>, hop: &mut Hop, word: &Word) -> Option<()> {
    match word.text.as_str() {
        "via" | "gw" => {
            // `via inet6 ADDR` for a router of the other family.
            let _ = entry.take("inet6") || entry.take("inet");
            hop.via = Some(entry.address(cx, word)?);
        }
        "dev" | "oif" => hop.interface = Some(entry.interface(cx, word)?),
        "onlink" => hop.onlink = true,
        _ => hop.pervasive = true,
    }
    Some(())
}

fn hop(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<Hop> {
    let mut hop = Hop {
        weight: 1,
        ..Hop::default()
    };
    while let Some(text) = entry.peek() {
        match text {
            "via" | "gw" | "dev" | "oif" | "onlink" | "pervasive" => {
                let word = entry.next()?;
                way(cx, entry, &mut hop, word)?;
            }
            "weight" => {
                let word = entry.next()?;
                let value = entry.value(cx, word)?;
                let weight = names::number(&value.text).filter(|it| (1..=256).contains(it));
                let Some(weight) = weight else {
                    cx.bad(value, "a weight", "write a number from 1 to 256");
                    return None;
                };
                hop.weight = u16::try_from(weight).unwrap_or(1);
            }
            "realms" => {
                let word = entry.next()?;
                hop.hop_realms = Some(entry.realms(cx, word)?);
            }
            _ => break,
        }
    }
    if hop.via.is_none() && hop.interface.is_none() {
        let message = "this 'nexthop' leads nowhere".to_owned();
        cx.error("keepalived/missing-value", name.span, message)
            .suggest("write e.g. nexthop via 10.0.0.1 dev eth0 weight 1");
        return None;
    }
    Some(hop)
}

fn kind(text: &str) -> Option<RouteKind> {
    Some(match text {
        "unicast" => RouteKind::Unicast,
        "local" => RouteKind::Local,
        "broadcast" | "brd" => RouteKind::Broadcast,
        "anycast" => RouteKind::Anycast,
        "multicast" => RouteKind::Multicast,
        "blackhole" => RouteKind::Blackhole,
        "unreachable" => RouteKind::Unreachable,
        "prohibit" => RouteKind::Prohibit,
        "throw" => RouteKind::Throw,
        _ => return None,
    })
}

fn route_scope(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<Scope> {
    let word = entry.value(cx, name)?;
    let found = scope(&word.text);
    if found.is_none() {
        cx.bad(word, "a scope", "write global, site, link, host or nowhere");
    }
    found
}

fn preference(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<u8> {
    let word = entry.value(cx, name)?;
    match word.text.as_str() {
        "low" => Some(3),
        "medium" => Some(0),
        "high" => Some(1),
        _ => {
            cx.bad(word, "a preference of routers", "write low, medium or high");
            None
        }
    }
}
