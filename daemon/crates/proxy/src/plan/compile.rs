//! From the typed model to a snapshot; every reason against it is collected.

use super::{
    Answers, ForwardFor, Frontend, LogPlan, Pace, Plan, Problem, Spoken, Timeouts, backend, bind,
    inspect, numbers, pages, patterns, problem, servers, tls,
};
use crate::names::Known;
use crate::rules::compile::Compiler;
use crate::rules::environment::{Environment, Needs, Tables};
use crate::rules::page::Page;
use crate::shared::Registry;
use config::haproxy::model::{self, Config, Proxy, TcpPhase};
use http1::{Limits, Manner};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files that the configuration names, by the name it uses.
pub type Attachments = BTreeMap<String, Vec<u8>>;

/// Compiles a valid model. Shared state is found in the registry by name, so counters and health
/// survive a reload; where something stands against the model, it stays as it is.
pub fn compile(
    model: Arc<Config>,
    generation: u64,
    registry: &mut Registry,
    attachments: &Attachments,
    known: &Known,
) -> Result<Plan, Vec<Problem>> {
    let mut problems = Vec::new();
    let sections = || {
        model
            .proxies
            .iter()
            .enumerate()
            .filter(|(_, p)| !p.disabled)
    };
    let names: Vec<&str> = sections()
        .filter(|(_, p)| p.kind.is_backend())
        .map(|(_, p)| p.name.0.as_str())
        .collect();
    let find = |name: &str| names.iter().position(|n| *n == name);
    let (mut frontends, mut backends) = (Vec::new(), Vec::new());
    let tables = tables(&model, registry);
    problems.extend(pages::problems(&model, attachments));
    let patterns = patterns::files(&model, attachments, &registry.patterns, &mut problems);
    let needs = Needs::default();
    for (section, proxy) in sections() {
        let mut own = Vec::new();
        let env = Environment {
            model: &model,
            attachments,
            tables: &tables,
            patterns: &patterns,
            section: &proxy.name.0,
            needs: &needs,
            response: Cell::new(false),
            checks: false,
        };
        let compiler = Compiler::new(&proxy.acls, &env, &mut own);
        let answers = Arc::new(Answers::compile(proxy, &env, &mut own));
        if proxy.kind.is_frontend() {
            frontends.push(frontend(
                section, proxy, &compiler, &answers, &find, registry, &mut own,
            ));
        }
        if proxy.kind.is_backend() {
            backends.push(backend::compile(
                section, proxy, &compiler, &answers, registry, &mut own,
            ));
        }
        let place = |why| Problem::of_section(&model, proxy, why);
        problems.extend(own.into_iter().map(place));
    }
    if problems.is_empty() {
        problems = inspect::process_variables(&model, attachments, &tables, registry);
    }
    registry.settle(problems.is_empty());
    if !problems.is_empty() {
        return Err(problem::sorted(problems));
    }
    registry.patterns = patterns;
    let g = &model.global;
    let pace = Pace::new(g);
    for f in &mut frontends {
        f.paced = f.session_limit != 0 || pace != Pace::default();
    }
    let process = g.maxconn.as_ref().map_or(0, |n| n.value);
    servers::fill_fullconn(&frontends, &mut backends, process);
    let observes = backends
        .iter()
        .any(|b| b.servers.iter().any(|s| s.observed.is_some()));
    let holds =
        frontends.iter().any(|f| f.holds) || backends.iter().any(|b| b.holds != super::Holds::No);
    Ok(Plan {
        generation,
        serial: registry.next_serial(),
        frontends,
        backends,
        limits: limits(g),
        h2: super::Multiplexing::new(g),
        maxconn: process,
        max_sealed: g.max_tls.as_ref().map_or(0, |n| n.value),
        pace,
        totals: registry.totals.clone(),
        log_targets: registry.follow_logs(&model, known),
        remembers: needs.remembers.get(),
        notes_certificates: needs.certificates.get(),
        notes_rules: needs.last_rule.get(),
        rates: needs.rates.get(),
        observes,
        bodies: needs.bodies.get() || holds,
        variables: registry.variables.clone(),
        hard_stop_after: g
            .hard_stop_after
            .as_ref()
            .map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
        section_numbers: numbers::of_sections(&model).collect(),
        model,
    })
}

/// The tables of all sections by the names that rules call them by.
fn tables(model: &Config, registry: &mut Registry) -> Tables {
    let mut tables = Tables::new();
    for proxy in model.proxies.iter().filter(|proxy| !proxy.disabled) {
        if let Some(spec) = &proxy.stick_table {
            let name = &proxy.name.0;
            let shared = model.sharing(spec).is_some();
            tables.insert(name.clone(), registry.table(name, spec, shared));
        }
    }
    for section in &model.peers {
        for shared in &section.tables {
            let name = section.table_name(shared);
            let table = registry.table(&name, &shared.spec, section.is_active());
            tables.insert(name, table);
        }
    }
    tables
}

fn frontend(
    section: usize,
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    answers: &Arc<Answers>,
    find: &impl Fn(&str) -> Option<usize>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Frontend {
    let name = proxy.name.0.as_str();
    let use_backends = inspect::routes(proxy, compiler, find, problems);
    // A listen section is its own default.
    let default = proxy
        .default_backend
        .as_ref()
        .map_or(name, |d| d.value.0.as_str());
    let (early, redirects) = proxy.request_rules();
    let bind_numbers: Vec<u32> = numbers::of_listeners(proxy).collect();
    Frontend {
        name: name.to_owned(),
        mode: proxy.mode.value,
        shared: registry.frontend(name),
        section,
        maxconn: proxy.maxconn.as_ref().map_or(0, |n| n.value),
        timeouts: Timeouts::new(&proxy.timeouts),
        connection_mode: proxy.options.connection_mode,
        forwardfor: ForwardFor::new(proxy.options.forwardfor.as_ref(), "X-Forwarded-For"),
        originalto: ForwardFor::new(proxy.options.originalto.as_ref(), "X-Original-To"),
        tcp_keepalive: proxy.options.client_tcp_keepalive,
        holds: proxy.options.http_buffer_request,
        ignore_probes: proxy.options.http_ignore_probes,
        manner: match proxy.options {
            ref o if o.http_strict => Manner::Strict,
            ref o if o.accept_invalid_http_request => Manner::Lenient,
            _ => Manner::Normal,
        },
        connection_rules: compiler.tcp_rules(&proxy.tcp_rules, TcpPhase::Connection, problems),
        session_rules: compiler.tcp_rules(&proxy.tcp_rules, TcpPhase::Session, problems),
        content: inspect::request(proxy, compiler, problems),
        request_rules: compiler.rules(about_http(proxy, early), false, problems),
        late_rules: {
            let page = Page::compile(section, proxy, true, compiler, problems);
            let redirects = compiler.rules(about_http(proxy, redirects), false, problems);
            page.into_iter().chain(redirects).collect()
        },
        response_rules: compiler.rules(about_http(proxy, &proxy.http_response), true, problems),
        after_rules: compiler.rules(
            about_http(proxy, &proxy.http_after_response),
            true,
            problems,
        ),
        use_backends,
        default_backend: find(default),
        monitor_uri: proxy
            .monitor_uri
            .as_ref()
            .map(|u| u.value.clone().into_bytes()),
        monitor_fail: inspect::monitor(proxy, compiler, problems),
        unique_id: compiler.format(proxy.unique_id_format.as_ref(), problems),
        unique_id_header: unique_id_header(proxy, compiler),
        request_captures: captures(&proxy.request_captures, compiler),
        response_captures: captures(&proxy.response_captures, compiler),
        cookie_capture: {
            let capture = proxy.cookie_capture.clone();
            capture.inspect(|_| compiler.env.remember())
        },
        log: LogPlan {
            custom: match &proxy.log_format {
                model::LogFormat::Custom(format) => {
                    inspect::log_format(Some(format), compiler, problems)
                }
                _ => None,
            },
            structured: inspect::log_format(proxy.log_format_sd.as_ref(), compiler, problems),
            error: inspect::log_format(proxy.error_log_format.as_ref(), compiler, problems),
            format: proxy.log_format.clone(),
            dont_log_null: proxy.options.dontlognull,
            only_errors: proxy.options.dontlog_normal,
            separate_errors: proxy.options.log_separate_errors,
            early: proxy.options.logasap,
        },
        answers: answers.clone(),
        addresses: proxy
            .listen_addresses()
            .map(|(_, _, a)| a.value.to_string())
            .collect(),
        session_limit: proxy.rate_limit_sessions.as_ref().map_or(0, |n| n.value),
        paced: false,
        bind_places: bind::places(proxy, registry),
        greetings: proxy
            .listen_addresses()
            .map(|(_, bind, _)| bind::greeting(bind))
            .collect(),
        acceptors: tls::acceptors(proxy, compiler, registry, problems),
        spoken: proxy
            .listen_addresses()
            .map(|(_, bind, _)| Spoken::new(bind, !proxy.options.disable_h2_upgrade))
            .collect(),
        bind_names: bind_numbers
            .iter()
            .zip(proxy.listen_addresses())
            .map(|(number, (_, bind, _))| {
                let name = bind.name.as_ref().map(|name| name.value.clone());
                name.unwrap_or_else(|| number.to_string())
            })
            .collect(),
        bind_numbers,
    }
}

fn unique_id_header(proxy: &Proxy, compiler: &Compiler<'_>) -> Option<Vec<u8>> {
    let name = proxy.unique_id_header.as_ref()?;
    compiler.env.remember();
    Some(name.value.clone().into_bytes())
}

/// How much of a message is held.
fn limits(g: &model::Global) -> Limits {
    let rewrite = g.maxrewrite.as_ref().map_or(1024, |b| b.value as usize);
    Limits {
        head: g.buffer_size().saturating_sub(rewrite).max(1024),
        // The first line counts as one.
        fields: g
            .max_headers
            .as_ref()
            .map_or(100, |n| usize::from(n.value) - 1),
        manner: Manner::Normal,
    }
}

/// Captured things are kept until the line is written.
fn captures(list: &[model::Capture], compiler: &Compiler<'_>) -> Vec<model::Capture> {
    if !list.is_empty() {
        compiler.env.remember();
    }
    list.to_vec()
}

/// Rules of a frontend that relays bytes never apply, unless its connections may begin to speak HTTP.
fn about_http<'p>(proxy: &Proxy, rules: &'p [model::HttpRule]) -> &'p [model::HttpRule] {
    let applies = proxy.mode.value == model::Mode::Http || proxy.switches_mode();
    if applies { rules } else { &[] }
}
