//! Shell patterns for included files: `*`, `?` and `[…]`, never across a slash.

use std::path::{Component, Path, PathBuf};

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

/// Whether a name matches a pattern. Greedy with one point of return, so linear in practice.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if let Some(length) = one(&pattern[p..], name[n]) {
            p += length;
            n += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            n = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Length of the pattern's first element if it matches the character.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match class(pattern, c) {
            Some((hit, length)) => hit.then_some(length),
            None => (c == '[').then_some(1),
        },
        literal => (*literal == c).then_some(1),
    }
}

/// Whether a class holds the character, and its length; `None` when it is not closed.
fn class(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let first = if negated { 2 } else { 1 };
    // A closing bracket in the first place is a member.
    let end = (first + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let members = &pattern[first..end];
    let mut hit = false;
    let mut at = 0;
    while at < members.len() {
        if let Some(['-', to]) = members.get(at + 1..at + 3) {
            hit |= (members[at]..=*to).contains(&c);
            at += 3;
        } else {
            hit |= members[at] == c;
            at += 1;
        }
    }
    Some((hit != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.cfg", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]1", "b1", true),
            ("[!a-c]1", "b1", false),
            ("[]x]", "]", true),
            ("a[", "a[", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "aab", true),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

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
