//! `http-request use-service NAME`.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::HttpAction;

/// `use-service NAME`
pub fn service(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<HttpAction> {
    let example = "http-request use-service prometheus-exporter if { path /metrics }";
    let Some(word) = args.take() else {
        cx.missing(args, "the service", example);
        return None;
    };
    if word.text == "prometheus-exporter" {
        return Some(HttpAction::Exporter);
    }
    let message = format!("there is no service '{}' here", word.text);
    cx.error("haproxy/bad-value", word.span, message)
        .suggest("the one that there is is 'prometheus-exporter'; services in Lua are not run");
    args.skip_all();
    None
}
