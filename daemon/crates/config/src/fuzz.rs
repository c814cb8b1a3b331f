//! What the fuzz targets and the bounded random tests run: any bytes, both readings, and what must
//! hold for every input.

use crate::diagnostic::Parsed;
use crate::given::GivenFiles;
use crate::haproxy::model::FormatPart;
use crate::json::Finding;
use crate::options::Options;
use crate::render::render_all;
use crate::source::Source;
use std::collections::BTreeMap;

/// haproxy.cfg from any bytes.
pub fn haproxy(bytes: &[u8]) {
    both_ways(bytes, |source, options| {
        check(&crate::haproxy::parse(source, options));
    });
}

/// A line of this alone ends a file; the next is one that the first may include.
pub const NEXT_FILE: &str = "%%%%";

/// keepalived.conf from any bytes, with up to three files to include: `1.conf`, `2.conf`, `3.conf`.
pub fn keepalived(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let border = format!("\n{NEXT_FILE}\n");
    let mut texts = text.splitn(4, &border).map(str::to_owned);
    let main = texts.next().unwrap_or_default();
    let included = GivenFiles::new((1..).map(|number| format!("{number}.conf")).zip(texts));
    let env = BTreeMap::from([("HOME".to_owned(), "/{root #\"".to_owned())]);
    let source = [Source::new("input", main)];
    for tolerant in [false, true] {
        let options = Options {
            tolerant,
            config_id: "id",
            every_file: tolerant,
            diagnostic: tolerant,
            errors_alone: false,
            env: &env,
            files: &included,
        };
        check(&crate::keepalived::parse(&source, &options));
    }
}

/// A log format of its own from any bytes.
pub fn log_format(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match crate::haproxy::parse_format(&text) {
        Ok(format) if !text.contains('%') => {
            let parts = format.parts.iter().map(|part| match part {
                FormatPart::Literal(literal) => literal.as_str(),
                other => panic!("{other:?} without a percent sign"),
            });
            assert_eq!(parts.collect::<String>(), text);
        }
        Ok(_) => {}
        Err(message) => assert!(!message.is_empty() && text.contains('%'), "{message}"),
    }
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
