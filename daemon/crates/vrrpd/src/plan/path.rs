//! Routes and rules of the configuration, as the kernel takes them.

use config::keepalived::model::{self, RouteKind, RuleAction};
use netlink::route::{Hop, RTPROT_KEEPALIVED as KEEPALIVED, Route};
use netlink::rule::Rule;

use crate::links::Links;

/// A route or a rule, whose interfaces are looked up when it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPlan {
    /// `route …` or `rule …`, as written.
    pub text: String,
    pub what: What,
    /// Its loss is not noticed, and it is not put back.
    pub no_track: bool,
    pub track_group: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The interface of each hop stands beside it by name.
    Route(Route, Vec<Option<String>>),
    Rule(Rule),
}

/// Set, or to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    Route(Route),
    Rule(Rule),
}

impl PathPlan {
    /// With the numbers that the interfaces have now; the name of one that is missing.
    pub fn resolve(&self, links: &Links) -> Result<Path, &str> {
        let (route, names) = match &self.what {
            What::Rule(rule) => return Ok(Path::Rule(rule.clone())),
            What::Route(route, names) => (route, names),
        };
        let mut route = route.clone();
        for (hop, name) in route.hops.iter_mut().zip(names) {
            if let Some(name) = name {
                let link = links.link(name).ok_or(name.as_str())?;
                hop.interface = Some(link.index);
            }
        }
        Ok(Path::Route(route))
    }

    /// Interfaces without which it is nothing.
    pub fn interfaces(&self) -> impl Iterator<Item = &str> {
        let names = match &self.what {
            What::Route(_, names) => names.as_slice(),
            What::Rule(_) => &[],
        };
        names.iter().flatten().map(String::as_str)
    }
}

impl Path {
    pub fn add_request(&self) -> netlink::wire::Request {
        match self {
            Self::Route(route) => route.add_request(),
            Self::Rule(rule) => rule.add_request(),
        }
    }

    pub fn remove_request(&self) -> netlink::wire::Request {
        match self {
            Self::Route(route) => route.remove_request(),
            Self::Rule(rule) => rule.remove_request(),
        }
    }
}

/// Routes first: a rule must not lead into a table that is still empty.
pub fn all(routes: &[model::Route], rules: &[model::Rule]) -> Vec<PathPlan> {
    let routes = routes.iter().map(|route| PathPlan {
        text: format!("route {}", route.text),
        what: self::route(route),
        no_track: route.no_track,
        track_group: route.track_group.as_ref().map(|name| name.value.clone()),
    });
    let rules = rules.iter().map(|rule| PathPlan {
        text: format!("rule {}", rule.text),
        what: What::Rule(self::rule(rule)),
        no_track: rule.no_track,
        track_group: rule.track_group.as_ref().map(|name| name.value.clone()),
    });
    routes.chain(rules).collect()
}

fn route(route: &model::Route) -> What {
    let hops = route.hops.iter().map(|hop| Hop {
        via: hop.via,
        interface: None,
        weight: hop.weight,
        onlink: hop.onlink,
        pervasive: hop.pervasive,
        realms: hop.hop_realms,
    });
    let names = route.hops.iter();
    let names = names.map(|hop| hop.interface.as_ref().map(|name| name.value.clone()));
    let metrics = route.metrics.iter();
    let kind = kind(route.kind);
    let plan = Route {
        kind,
        destination: route.destination,
        from: route.from,
        table: route.table,
        tos: route.tos,
        protocol: route.protocol.unwrap_or(KEEPALIVED),
        scope: route.scope.map_or(0, |scope| scope.0),
        metric: route.metric,
        preferred_source: route.preferred_source,
        realms: route.realms,
        hops: hops.collect(),
        metrics: metrics
            .map(|it| (it.number, it.amount, it.locked))
            .collect(),
        congestion: route.congestion.clone(),
        router_preference: route.router_preference,
        expires: route.expires,
        ttl_propagate: route.ttl_propagate,
        append: route.append,
    };
    What::Route(plan, names.collect())
}

/// `RTN_*`
fn kind(kind: RouteKind) -> u8 {
    match kind {
        RouteKind::Unicast => 1,
        RouteKind::Local => 2,
        RouteKind::Broadcast => 3,
        RouteKind::Anycast => 4,
        RouteKind::Multicast => 5,
        RouteKind::Blackhole => 6,
        RouteKind::Unreachable => 7,
        RouteKind::Prohibit => 8,
        RouteKind::Throw => 9,
    }
}

fn rule(rule: &model::Rule) -> Rule {
    // `FR_ACT_*`
    let (action, table, goto) = match rule.action {
        RuleAction::Table(table) => (1, table, None),
        RuleAction::Goto(target) => (2, 0, Some(target)),
        RuleAction::Nop => (3, 0, None),
        RuleAction::Blackhole => (6, 0, None),
        RuleAction::Unreachable => (7, 0, None),
        RuleAction::Prohibit => (8, 0, None),
    };
    let own = (!rule.no_track).then_some(KEEPALIVED);
    Rule {
        ipv6: rule.ipv6,
        inverted: rule.inverted,
        from: rule.from,
        to: rule.to,
        tos: rule.tos,
        mark: rule.mark,
        input: rule.input.as_ref().map(|name| name.value.clone()),
        output: rule.output.as_ref().map(|name| name.value.clone()),
        preference: rule.preference.unwrap_or_default(),
        action,
        table,
        goto,
        l3mdev: rule.l3mdev,
        users: rule.users,
        ip_protocol: rule.ip_protocol,
        source_ports: rule.source_ports,
        destination_ports: rule.destination_ports,
        realms: rule.realms,
        tunnel: rule.tunnel,
        suppress_prefix_length: rule.suppress_prefix_length,
        suppress_group: rule.suppress_group,
        protocol: rule.protocol.or(own),
    }
}
