//! From texts to a model.

use config::haproxy::model;
use config::{Options, Source};
use std::collections::BTreeMap;

/// The supervisor has refused what is wrong; here only what got past it counts.
pub fn parse(sources: &[Source]) -> Result<model::Config, Vec<String>> {
    let mut env: BTreeMap<String, String> = std::env::vars().collect();
    // The supervisor reads the same; one host, one name.
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    env.insert("HAPROXY_LOCALPEER".to_owned(), host);
    let options = Options {
        tolerant: true,
        env: &env,
        ..Options::default()
    };
    let parsed = config::haproxy::parse(sources, &options);
    if parsed.is_valid() {
        return Ok(parsed.config);
    }
    let place = |d: &config::Diagnostic| {
        let at = parsed.sources.position(d.span);
        format!(
            "{}:{}:{}: {}",
            parsed.sources.path(d.span.file),
            at.line,
            at.column,
            d.message
        )
    };
    Err(parsed.errors().map(place).collect())
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
