//! `docs/metrics.md`, from the catalogue.

use std::fmt::Write as _;

use super::CATALOGUE;

const INTRODUCTION: &str = "# Metrics

Generated from the catalogue in `daemon/crates/supervisor/src/metrics`; change it there and run
`UPDATE_DOCS=1 cargo test -p supervisor --test metrics`.

`tandemd metrics` prints what a running daemon shows, in the text format of Prometheus; the control socket answers
`{\"command\":\"metrics\"}` with `{\"text\": \"…\"}`. For node_exporter's textfile collector a timer is enough:
`tandemd metrics > /var/lib/node_exporter/tandemd.prom.new && mv …`. A value that is not known is left out.

The proxy's endpoint (`http-request use-service prometheus-exporter`, [statistics](statistics.md)) answers in the same format, and in
OpenMetrics 1.0 to who asks for it, as Prometheus does: `Accept: application/openmetrics-text`, in no version or 1.0.0, and liked
no less than the text (`q`). There the family of a counter has no `_total` and its samples have: `haproxy_frontend_bytes_in_total`
is a sample of `haproxy_frontend_bytes_in`, so that queries are the same for both. One of HAProxy's counters has no `_total` in its
name, and gets it: `haproxy_process_failed_resolutions_total`. `haproxy_process_build_info` is of the kind `info`, families in seconds
and bytes have a `UNIT`, a counter whose value is not known is left out instead of being `NaN`, and no sample has a time of its own.

What to alarm on: `tandemd_vrrp_instance_split_brain`, `tandemd_vrrp_instance_heard_by_peer == 0`,
`tandemd_vrrp_instance_address_lists_differ` for longer than a rollout, `tandemd_vrrp_instance_announcement{outcome=\"unverified\"}`,
an increase of `tandemd_vrrp_instance_packet_errors_total` or `tandemd_process_restarts_total`, and
`tandemd_vrrp_wake_lateness_max_seconds` near the advert interval.

| metric | type | labels | meaning |
|---|---|---|---|
";

pub fn markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for metric in CATALOGUE {
        let labels: Vec<String> = metric
            .all_labels()
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            metric.name,
            metric.kind.name(),
            labels.join(", "),
            metric.help
        );
    }
    text
}
