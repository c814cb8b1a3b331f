//! Why an address cannot be listened on, and what to do about it.

use std::io;

use config::haproxy::model::ListenAddress;
use config::json::Finding;
use config::{Diagnostic, Severity, SourceMap};

use super::Wanted;
use crate::holder;

/// A finding that says what is wrong with a bind and what to do about it.
pub(super) fn problem(wanted: &Wanted, error: &io::Error, sources: &SourceMap) -> Finding {
    let address = &wanted.key.address;
    let (code, message, help) = match error.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = match address {
                ListenAddress::Tcp(address) => holder::of_tcp_port(*address),
                _ => None,
            };
            let by = holder.map_or_else(String::new, |holder| format!(" by {holder}"));
            (
                "host/address-in-use",
                format!("cannot listen on {address}: the port is already in use{by}"),
                Some("stop the other program, or choose another port".to_owned()),
            )
        }
        io::ErrorKind::AddrNotAvailable => (
            "host/address-not-local",
            format!(
                "cannot listen on {address}: this host has no such address, and it is no virtual address of keepalived.conf"
            ),
            Some(
                "correct the address, add it to a virtual_ipaddress block, or use 'transparent'"
                    .to_owned(),
            ),
        ),
        io::ErrorKind::PermissionDenied => (
            "host/listen-refused",
            format!("cannot listen on {address}: permission denied"),
            Some(
                if wanted.bind.transparent {
                    "'transparent' needs root, or the capability CAP_NET_RAW"
                } else {
                    "run as root, or with the capability CAP_NET_BIND_SERVICE"
                }
                .to_owned(),
            ),
        ),
        _ => (
            "host/listen-failed",
            format!("cannot listen on {address}: {error}"),
            None,
        ),
    };
    let mut diagnostic = Diagnostic::new(Severity::Error, code, wanted.span, message);
    diagnostic.suggestion = help;
    Finding::new(&diagnostic, sources)
}
