//! docs/metrics.md is current. `UPDATE_DOCS=1 cargo test -p supervisor --test metrics` writes it.

use std::path::PathBuf;

#[test]
fn the_document_of_metrics_is_current() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs/metrics.md");
    let text = supervisor::metrics::document::markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).expect("write the document");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/metrics.md is out of date: run UPDATE_DOCS=1 cargo test -p supervisor --test metrics"
    );
}
