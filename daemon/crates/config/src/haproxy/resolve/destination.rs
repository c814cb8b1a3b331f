//! `dispatch` and `option transparent`: a server that nobody wrote takes what belongs to no other.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Host, ServerAddress, ServerName, ServerPort};
use crate::haproxy::section::Section;
use crate::source::Spanned;
use std::net::{IpAddr, Ipv4Addr};

/// As logs call a session without a server.
const NAME: &str = "<NOSRV>";

/// Adds that server, unless an algorithm chooses among the ones that are listed.
pub fn imply(cx: &mut Context<'_>, section: &mut Section) {
    let proxy = &mut section.proxy;
    if !proxy.kind.is_backend() || proxy.disabled {
        return;
    }
    let dispatch = section.dispatch.take();
    let title = format!("{} '{}'", proxy.kind.keyword(), proxy.name);
    // It is by default, too, but then nobody asked for it.
    if proxy.balance.span.len > 0 {
        if let Some(address) = dispatch {
            let message = format!("{title} has 'balance': its 'dispatch' address is not used");
            cx.warning("haproxy/no-effect", address.span, message)
                .suggest("leave one of the two lines out");
        }
        if proxy.options.transparent {
            let message = format!("{title} cannot have both 'option transparent' and 'balance'");
            cx.error("haproxy/bad-value", proxy.balance.span, message)
                .suggest("leave one of the two lines out");
        }
        return;
    }
    let address = match dispatch {
        Some(address) => address,
        None if proxy.options.transparent => Spanned::implied(ServerAddress::Tcp {
            host: Host::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            port: ServerPort::SameAsClient,
        }),
        None => return,
    };
    let mut server = crate::haproxy::blank::server();
    server.name = Spanned::implied(ServerName(NAME.to_owned()));
    server.address = address;
    server.implied = true;
    server.non_stick = true;
    proxy.servers.push(server);
}
