//! Algorithms that need HTTP.

use crate::haproxy::context::Context;
use crate::haproxy::model::{Balance, Mode, Proxy};

pub fn check(cx: &mut Context<'_>, proxy: &Proxy) {
    let needs_http = matches!(
        proxy.balance.value,
        Balance::Uri { .. } | Balance::UrlParam { .. } | Balance::Hdr { .. }
    );
    if needs_http && proxy.mode.value == Mode::Tcp {
        let message = "this algorithm reads the request, which mode tcp does not; \
                       it acts as roundrobin"
            .to_owned();
        cx.warning("haproxy/mode-mismatch", proxy.balance.span, message)
            .suggest("write 'mode http', or 'balance source'");
    }
}
