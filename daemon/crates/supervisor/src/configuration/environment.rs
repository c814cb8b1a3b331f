//! What this machine gives to a text: variables and names.

use std::collections::BTreeMap;

/// The variables that a text may name: those of this process, and the name of this machine among
/// its peers, which is the host's unless something else was said.
pub fn environment() -> BTreeMap<String, String> {
    let mut env: BTreeMap<String, String> = std::env::vars().collect();
    env.insert("HAPROXY_LOCALPEER".to_owned(), host_name());
    env
}

fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// The machine's name up to the first dot: keepalived's default `@ID`.
pub fn short_host_name() -> String {
    let name = host_name();
    name.split('.').next().unwrap_or_default().to_owned()
}
