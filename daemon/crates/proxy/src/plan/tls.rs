//! TLS of addresses and servers, from the files that came with the configuration.

use super::Speaks;
use super::h2::upgrades_in_h1;
use crate::rules::compile::Compiler;
use crate::rules::sample::Sample;
use crate::shared::Registry;
use config::haproxy::model::{self, Bind, Mode, Proxy};
use tls::{Acceptor, Connector, Line};

/// How a server is reached by TLS.
#[derive(Debug)]
pub struct ServerTls {
    pub connector: Connector,
    /// The same for websockets, where these are not asked for as everything else is.
    pub websocket: Option<Connector>,
    /// What the server is asked for by name.
    pub sni: Option<Sample>,
    /// The name is not always the same.
    pub varies: bool,
    /// `ssl`: connections that carry traffic speak it.
    pub traffic: bool,
    /// How checks speak it, where they do.
    pub check: Option<CheckTls>,
}

#[derive(Debug, Clone)]
pub struct CheckTls {
    pub connector: Connector,
    /// `check-sni`
    pub name: Option<String>,
}

/// For each address: what accepts encrypted connections, where they are.
pub fn acceptors(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Vec<Option<Acceptor>> {
    let mut acceptors = Vec::new();
    for (number, bind) in (1..).zip(&proxy.binds) {
        let name = match &bind.name {
            Some(name) => format!("{} {}", proxy.name.value, name.value),
            None => format!("{} {number}", proxy.name.value),
        };
        let acceptor = acceptor(&name, bind, compiler, registry, problems);
        acceptors.extend(bind.addresses.iter().map(|_| acceptor.clone()));
    }
    acceptors
}

fn acceptor(
    name: &str,
    bind: &Bind,
    compiler: &Compiler<'_>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Option<Acceptor> {
    let tls = bind.tls.as_deref()?;
    let (model, files) = (compiler.env.model, compiler.env.attachments);
    let mut wrong = |wrong: Vec<(String, tls::Problem)>| {
        let said = wrong
            .into_iter()
            .map(|(file, why)| format!("{file}: {why}"));
        problems.extend(said);
    };
    let line = Line::read(tls, &model.global, files)
        .map_err(&mut wrong)
        .ok()?;
    let extra = model.global.tls.extra_files;
    let made = registry.tls.acceptor(name, &line, extra, files);
    made.map_err(wrong).ok()
}

/// TLS to a server, where its line asks for it.
pub fn server(
    server: &model::Server,
    mode: Mode,
    compiler: &Compiler<'_>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Option<ServerTls> {
    let tls = server.tls.as_deref()?;
    let files = compiler.env.attachments;
    let mut connector = |tls: &model::ServerTls| {
        let mut tls = tls.clone();
        if let Some(protocols) = tls.settings.alpn.as_mut()
            && mode == Mode::Http
            && Speaks::new(server, mode) == Speaks::H1
        {
            // Nothing else may be agreed on than what is spoken.
            protocols.retain(|name| name != "h2");
        }
        let made = registry.tls.connector(&tls, files);
        made.map_err(|(file, why)| format!("server '{}': {file}: {why}", server.name.value))
    };
    let sni = tls
        .sni
        .as_ref()
        .map(|sni| Sample::compile(sni, compiler.env));
    let sni = match sni.transpose() {
        Ok(sni) => sni,
        Err(why) => {
            problems.push(why);
            None
        }
    };
    let varies = tls.sni.as_ref().is_some_and(|sni| {
        let fetch = &sni.value.fetch.value;
        !matches!(fetch, model::Fetch::Other { name, .. } if name == "str")
    });
    let made = connector(tls);
    let websocket = (Speaks::new(server, mode) == Speaks::Agreed)
        .then(|| match (upgrades_in_h1(server), server.websockets) {
            (true, _) => Some("http/1.1"),
            (false, model::Websockets::H2) => Some("h2"),
            _ => None,
        })
        .flatten()
        .map(|only| {
            let mut tls = tls.clone();
            tls.settings.alpn = Some(vec![only.to_owned()]);
            connector(&tls)
        })
        .transpose();
    // An address or a port of their own is no longer the one that speaks TLS.
    let check = &server.check;
    let elsewhere = check.port.is_some() || check.addr.is_some();
    let checked = check.ssl || tls.enabled && !elsewhere;
    let own = check.alpn.as_ref().map(|list| {
        let mut tls = tls.clone();
        tls.settings.alpn = Some(list.split(',').map(str::to_owned).collect());
        connector(&tls)
    });
    let own = own.transpose();
    match (made, own, websocket) {
        (Ok(connector), Ok(own), Ok(websocket)) => Some(ServerTls {
            websocket,
            check: checked.then(|| CheckTls {
                connector: own.unwrap_or_else(|| connector.clone()),
                name: check.sni.as_ref().map(|name| name.value.clone()),
            }),
            connector,
            sni,
            varies,
            traffic: tls.enabled,
        }),
        (made, own, websocket) => {
            let wrong = [made.err(), own.err(), websocket.err()];
            problems.extend(wrong.into_iter().flatten());
            None
        }
    }
}

/// What of it makes a server another one: connections made before are not used by the new.
pub fn identity(server: &model::Server) -> Option<String> {
    let tls = server.tls.as_deref()?;
    let path = |file: &Option<config::Spanned<String>>| file.as_ref().map(|f| f.value.clone());
    let settings = &tls.settings;
    Some(format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        tls.enabled,
        settings.verify.as_ref().map(|verify| verify.value),
        path(&settings.ca_file),
        path(&settings.crl_file),
        path(&tls.crt),
        path(&tls.verifyhost),
        settings.alpn,
        settings.versions(),
    ))
}
