//! Files of certificates and authorities: the proxy cannot open them, so it gets their bytes.

use std::collections::BTreeSet;
use std::path::Path;

use config::haproxy::model::{BindTls, ListedCertificate};
use config::haproxy::{self, wanted};
use config::{Options, Source};
use ipc::Attachment;

/// What `ca-file @system-ca` means, the first that is there.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What authorities' files are called in a directory of them.
const AUTHORITIES: [&str; 4] = ["pem", "crt", "cer", "crl"];

/// What is attached for TLS, each file once.
pub(super) fn attached(config: &haproxy::Config) -> Vec<Attachment> {
    let mut found = Found::default();
    for bind in config.proxies.iter().flat_map(|proxy| &proxy.binds) {
        let Some(tls) = &bind.tls else { continue };
        found.bind(config, tls);
    }
    for server in config.proxies.iter().flat_map(|proxy| &proxy.servers) {
        let Some(tls) = &server.tls else { continue };
        let authorities = tls.settings.files();
        authorities.for_each(|file| found.authority(&file.value));
        if let Some(file) = &tls.crt {
            found.certificate(config, &file.value);
        }
    }
    found.files
}

/// Those of the files that are taken up without a reload: not lists, which name others.
pub(super) fn renewable(config: &haproxy::Config, attached: &[Attachment]) -> Vec<String> {
    let binds = config.proxies.iter().flat_map(|proxy| &proxy.binds);
    let lists: BTreeSet<&str> = binds
        .filter_map(|bind| bind.tls.as_ref())
        .flat_map(|tls| tls.crt_lists.iter().map(|list| list.value.as_str()))
        .collect();
    let files = attached.iter().map(|file| &file.path);
    let files = files.filter(|path| !lists.contains(path.as_str()) && Path::new(path).is_file());
    files.cloned().collect()
}

/// The lines of a `crt-list` file; what is wrong with them is told by the check of the machine.
fn list(config: &haproxy::Config, tls: &BindTls, path: &str) -> Vec<ListedCertificate> {
    let Ok(bytes) = std::fs::read(path) else {
        return Vec::new();
    };
    let source = Source::new(path, String::from_utf8_lossy(&bytes));
    let read = haproxy::listed(&source, &config.global, &tls.settings, &Options::default());
    read.config
}

#[derive(Default)]
struct Found {
    files: Vec<Attachment>,
    seen: BTreeSet<String>,
}

impl Found {
    fn bind(&mut self, config: &haproxy::Config, tls: &BindTls) {
        for file in &tls.certificates {
            self.certificate(config, &file.value);
        }
        for file in &tls.crt_lists {
            self.file(&file.value);
            for one in list(config, tls, &file.value) {
                self.certificate(config, &one.path.value);
                let authorities = one.settings.files();
                authorities.for_each(|file| self.authority(&file.value));
            }
        }
        let authorities = tls.settings.files();
        authorities.for_each(|file| self.authority(&file.value));
        if let Some(file) = &tls.ticket_keys {
            self.file(&file.value);
        }
    }

    /// A certificate with what belongs to it, or a directory of them.
    fn certificate(&mut self, config: &haproxy::Config, path: &str) {
        if Path::new(path).is_dir() {
            for path in inside(path, |_| true) {
                self.file(&path);
            }
            return;
        }
        for path in wanted(path, config.global.tls.extra_files) {
            self.file(&path);
        }
    }

    fn authority(&mut self, path: &str) {
        let read = |paths: Vec<String>| {
            let texts = paths.iter().filter_map(|path| std::fs::read(path).ok());
            texts.collect::<Vec<_>>().join(&b'\n')
        };
        let bytes = if path == "@system-ca" {
            let there = SYSTEM.iter().find(|path| Path::new(path).exists());
            read(there.iter().map(|path| (**path).to_owned()).collect())
        } else if Path::new(path).is_dir() {
            let named = |name: &str| {
                let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
                AUTHORITIES.contains(&kind)
            };
            read(inside(path, named))
        } else {
            return self.file(path);
        };
        if !bytes.is_empty() && self.seen.insert(path.to_owned()) {
            let path = path.to_owned();
            self.files.push(Attachment { path, bytes });
        }
    }

    fn file(&mut self, path: &str) {
        if self.seen.contains(path) {
            return;
        }
        if let Ok(bytes) = std::fs::read(path) {
            self.seen.insert(path.to_owned());
            let path = path.to_owned();
            self.files.push(Attachment { path, bytes });
        }
    }
}

/// The files of a directory in the order of their names, without hidden ones.
fn inside(path: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let folder = path.trim_end_matches('/');
    let mut paths: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && wanted(name))
        .map(|name| format!("{folder}/{name}"))
        .filter(|path| Path::new(path).is_file())
        .collect();
    paths.sort_unstable();
    paths
}
