//! Backends: servers, how one is chosen, and the rules on the way to it.

use super::{Answers, Backend, Check, ForwardFor, Holds, Inspection, Timeouts, inspect, servers};
use crate::persist::Cookie;
use crate::rules::compile::Compiler;
use crate::rules::page::Page;
use crate::rules::sample::Sample;
use crate::shared::Registry;
use config::haproxy::model::{self, Proxy};
use http1::Manner;
use std::sync::Arc;

pub fn compile(
    section: usize,
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    answers: &Arc<Answers>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Backend {
    let name = proxy.name.0.as_str();
    let servers = servers::compile(proxy, compiler, registry, problems);
    let hash = proxy
        .hash_type
        .function
        .as_ref()
        .map_or("sdbm", |f| f.value.as_str());
    let hash = balance::hash::Function::of_name(hash).unwrap_or_else(|| {
        problems.push(format!(
            "hash function '{hash}' is not available yet: use sdbm, djb2 or crc32"
        ));
        balance::hash::Function::Sdbm
    });
    // A listen section's rules run once, as its frontend's.
    let own_rules = !proxy.kind.is_frontend();
    let rules = |rules: &[model::HttpRule], response: bool, problems: &mut Vec<String>| {
        compiler.rules(if own_rules { rules } else { &[] }, response, problems)
    };
    let (early, redirects) = proxy.request_rules();
    let shared = registry.backend(name);
    // Servers may have come, gone or changed weight.
    shared
        .epoch
        .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Backend {
        name: name.to_owned(),
        mode: proxy.mode.value,
        shared,
        section,
        timeouts: Timeouts::new(&proxy.timeouts),
        connection_mode: proxy.options.connection_mode,
        forwardfor: ForwardFor::new(proxy.options.forwardfor.as_ref(), "X-Forwarded-For"),
        originalto: ForwardFor::new(proxy.options.originalto.as_ref(), "X-Original-To"),
        content: if own_rules {
            inspect::request(proxy, compiler, problems)
        } else {
            Inspection::default()
        },
        reply_content: inspect::response(proxy, compiler, problems),
        manner: if proxy.options.accept_invalid_http_response {
            Manner::Lenient
        } else {
            Manner::Normal
        },
        checkcache: proxy.options.checkcache,
        request_rules: rules(early, false, problems),
        late_rules: {
            let page = Page::compile(section, proxy, own_rules, compiler, problems);
            let redirects = rules(redirects, false, problems);
            page.into_iter().chain(redirects).collect()
        },
        response_rules: rules(&proxy.http_response, true, problems),
        after_rules: rules(&proxy.http_after_response, true, problems),
        stick_rules: inspect::stick(proxy, compiler, problems),
        balance: proxy.balance.value.clone(),
        hash,
        // The manual: without a function the consistent type is "sdbm and avalanche".
        avalanche: proxy.hash_type.avalanche
            || proxy.hash_type.consistent && proxy.hash_type.function.is_none(),
        consistent: proxy.hash_type.consistent,
        holds: match &proxy.balance.value {
            _ if proxy.options.http_buffer_request => Holds::All,
            model::Balance::UrlParam {
                check_post: Some(_),
                ..
            } => Holds::Posts,
            _ => Holds::No,
        },
        key: key(proxy, compiler, problems),
        balance_factor: proxy.hash_balance_factor,
        told_names: servers
            .iter()
            .any(|s| s.introduction.as_ref().is_some_and(|it| it.unique_id)),
        implied: servers.iter().position(|s| s.implied),
        use_servers: inspect::use_servers(proxy, &servers, compiler, problems),
        rdp_cookie: rdp_cookie(proxy, compiler, problems),
        servers,
        persist_rules: inspect::persistence(proxy, compiler, problems),
        allbackups: proxy.options.allbackups,
        fullconn: proxy.fullconn.as_ref().map_or(0, |n| n.value),
        retries: proxy.retries.value,
        replays: replays(&proxy.retry_on),
        retry_on: proxy.retry_on.clone(),
        redispatch: proxy.redispatch.map(|r| r.interval),
        cookie: cookie(proxy, problems),
        persist: proxy.options.persist,
        reuse: proxy.http_reuse,
        tcp_keepalive: proxy.options.server_tcp_keepalive,
        abortonclose: proxy.options.abortonclose,
        answers: answers.clone(),
        check: Check::compile(proxy, compiler.env).unwrap_or_else(|why| {
            problems.push(format!("its check: {why}"));
            Check::default()
        }),
    }
}

/// Whether a request may be sent again after it reached a server.
fn replays(on: &model::RetryOn) -> bool {
    on.empty || on.junk || on.timeout || !on.statuses.is_empty()
}

/// What `balance hash` and `balance rdp-cookie` look at.
fn key(proxy: &Proxy, compiler: &Compiler<'_>, problems: &mut Vec<String>) -> Option<Sample> {
    let compiled = match &proxy.balance.value {
        model::Balance::Hash(key) => Sample::compile(key, compiler.env),
        model::Balance::RdpCookie { name } => {
            let name = name.as_ref().map_or("mstshash", |name| &name.value);
            Sample::fetch("req.rdp_cookie", vec![name.to_owned()], compiler.env)
        }
        _ => return None,
    };
    compiled.map_err(|why| problems.push(why)).ok()
}

fn rdp_cookie(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    problems: &mut Vec<String>,
) -> Option<Sample> {
    let name = proxy.rdp_cookie.clone()?;
    let sample = Sample::fetch("req.rdp_cookie", vec![name], compiler.env);
    sample.map_err(|why| problems.push(why)).ok()
}

fn cookie(proxy: &Proxy, problems: &mut Vec<String>) -> Option<Cookie> {
    match Cookie::compile(proxy.cookie.as_ref()?) {
        Ok(cookie) => Some(cookie),
        Err(why) => {
            problems.push(why);
            None
        }
    }
}
