//! What a configuration needs of this machine: checked before anything changes.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::Path;

use config::json::Finding;
use config::{Diagnostic, Severity, SourceMap, Spanned, haproxy, keepalived};
use netlink::Netlink;

use crate::certificates;
use crate::configuration::Loaded;
use crate::users::Users;
use crate::worker::Confinement;

/// Everything that this machine lacks.
pub fn problems(loaded: &Loaded, users: &Users) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(half) = &loaded.keepalived {
        findings.extend(interfaces(&half.parsed.config, &half.parsed.sources));
    }
    if let Some(half) = &loaded.haproxy {
        let (global, sources) = (&half.parsed.config.global, &half.parsed.sources);
        findings.extend(user(global, sources, users));
        findings.extend(chroot(global, sources));
        findings.extend(error_pages(&half.parsed.config, sources));
        findings.extend(certificates::problems(loaded));
    }
    findings
}

/// The virtual addresses of a configuration: what may be bound without being held.
pub fn virtual_addresses(loaded: &Loaded) -> HashSet<IpAddr> {
    let instances = loaded
        .keepalived
        .iter()
        .flat_map(|half| &half.parsed.config.instances);
    instances
        .flat_map(|instance| instance.vips.iter().chain(&instance.vips_excluded))
        .map(|vip| vip.address.value)
        .collect()
}

/// Rights that the proxy is to give up; an unknown user was refused by [`problems`].
pub fn confinement(loaded: &Loaded, users: &Users) -> Confinement {
    let Some(half) = &loaded.haproxy else {
        return Confinement::default();
    };
    let global = &half.parsed.config.global;
    let name = |name: &Option<Spanned<String>>| name.as_ref().map(|n| n.value.clone());
    let (user, group) = (name(&global.user), name(&global.group));
    let identity = if user.is_some() || group.is_some() {
        users.identity(user.as_deref(), group.as_deref()).ok()
    } else {
        None
    };
    Confinement {
        identity,
        chroot: name(&global.chroot).map(Into::into),
        raw: loaded.raw,
    }
}

fn interfaces(config: &keepalived::Config, sources: &SourceMap) -> Vec<Finding> {
    if config.global.dynamic_interfaces {
        return Vec::new();
    }
    let Ok(links) = Netlink::open().and_then(|mut netlink| netlink.links()) else {
        // Without netlink the VRRP process will say more precisely what is missing.
        return Vec::new();
    };
    let known: HashSet<&str> = links.iter().map(|link| link.name.as_str()).collect();
    let mut wanted: Vec<&Spanned<String>> = Vec::new();
    for instance in &config.instances {
        wanted.push(&instance.interface);
        let vips = instance.vips.iter().chain(&instance.vips_excluded);
        wanted.extend(vips.filter_map(|vip| vip.interface.as_ref()));
        wanted.extend(
            instance
                .track_interfaces
                .iter()
                .map(|track| &track.interface),
        );
    }
    let groups = config.sync_groups.iter();
    wanted.extend(groups.flat_map(|g| g.track_interfaces.iter().map(|track| &track.interface)));
    let mut told = HashSet::new();
    let missing = wanted
        .into_iter()
        .filter(|name| !known.contains(name.value.as_str()) && told.insert(name.value.clone()));
    missing
        .map(|name| {
            let mut have: Vec<&str> = known.iter().copied().filter(|name| *name != "lo").collect();
            have.sort_unstable();
            let help = if have.is_empty() {
                "this host has no interface but lo".to_owned()
            } else {
                format!("this host has: {}", have.join(", "))
            };
            let message = format!("interface '{}' does not exist on this host", name.value);
            finding("host/no-interface", name, message, Some(help), sources)
        })
        .collect()
}

fn user(global: &haproxy::model::Global, sources: &SourceMap, users: &Users) -> Vec<Finding> {
    let check = |name: &Option<Spanned<String>>, is_user: bool| {
        let name = name.as_ref()?;
        let result = if is_user {
            users.identity(Some(&name.value), None)
        } else {
            users.identity(None, Some(&name.value))
        };
        let message = result.err()?.to_string();
        let help = Some("create it, or name one that exists".to_owned());
        Some(finding("host/no-user", name, message, help, sources))
    };
    [check(&global.user, true), check(&global.group, false)]
        .into_iter()
        .flatten()
        .collect()
}

fn chroot(global: &haproxy::model::Global, sources: &SourceMap) -> Option<Finding> {
    let directory = global.chroot.as_ref()?;
    if Path::new(&directory.value).is_dir() {
        return None;
    }
    let message = format!("chroot directory '{}' does not exist", directory.value);
    let help = Some("create it, or leave out 'chroot'".to_owned());
    Some(finding("host/no-chroot", directory, message, help, sources))
}

fn error_pages(config: &haproxy::Config, sources: &SourceMap) -> Vec<Finding> {
    let mut told = HashSet::new();
    config
        .files()
        .into_iter()
        .filter(|path| told.insert(path.span))
        .filter_map(|path| {
            let error = std::fs::read(&path.value).err()?;
            let message = format!("the file '{}' cannot be read: {error}", path.value);
            let help = Some("put the file there, or leave out the line".to_owned());
            Some(finding("host/no-file", path, message, help, sources))
        })
        .collect()
}

fn finding(
    code: &'static str,
    place: &Spanned<String>,
    message: String,
    help: Option<String>,
    sources: &SourceMap,
) -> Finding {
    let mut diagnostic = Diagnostic::new(Severity::Error, code, place.span, message);
    diagnostic.suggestion = help;
    Finding::new(&diagnostic, sources)
}
