//! What the fuzz targets and the bounded random tests run: any bytes, both readings, and what must
//! hold for every input.

use crate::diagnostic::Parsed;
use crate::json::Finding;
use crate::options::Options;
use crate::render::render_all;
use crate::source::Source;

/// haproxy.cfg from any bytes.
pub fn haproxy(bytes: &[u8]) {
    both_ways(bytes, |source, options| {
        check(&crate::haproxy::parse(source, options));
    });
}

/// keepalived.conf from any bytes.
pub fn keepalived(bytes: &[u8]) {
    both_ways(bytes, |source, options| {
        check(&crate::keepalived::parse(source, options));
    });
}

fn both_ways(bytes: &[u8], parse: impl Fn(&[Source], &Options<'_>)) {
    let source = [Source::new("input", String::from_utf8_lossy(bytes))];
    for tolerant in [false, true] {
        let options = Options {
            tolerant,
            config_id: "id",
            ..Options::default()
        };
        parse(&source, &options);
    }
}

/// Every span lies inside its file on character boundaries, and every finding can be shown.
fn check<T>(parsed: &Parsed<T>) {
    for diagnostic in &parsed.diagnostics {
        let text = parsed.sources.text(diagnostic.span.file);
        let range = diagnostic.span.start as usize..diagnostic.span.end() as usize;
        assert!(text.get(range).is_some(), "{diagnostic:?} in {text:?}");
        let (file, line) = (
            diagnostic.span.file,
            parsed.sources.position(diagnostic.span).line,
        );
        let shown = parsed.sources.shown_line(file, line);
        let width = parsed.sources.line(file, line).chars().count();
        assert_eq!(
            shown.chars().count(),
            width,
            "a mask is as wide as its secret"
        );
    }
    let shown = render_all(&parsed.diagnostics, &parsed.sources);
    assert_eq!(shown.is_empty(), parsed.diagnostics.is_empty());
    let findings = Finding::all(&parsed.diagnostics, &parsed.sources);
    assert!(
        findings
            .iter()
            .all(|finding| finding.line > 0 && finding.column > 0)
    );
}
