//! TLS of addresses and servers, from the files that came with the configuration.

use super::Speaks;
use super::h2::{checked_in, upgrades_in_h1};
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
    /// The same for steps of checks that ask for TLS themselves.
    pub steps: Connector,
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
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Option<ServerTls> {
    let tls = server.tls.as_deref()?;
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
    // An address or a port of their own is no longer the one that speaks TLS.
    let check = &server.check;
    let elsewhere = check.port.is_some() || check.addr.is_some();
    let checked = check.ssl || tls.enabled && !elsewhere;
    let mut make = |alpn: Option<Vec<String>>| {
        let mut tls = tls.clone();
        tls.settings.alpn = alpn;
        let made = registry.tls.connector(&tls, compiler.env.attachments);
        made.map_err(|(file, why)| format!("server '{}': {file}: {why}", server.name.value))
    };
    match connectors(server, proxy, tls, &mut make) {
        Ok(Connectors {
            traffic: connector,
            websocket,
            steps,
            check: own,
        }) => Some(ServerTls {
            check: checked.then(|| CheckTls {
                connector: own.unwrap_or_else(|| steps.clone()),
                name: check.sni.as_ref().map(|name| name.value.clone()),
            }),
            connector,
            websocket,
            steps,
            sni,
            varies,
            traffic: tls.enabled,
        }),
        Err(why) => {
            problems.push(why);
            None
        }
    }
}

/// One for each list of protocols that is offered.
struct Connectors {
    traffic: Connector,
    websocket: Option<Connector>,
    steps: Connector,
    check: Option<Connector>,
}

fn connectors(
    server: &model::Server,
    proxy: &Proxy,
    tls: &model::ServerTls,
    make: &mut dyn FnMut(Option<Vec<String>>) -> Result<Connector, String>,
) -> Result<Connectors, String> {
    let mode = proxy.mode.value;
    let speaks = Speaks::new(server, mode);
    let offered = tls.settings.alpn.clone();
    let old = offered
        .as_ref()
        .map(|list| list.iter().filter(|name| *name != "h2").cloned().collect());
    // Nothing else may be agreed on than what is spoken.
    let alpn = if mode == Mode::Http && speaks == Speaks::H1 {
        old.clone()
    } else {
        offered.clone()
    };
    let traffic = make(alpn.clone())?;
    let steps = if mode == Mode::Http && alpn != old {
        make(old)?
    } else {
        traffic.clone()
    };
    let websocket = match (upgrades_in_h1(server), server.websockets) {
        _ if speaks != Speaks::Agreed => None,
        (true, _) => Some("http/1.1"),
        (false, model::Websockets::H2) => Some("h2"),
        _ => None,
    };
    let websocket = websocket.map(|only| make(Some(vec![only.to_owned()])));
    let keeps = mode != Mode::Http || checked_in(server, proxy) != Speaks::H1;
    let check = server.check.alpn.as_ref().map(|list| {
        let names = list.split(',').filter(|name| keeps || *name != "h2");
        make(Some(names.map(str::to_owned).collect()))
    });
    Ok(Connectors {
        traffic,
        websocket: websocket.transpose()?,
        steps,
        check: check.transpose()?,
    })
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
