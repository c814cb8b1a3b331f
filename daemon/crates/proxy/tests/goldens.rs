//! Every haproxy.cfg that the provisioner renders can be taken up.

use proxy::plan::Attachments;
use proxy::shared::Registry;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn goldens(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            goldens(&path, found);
        } else if path.file_name().is_some_and(|n| n == "haproxy.cfg") {
            found.push(path);
        }
    }
}

/// For every file of certificates that the text names, one of the test's own.
fn certificates(text: &str) -> Attachments {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = words
        .windows(2)
        .filter(|w| ["crt", "ca-file"].contains(&w[0]));
    let paths: Vec<&str> = named.map(|w| w[1]).collect();
    if paths.is_empty() {
        return Attachments::new();
    }
    let args = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=any -days 2";
    let made = Command::new("openssl")
        .args(args.split(' '))
        .args(["-keyout", "-", "-out", "-"])
        .output()
        .unwrap();
    let bytes = |path: &&str| ((*path).to_owned(), made.stdout.clone());
    paths.iter().map(bytes).collect()
}

#[test]
fn rendered_configurations_compile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/golden");
    let mut files = Vec::new();
    goldens(&root, &mut files);
    assert!(files.len() >= 2, "no golden files below {}", root.display());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let source = config::Source::new(file.to_string_lossy(), text.clone());
        let parsed = config::haproxy::parse(&[source], &config::Options::default());
        let errors: Vec<_> = parsed.errors().map(|d| d.message.clone()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        let plan = proxy::plan::compile(
            Arc::new(parsed.config),
            1,
            &mut Registry::new(1),
            &certificates(&text),
            &proxy::names::Known::new(),
        );
        assert!(plan.is_ok(), "{}: {:?}", file.display(), plan.err());
    }
}
