//! The same address twice, and nothing to listen on.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, ListenAddress, Proxy};
use crate::source::Span;
use std::collections::HashMap;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let mut seen: HashMap<(ListenAddress, Option<&str>), &Proxy> = HashMap::new();
    let mut listening = false;
    for proxy in config.frontends().filter(|proxy| !proxy.disabled) {
        for (_, bind, address) in proxy.listen_addresses() {
            listening = true;
            let interface = bind.interface.as_ref().map(|name| name.value.as_str());
            let key = (address.value.clone(), interface);
            if let Some(other) = seen.insert(key, proxy) {
                let message = format!(
                    "{} is bound by '{}' already: connections would go to either at random",
                    address.value, other.name
                );
                cx.warning("haproxy/double-bind", address.span, message)
                    .suggest("bind each address in one place");
            }
        }
    }
    if !listening && config.proxies.is_empty() {
        let message = "there is no section that listens, so the proxy has nothing to do".to_owned();
        cx.warning("haproxy/nothing-to-do", Span::default(), message)
            .suggest("add a 'frontend' with a 'bind' line");
    }
}
