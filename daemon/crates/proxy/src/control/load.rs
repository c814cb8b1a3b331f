//! From texts to a model.

use config::haproxy::model;
use config::{Options, Parsed, Source, SourceMap, Span};
use std::collections::BTreeMap;

/// The supervisor has refused what is wrong; here only what got past it counts.
pub fn parse(sources: &[Source]) -> Result<Parsed<model::Config>, Vec<String>> {
    let mut env: BTreeMap<String, String> = std::env::vars().collect();
    // The supervisor reads the same; one host, one name.
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    env.insert("HAPROXY_LOCALPEER".to_owned(), host);
    let options = Options {
        tolerant: true,
        errors_alone: true,
        env: &env,
        ..Options::default()
    };
    let parsed = config::haproxy::parse(sources, &options);
    if parsed.is_valid() {
        return Ok(parsed);
    }
    let said = |d: &config::Diagnostic| placed(d.span, &d.message, &parsed.sources);
    Err(parsed.errors().map(said).collect())
}

/// A reason, with its place in front.
pub fn placed(place: Span, why: &str, sources: &SourceMap) -> String {
    let at = sources.position(place);
    let path = sources.path(place.file);
    format!("{path}:{}:{}: {why}", at.line, at.column)
}

/// `nbthread`, or one worker for each processor.
pub fn worker_count(model: &model::Config) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    model
        .global
        .nbthread
        .as_ref()
        .map_or_else(cores, |n| usize::from(n.value))
        .clamp(1, 256)
}
