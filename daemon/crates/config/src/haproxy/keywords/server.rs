//! `server NAME ADDRESS [parameters]`, `default-server [parameters]`.

use super::server_words;
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::ServerName;
use crate::haproxy::section::Section;

pub fn server(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(name) = args.take() else {
        return cx.missing(args, "the name", "server web1 10.0.0.21:8080 check");
    };
    let Some(address) = args.take() else {
        return cx.missing(
            args,
            "the address",
            &format!("server {} 10.0.0.21:8080", name.text),
        );
    };
    let bad = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
    if name.text.contains(bad) {
        let message = format!(
            "the server name '{}' has a character that is not allowed",
            name.text
        );
        cx.error("haproxy/bad-name", name.span, message)
            .suggest("use letters, digits and - _ . :");
    }
    let mut server = section.default_server.clone();
    server.name = owned(name).map(ServerName);
    let found = cx.server_address(address);
    server_words::parameters(cx, &mut server, args);
    if let Some(found) = found {
        server.address = found;
        section.proxy.servers.push(server);
    }
}

pub fn default_server(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    server_words::parameters(cx, &mut section.default_server, args);
}
