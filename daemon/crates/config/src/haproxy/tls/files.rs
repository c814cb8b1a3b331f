//! Which files belong to a certificate, by their names (configuration manual, `crt` and
//! `ssl-load-extra-files`).

use crate::haproxy::model::ExtraFiles;
use std::collections::BTreeMap;

/// A certificate and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    pub certificate: String,
    /// Where the key is not in the same file.
    pub key: Option<String>,
    pub ocsp: Option<String>,
    pub issuer: Option<String>,
}

const KINDS: [&str; 3] = ["rsa", "ecdsa", "dsa"];

/// Files that may belong to `crt PATH`, the certificate itself first.
pub fn wanted(path: &str, extra: ExtraFiles) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    if extra.bundle {
        paths.extend(KINDS.iter().map(|kind| format!("{path}.{kind}")));
    }
    let beside: Vec<String> = paths
        .iter()
        .flat_map(|path| {
            let more = [
                (extra.key, "key"),
                (extra.ocsp, "ocsp"),
                (extra.issuer, "issuer"),
            ];
            let more = more.into_iter().filter(|(on, _)| *on);
            more.map(|(_, kind)| companion(path, kind, extra))
        })
        .collect();
    paths.extend(beside);
    paths
}

fn companion(path: &str, kind: &str, extra: ExtraFiles) -> String {
    let stem = match path.strip_suffix(".crt") {
        Some(stem) if extra.replaces => stem,
        _ => path,
    };
    format!("{stem}.{kind}")
}

/// The certificates that `crt PATH` means among files that are at hand.
pub fn bundles<T>(path: &str, files: &BTreeMap<String, T>, extra: ExtraFiles) -> Vec<Bundle> {
    let bundle = |path: &str| {
        let beside = |on: bool, kind: &str| {
            let name = companion(path, kind, extra);
            (on && files.contains_key(&name)).then_some(name)
        };
        Bundle {
            certificate: path.to_owned(),
            key: beside(extra.key, "key"),
            ocsp: beside(extra.ocsp, "ocsp"),
            issuer: beside(extra.issuer, "issuer"),
        }
    };
    if files.contains_key(path) {
        return vec![bundle(path)];
    }
    if extra.bundle {
        let kinds = KINDS.iter().map(|kind| format!("{path}.{kind}"));
        let there: Vec<Bundle> = kinds
            .filter(|path| files.contains_key(path))
            .map(|path| bundle(&path))
            .collect();
        if !there.is_empty() {
            return there;
        }
    }
    let folder = format!("{}/", path.trim_end_matches('/'));
    let inside = files.range(folder.clone()..).map(|(path, _)| path);
    let inside = inside.take_while(|path| path.starts_with(&folder));
    inside
        .filter(|path| is_certificate(&path[folder.len()..], extra))
        .map(|path| bundle(path))
        .collect()
}

/// Whether a file of a directory is one, not what belongs to another.
fn is_certificate(name: &str, extra: ExtraFiles) -> bool {
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    let belongs = match kind {
        "key" => extra.key,
        "ocsp" => extra.ocsp,
        "issuer" => extra.issuer,
        "sctl" => extra.timestamps,
        _ => false,
    };
    !belongs && !name.starts_with('.') && !name.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, files: &[&str], extra: ExtraFiles) -> Vec<String> {
        let files = files.iter().map(|name| ((*name).to_owned(), ()));
        let found = bundles(path, &files.collect(), extra);
        found.into_iter().map(|b| b.certificate).collect()
    }

    #[test]
    fn a_directory_is_read_in_the_order_of_names_without_what_belongs_to_others() {
        let files = [
            "/c/.hidden",
            "/c/a.pem",
            "/c/a.pem.key",
            "/c/a.pem.ocsp",
            "/c/b.pem.ecdsa",
            "/c/b.pem.rsa",
            "/c/sub/x.pem",
            "/cc/other.pem",
        ];
        let all = ["/c/a.pem", "/c/b.pem.ecdsa", "/c/b.pem.rsa"];
        assert_eq!(named("/c", &files, ExtraFiles::default()), all);
        assert_eq!(named("/c/", &files, ExtraFiles::default()), all);
        assert_eq!(
            named("/c/a.pem", &files, ExtraFiles::default()),
            ["/c/a.pem"]
        );
        let bundle = ["/c/b.pem.rsa", "/c/b.pem.ecdsa"];
        assert_eq!(named("/c/b.pem", &files, ExtraFiles::default()), bundle);
        assert!(named("/none", &files, ExtraFiles::default()).is_empty());
    }

    #[test]
    fn an_extension_makes_place_where_that_is_asked_for() {
        let files = [("/c/a.crt".to_owned(), ()), ("/c/a.key".to_owned(), ())];
        let extra = ExtraFiles {
            replaces: true,
            ..ExtraFiles::default()
        };
        let found = bundles("/c/a.crt", &files.clone().into(), extra);
        assert_eq!(found[0].key.as_deref(), Some("/c/a.key"));
        let found = bundles("/c/a.crt", &files.into(), ExtraFiles::default());
        assert_eq!(found[0].key, None);
        assert!(wanted("/c/a.crt", extra).contains(&"/c/a.key".to_owned()));
    }
}
