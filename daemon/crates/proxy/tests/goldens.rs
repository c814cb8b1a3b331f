//! Every haproxy.cfg that the provisioner renders can be taken up.

use proxy::shared::Registry;
use std::path::{Path, PathBuf};
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

#[test]
fn rendered_configurations_compile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/golden");
    let mut files = Vec::new();
    goldens(&root, &mut files);
    assert!(files.len() >= 2, "no golden files below {}", root.display());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let source = config::Source::new(file.to_string_lossy(), text);
        let parsed = config::haproxy::parse(&[source], &config::Options::default());
        let errors: Vec<_> = parsed.errors().map(|d| d.message.clone()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        let plan = proxy::plan::compile(
            Arc::new(parsed.config),
            1,
            &mut Registry::new(1),
            &proxy::plan::Attachments::new(),
            &proxy::names::Known::new(),
        );
        assert!(plan.is_ok(), "{}: {:?}", file.display(), plan.err());
    }
}
