//! References to `resolvers` sections.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Resolvers};
use crate::source::Spanned;
use crate::suggest::nearest;

/// There without being written, with the system's name servers.
const IMPLIED: &str = "default";

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let help = "give it another name, or put the lines into one section";
    let names = config.resolvers.iter().map(|section| &section.name);
    super::known::sections(cx, "resolvers", names, help);
    for proxy in config.proxies.iter().filter(|p| !p.disabled) {
        for resolve in proxy.names_asked_for() {
            known(cx, &config.resolvers, &resolve.resolvers);
        }
        // The servers of a template share one line: it is judged once.
        let mut judged = None;
        for server in &proxy.servers {
            if judged == Some(server.address.span) {
                continue;
            }
            judged = Some(server.address.span);
            if let Some(section) = &server.resolving.resolvers {
                known(cx, &config.resolvers, section);
            }
            if let Some(service) = server.address.value.service()
                && server.resolving.resolvers.is_none()
            {
                let message =
                    format!("'{service}' names a service, and no name server is asked for it");
                cx.error("haproxy/unknown-resolvers", server.address.span, message)
                    .suggest("add 'resolvers NAME' to the line, and a section 'resolvers NAME'");
            }
        }
    }
}

fn known(cx: &mut Context<'_>, sections: &[Resolvers], name: &Spanned<String>) {
    let names = || sections.iter().map(|s| s.name.value.as_str());
    if name.value == IMPLIED || names().any(|known| known == name.value) {
        return;
    }
    let message = format!("there is no section 'resolvers {name}'");
    let help = match nearest(&name.value, names()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("add 'resolvers {name}' with a 'nameserver' line"),
    };
    cx.error("haproxy/unknown-resolvers", name.span, message)
        .suggest(help);
}
