//! Servers that follow others, agents, and live traffic that is observed.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Mode, Observe, Proxy, Server, Track};
use crate::source::Spanned;
use crate::suggest::nearest;

/// Settles what the lines left open: what cannot be observed is not.
pub fn settle(cx: &mut Context<'_>, proxy: &mut Proxy) {
    let is_tcp = proxy.mode.value == Mode::Tcp;
    for server in &mut proxy.servers {
        let Some(layer) = &server.observation.layer else {
            continue;
        };
        let (message, help) = if is_tcp && layer.value == Observe::Layer7 {
            let message = "answers cannot be observed in mode tcp, so nothing is";
            (message, "write 'observe layer4', or 'mode http'")
        } else if !server.check.enabled {
            let message = "traffic is observed for servers with 'check' alone, so nothing is";
            (message, "add 'check' to the server line")
        } else {
            continue;
        };
        cx.warning("haproxy/no-check", layer.span, message.to_owned())
            .suggest(help);
        server.observation.layer = None;
    }
}

/// Agents that can be asked, and tracked servers that have a state of their own in the end.
pub fn check(cx: &mut Context<'_>, config: &Config) {
    for proxy in config.backends() {
        for server in &proxy.servers {
            agent(cx, server);
            if let Some(track) = &server.track {
                tracked(cx, config, proxy, server, track);
            }
        }
    }
}

fn agent(cx: &mut Context<'_>, server: &Server) {
    if let Some(enabled) = server
        .agent
        .enabled
        .as_ref()
        .filter(|_| server.agent.port.is_none())
    {
        let message = format!(
            "the agent of server '{}' has no port to be asked at",
            server.name
        );
        cx.error("haproxy/agent-port", enabled.span, message)
            .suggest("add 'agent-port N'");
    }
}

fn tracked(
    cx: &mut Context<'_>,
    config: &Config,
    proxy: &Proxy,
    server: &Server,
    track: &Spanned<Track>,
) {
    if server.check.enabled {
        let message = format!(
            "server '{}' has a check of its own and the state of another server",
            server.name
        );
        cx.error("haproxy/track", track.span, message)
            .suggest("take 'check' or 'track' away");
        return;
    }
    let (mut home, mut at) = (proxy, track);
    let mut passed = vec![(proxy, server)];
    loop {
        let Some((next_home, next)) = target(cx, config, home, at, at.span == track.span) else {
            return;
        };
        if passed.iter().any(|(_, known)| std::ptr::eq(*known, next)) {
            if std::ptr::eq(next, server) {
                looped(cx, &passed, track);
            }
            return;
        }
        passed.push((next_home, next));
        if next_home.options.disable_on_404 != home.options.disable_on_404 {
            let message = format!(
                "'{}' and '{}' do not agree on 'http-check disable-on-404'",
                home.name, next_home.name
            );
            cx.error("haproxy/track", track.span, message)
                .suggest("write 'http-check disable-on-404' in both sections or in none");
            return;
        }
        match &next.track {
            Some(further) => (home, at) = (next_home, further),
            None if next.check.enabled || next.agent.enabled.is_some() => return,
            None => {
                let message = format!(
                    "server '{}/{}' has neither check nor agent, so there is no state to follow",
                    next_home.name, next.name
                );
                cx.error("haproxy/track", track.span, message)
                    .suggest("add 'check' to its line");
                return;
            }
        }
    }
}

/// Said once, at the last line of the circle.
fn looped(cx: &mut Context<'_>, passed: &[(&Proxy, &Server)], track: &Spanned<Track>) {
    let place = |server: &Server| server.name.span;
    let last = passed.iter().map(|(_, server)| place(server)).max();
    if passed.first().map(|(_, server)| place(server)) != last {
        return;
    }
    let mut names: Vec<String> = passed
        .iter()
        .map(|(proxy, server)| format!("{}/{}", proxy.name, server.name))
        .collect();
    names.extend(names.first().cloned());
    let message = format!(
        "servers follow each other in a circle: {}",
        names.join(" → ")
    );
    cx.error("haproxy/track", track.span, message)
        .suggest("let one of them have a 'check' instead of 'track'");
}

/// The server that is named; what is wrong is said only where `own` line names it.
fn target<'c>(
    cx: &mut Context<'_>,
    config: &'c Config,
    home: &'c Proxy,
    track: &Spanned<Track>,
    own: bool,
) -> Option<(&'c Proxy, &'c Server)> {
    let section = match &track.proxy {
        Some(name) => config.backend(name),
        None => Some(home),
    };
    let Some(section) = section else {
        if own {
            let name = track.proxy.as_ref().map_or("", |name| name.0.as_str());
            let names = config.backends().map(|proxy| proxy.name.0.as_str());
            let message = format!("there is no backend '{name}' whose server could be tracked");
            let found = nearest(name, names).map(str::to_owned);
            let diagnostic = cx.error("haproxy/track", track.span, message);
            if let Some(found) = found {
                diagnostic.suggest(format!("did you mean '{found}/{}'?", track.server));
            }
        }
        return None;
    };
    let found = section
        .servers
        .iter()
        .find(|s| s.name.value == track.server);
    if found.is_none() && own {
        let message = format!("'{}' has no server '{}'", section.name, track.server);
        let names = section.servers.iter().map(|s| s.name.0.as_str());
        let help = match nearest(&track.server.0, names) {
            Some(name) => format!("did you mean '{}/{name}'?", section.name),
            None => "write 'track SECTION/SERVER'".to_owned(),
        };
        cx.error("haproxy/track", track.span, message).suggest(help);
    }
    Some((section, found?))
}
