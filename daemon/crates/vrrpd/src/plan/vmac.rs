//! Interfaces for virtual link addresses: their names and addresses.

use config::keepalived::model::{Config, Instance};

use super::VmacPlan;

/// The link address is RFC 9568's for the family and the virtual router (section 7.3), unless
/// another one is written.
pub fn of_instance(config: &Config, instance: &Instance) -> Option<VmacPlan> {
    let vmac = instance.vmac.as_ref()?;
    let vrid = instance.vrid.value.0;
    let family = if instance.is_ipv6() { 2 } else { 1 };
    let mut mac = [0, 0, 0x5e, 0, family, vrid];
    // The sixth octet stays when five are written.
    for (octet, written) in mac
        .iter_mut()
        .zip(vmac.address.iter().flat_map(|it| &it.value))
    {
        *octet = *written;
    }
    let mut names = names(config).into_iter();
    let (_, name) = names.find(|(one, _)| *one == instance.name.value.0)?;
    Some(VmacPlan {
        name,
        mac,
        xmit_base: vmac.xmit_base,
    })
}

/// By instance, in the order of the file, as keepalived gives them: `vrrp.51`; for one more of the
/// same router id `vrrp6.51` over IPv6, else `vrrp1.51`, `vrrp2.51` and so on.
fn names(config: &Config) -> Vec<(&str, String)> {
    let prefix = config.global.vmac_prefix.as_ref();
    let prefix = prefix.map_or("vrrp", |prefix| prefix.value.as_str());
    let mut given: Vec<(&str, String)> = Vec::new();
    for instance in &config.instances {
        let Some(vmac) = &instance.vmac else { continue };
        let vrid = instance.vrid.value.0;
        let free = |name: &String| !given.iter().any(|(_, other)| other == name);
        let own = [vmac.name.as_ref().map(|name| name.value.clone())];
        let six = instance.is_ipv6().then(|| format!("{prefix}6.{vrid}"));
        let numbered = (1..=255).map(|number| format!("{prefix}{number}.{vrid}"));
        let usual = std::iter::once(format!("{prefix}.{vrid}"))
            .chain(six)
            .chain(numbered);
        let name = own.into_iter().flatten().next();
        if let Some(name) = name.or_else(|| usual.into_iter().find(free)) {
            given.push((&instance.name.value.0, name));
        }
    }
    given
}
