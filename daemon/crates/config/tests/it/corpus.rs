//! Real files from public repositories, where they are at hand beside the project.

use config::json::Finding;
use config::{Options, Parsed, Severity, Source};
use std::path::{Path, PathBuf};

pub fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/corpus")
        .join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(&root)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    found.sort();
    Some(found)
}

/// Spans are inside their file and on character boundaries; findings render in both forms.
fn check<T>(path: &Path, parsed: &Parsed<T>) -> String {
    for diagnostic in &parsed.diagnostics {
        let text = parsed.sources.text(diagnostic.span.file);
        let (start, end) = (
            diagnostic.span.start as usize,
            diagnostic.span.end() as usize,
        );
        assert!(
            text.get(start..end).is_some(),
            "{}: {diagnostic:?}",
            path.display()
        );
        assert!(
            !diagnostic.message.ends_with('.'),
            "{}: {diagnostic:?}",
            path.display()
        );
        let refused = diagnostic.severity == Severity::Error;
        assert!(!refused || diagnostic.code.contains('/'), "{diagnostic:?}");
    }
    let rendered = config::render::render_all(&parsed.diagnostics, &parsed.sources);
    assert_eq!(rendered.is_empty(), parsed.diagnostics.is_empty());
    let findings = Finding::all(&parsed.diagnostics, &parsed.sources);
    assert_eq!(findings.len(), parsed.diagnostics.len());
    let verdict = if parsed.is_valid() {
        "accepted"
    } else {
        "refused"
    };
    let first = parsed
        .errors()
        .next()
        .map(|error| error.message.clone())
        .unwrap_or_default();
    format!(
        "{:8} {} {first}",
        verdict,
        path.file_name().unwrap_or_default().display()
    )
}

fn run(folder: &str, parse: impl Fn(&Path, &str) -> String) {
    let Some(files) = files(folder) else {
        eprintln!("skipped: ../shared/corpus/{folder} is not beside the project");
        return;
    };
    assert!(!files.is_empty());
    for path in files {
        let bytes = std::fs::read(&path).expect("a readable file");
        println!("{}", parse(&path, &String::from_utf8_lossy(&bytes)));
    }
}

#[test]
fn every_haproxy_file_is_read_without_panic_and_with_exact_places() {
    run("haproxy", |path, text| {
        let source = [Source::new(path.display().to_string(), text)];
        let tolerant = Options {
            tolerant: true,
            ..Options::default()
        };
        check(path, &config::haproxy::parse(&source, &tolerant));
        check(path, &config::haproxy::parse(&source, &Options::default()))
    });
}

#[test]
fn every_keepalived_file_is_read_without_panic_and_with_exact_places() {
    run("keepalived", |path, text| {
        let source = [Source::new(path.display().to_string(), text)];
        let tolerant = Options {
            tolerant: true,
            ..Options::default()
        };
        check(path, &config::keepalived::parse(&source, &tolerant));
        check(
            path,
            &config::keepalived::parse(&source, &Options::default()),
        )
    });
}
