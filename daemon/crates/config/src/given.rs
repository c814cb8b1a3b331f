//! Included files that were read beforehand: for a process that cannot open files itself.

use crate::options::FileLoader;
use std::path::{Component, Path};

/// Texts by path, as whoever read the configuration first found them.
#[derive(Debug, Clone, Default)]
pub struct GivenFiles {
    files: Vec<(String, String)>,
}

impl GivenFiles {
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        Self { files }
    }
}

impl FileLoader for GivenFiles {
    fn load(&self, pattern: &str, relative_to: &str) -> Vec<(String, String)> {
        let base = Path::new(relative_to).parent().unwrap_or(Path::new("."));
        let pattern = base.join(pattern);
        let found = self.files.iter();
        found
            .filter(|(path, _)| path_matches(&pattern, Path::new(path)))
            .cloned()
            .collect()
    }
}

/// Component by component: a pattern never crosses a slash.
fn path_matches(pattern: &Path, path: &Path) -> bool {
    let (mut wanted, mut given) = (pattern.components(), path.components());
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(Component::Normal(wanted)), Some(Component::Normal(given))) => {
                let given = given.to_string_lossy();
                let wanted = wanted.to_string_lossy();
                if !matches(&wanted, &given) {
                    return false;
                }
            }
            (wanted, given) if wanted == given => {}
            _ => return false,
        }
    }
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
    fn given_files_are_found_as_on_the_disk() {
        let texts = ["/etc/k/d/b.conf", "/etc/k/d/a.conf", "/etc/k/x.conf"];
        let files = GivenFiles::new(texts.map(|path| (path.to_owned(), path.to_owned())));
        let load = |pattern| {
            let found = files.load(pattern, "/etc/k/keepalived.conf");
            found.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert_eq!(load("d/*.conf"), ["/etc/k/d/a.conf", "/etc/k/d/b.conf"]);
        assert_eq!(load("*/x.conf"), Vec::<String>::new());
        assert_eq!(load("/etc/k/x.conf"), ["/etc/k/x.conf"]);
    }
}
