//! Shell patterns for included files: `*`, `?` and `[…]`, never across a slash.

use std::path::{Component, Path, PathBuf};

use config::given::matches;

/// Existing files that match, in name order. A path without a pattern is itself, if it exists.
pub fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        found = match component {
            Component::Normal(name) => {
                let name = name.to_string_lossy();
                if name.contains(['*', '?', '[']) {
                    found
                        .iter()
                        .flat_map(|base| matching(base, &name))
                        .collect()
                } else {
                    found.iter().map(|base| base.join(&*name)).collect()
                }
            }
            other => found.iter().map(|base| base.join(other)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    found
}

fn matching(base: &Path, pattern: &str) -> Vec<PathBuf> {
    let directory = if base.as_os_str().is_empty() {
        Path::new(".")
    } else {
        base
    };
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        // As in a shell, a leading dot must be written.
        .filter(|name| !name.starts_with('.') || pattern.starts_with('.'))
        .filter(|name| matches(pattern, name))
        .collect();
    names.sort();
    names.into_iter().map(|name| base.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_name_order() {
        let base = std::env::temp_dir().join(format!("tandem-glob-{}", std::process::id()));
        std::fs::create_dir_all(base.join("d1")).unwrap();
        std::fs::create_dir_all(base.join("d2")).unwrap();
        for name in [
            "d1/b.conf",
            "d1/a.conf",
            "d2/c.conf",
            "d2/.h.conf",
            "d2/x.txt",
        ] {
            std::fs::write(base.join(name), "").unwrap();
        }
        let found = expand(&base.join("d*/*.conf"));
        let expected = ["d1/a.conf", "d1/b.conf", "d2/c.conf"].map(|name| base.join(name));
        assert_eq!(found, expected);
        assert_eq!(expand(&base.join("missing.conf")), Vec::<PathBuf>::new());
        std::fs::remove_dir_all(&base).unwrap();
    }
}
