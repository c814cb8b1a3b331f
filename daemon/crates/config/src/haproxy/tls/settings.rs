//! What TLS on a line comes to when all of the text is read: defaults folded in, paths complete.

use crate::haproxy::context::Context;
use crate::haproxy::model::{
    Bind, BindTls, Global, Proxy, Server, ServerTls, TlsDefaults, TlsSettings, Verify,
};
use crate::source::{Span, Spanned};

pub fn settle(cx: &mut Context<'_>, global: &Global, proxy: &mut Proxy) {
    for bind in &mut proxy.binds {
        bind.tls = bind_tls(cx, global, bind);
    }
    let stepped = proxy.check.seals();
    let mut judged = None;
    for server in &mut proxy.servers {
        // The servers of a template share one line: it is judged once.
        let quiet = judged.replace(server.name.span) == Some(server.name.span);
        server.tls = server_tls(cx, global, server, stepped, quiet);
    }
}

fn bind_tls(cx: &mut Context<'_>, global: &Global, bind: &mut Bind) -> Option<Box<BindTls>> {
    let mut tls = bind.tls.take()?;
    let place = bind
        .addresses
        .first()
        .map_or_else(Span::default, |a| a.span);
    if !tls.enabled {
        if let Some(file) = tls.certificates.first().or(tls.crt_lists.first()) {
            let message =
                "this certificate is not used: connections to this address are not encrypted";
            cx.warning("haproxy/no-effect", file.span, message.to_owned())
                .suggest("write 'ssl' before it");
        }
        return None;
    }
    let defaults: &TlsDefaults = &global.tls;
    tls.settings = tls.settings.over(&defaults.bind);
    tls.no_tickets |= defaults.bind_no_tickets;
    tls.prefer_client_ciphers |= defaults.prefer_client_ciphers;
    tls.strict_sni |= defaults.strict_sni;
    complete(&mut tls.settings, global);
    for file in &mut tls.certificates {
        under(global.crt_base.as_ref(), file);
    }
    for file in &mut tls.crt_lists {
        under(global.crt_base.as_ref(), file);
    }
    if tls.certificates.is_empty() && tls.crt_lists.is_empty() && !tls.strict_sni {
        let message = "this address is encrypted, but there is no certificate to show".to_owned();
        cx.error("haproxy/no-certificate", place, message)
            .suggest("add e.g. 'crt /etc/haproxy/site.pem'");
    }
    versions(cx, &tls.settings, place);
    authority(cx, &tls.settings);
    Some(tls)
}

/// `stepped`: checks of the section open connections by `connect ssl`.
fn server_tls(
    cx: &mut Context<'_>,
    global: &Global,
    server: &mut Server,
    stepped: bool,
    quiet: bool,
) -> Option<Box<ServerTls>> {
    let checked = server.check.ssl || stepped && server.check.enabled;
    if checked {
        server.tls.get_or_insert_default();
    }
    let mut tls = server.tls.take()?;
    if !tls.enabled && !checked {
        return None;
    }
    let defaults = &global.tls;
    tls.settings = tls.settings.over(&defaults.server);
    tls.no_tickets |= defaults.server_no_tickets;
    complete(&mut tls.settings, global);
    if let Some(file) = &mut tls.crt {
        under(global.crt_base.as_ref(), file);
    }
    let verify = match (&tls.settings.verify, defaults.trusts_servers) {
        (Some(verify), _) => verify.value,
        (None, true) => Verify::None,
        (None, false) => Verify::Required,
    };
    if !quiet {
        versions(cx, &tls.settings, server.name.span);
        if verify == Verify::Required && tls.settings.ca_file.is_none() {
            let message = format!(
                "the certificate of server '{}' is verified, but nobody is named who may have signed it",
                server.name
            );
            let place = tls
                .settings
                .verify
                .as_ref()
                .map_or(server.name.span, |v| v.span);
            cx.error("haproxy/no-authority", place, message).suggest(
                "add 'ca-file /etc/ssl/certs/ca-certificates.crt', or 'verify none' where everybody on the network is trusted",
            );
        }
    }
    tls.settings.verify = Some(Spanned::implied(verify));
    Some(tls)
}

/// Whoever is verified has to be signed by somebody.
pub fn authority(cx: &mut Context<'_>, settings: &TlsSettings) {
    let Some(verify) = &settings.verify else {
        return;
    };
    let files = [&settings.ca_file, &settings.ca_verify_file];
    if verify.value != Verify::None && files.iter().all(|file| file.is_none()) {
        let message =
            "certificates of clients are verified, but nobody is named who may have signed them";
        cx.error("haproxy/no-authority", verify.span, message.to_owned())
            .suggest("add 'ca-file /etc/haproxy/clients-ca.pem'");
    }
}

/// A line and the defaults may leave nothing together.
fn versions(cx: &mut Context<'_>, settings: &TlsSettings, place: Span) {
    if settings.versions() == (false, false) {
        let message = "this line and the defaults of 'global' leave no version of TLS to speak";
        cx.error("haproxy/tls-version", place, message.to_owned())
            .suggest("write 'ssl-min-ver' and 'ssl-max-ver' on this line");
    }
}

/// Paths as they are opened.
pub fn complete(settings: &mut TlsSettings, global: &Global) {
    let base = global.ca_base.as_ref();
    let files = [
        &mut settings.ca_file,
        &mut settings.ca_verify_file,
        &mut settings.crl_file,
    ];
    for file in files.into_iter().flatten() {
        under(base, file);
    }
}

/// A relative path begins in the base directory; `@system-ca` is no path.
pub fn under(base: Option<&Spanned<String>>, file: &mut Spanned<String>) {
    if let Some(base) = base
        && !file.value.starts_with(['/', '@'])
    {
        file.value = format!("{}/{}", base.value.trim_end_matches('/'), file.value);
    }
}
