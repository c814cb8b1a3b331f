//! Files that the texts name and a worker cannot open: they are handed to it with the texts.

use std::collections::BTreeSet;

use config::haproxy::model::{LogSink, LogTarget, Proxy};
use config::{FileId, FileLoader, SourceMap, haproxy, keepalived};
use ipc::Attachment;

use super::disk::DiskFiles;

/// What the proxy finds names of servers with.
const RESOLVER: [&str; 2] = ["/etc/hosts", "/etc/resolv.conf"];

/// Whether the section has servers or log servers that are given by name, or asks for names.
fn asks_for_names(config: &haproxy::Config, proxy: &Proxy) -> bool {
    let named = |target: &LogTarget| matches!(target.sink.value, LogSink::UdpName(..));
    proxy
        .servers
        .iter()
        .any(|s| s.address.value.name().is_some())
        || config.log_targets(proxy).any(named)
        || proxy.names_asked_for().next().is_some()
}

/// The files that the configuration names (answers, patterns, maps), each once; a missing one is
/// told by the check of the machine. Where servers of any kind are given by name, also what names are resolved
/// with.
pub(super) fn attached(config: &haproxy::Config) -> Vec<Attachment> {
    let named = config.files();
    let mut paths: BTreeSet<&str> = named.iter().map(|path| path.value.as_str()).collect();
    if !config.resolvers.is_empty()
        || config.mailer_names().next().is_some()
        || config.proxies.iter().any(|p| asks_for_names(config, p))
    {
        paths.extend(RESOLVER);
    }
    let read = |path: &str| {
        let bytes = std::fs::read(path).ok()?;
        Some(Attachment {
            path: path.to_owned(),
            bytes,
        })
    };
    paths.into_iter().filter_map(read).collect()
}

/// What the main files, which come first, have included.
pub(super) fn included(main: usize, sources: &SourceMap) -> Vec<Attachment> {
    let ids = (main..sources.len()).filter_map(|at| u32::try_from(at).ok().map(FileId));
    ids.map(|id| Attachment {
        path: sources.path(id).to_owned(),
        bytes: sources.text(id).as_bytes().to_vec(),
    })
    .collect()
}

/// The names of iproute2, where routes or rules may use them: the VRRP process opens no file.
pub(super) fn names(config: &keepalived::Config) -> Vec<Attachment> {
    let of_instances = config.instances.iter();
    let mut paths = of_instances.map(|it| it.routes.len() + it.rules.len());
    let fixed = config.static_routes.len() + config.static_rules.len();
    if fixed == 0 && paths.all(|count| count == 0) {
        return Vec::new();
    }
    let patterns = keepalived::name_files().into_iter();
    let files = patterns.flat_map(|pattern| DiskFiles.load(&pattern, "/"));
    let attach = |(path, text): (String, String)| Attachment {
        path,
        bytes: text.into_bytes(),
    };
    files.map(attach).collect()
}
