//! Converters that reach beyond the value: variables, captures, servers, networks.

use super::Apply;
use crate::rules::memory::Scope;
use crate::rules::sample::{Arguments, server_named};
use crate::rules::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::Ordering::Relaxed;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "set-var" => |v, a, c| {
            let variable = a.variable.as_ref()?;
            let value = Some(v.clone().into_owned());
            if variable.scope == Scope::Process {
                c.plan.variables.set(&variable.name, value);
            } else {
                c.remember(|memory| memory.set(variable, value));
            }
            Some(v)
        },
        "unset-var" => |v, a, c| {
            let variable = a.variable.as_ref()?;
            if variable.scope == Scope::Process {
                c.plan.variables.set(&variable.name, None);
            } else {
                c.remember(|memory| memory.set(variable, None));
            }
            Some(v)
        },
        "capture-req" => |v, a, c| {
            let slot = usize::try_from(a.int(0)).ok()?;
            let text = v.text().into_owned();
            c.remember(|m| {
                m.request_captures
                    .get_mut(slot)
                    .map(|place| *place = Some(text))
            });
            Some(v)
        },
        "capture-res" => |v, a, c| {
            let slot = usize::try_from(a.int(0)).ok()?;
            let text = v.text().into_owned();
            c.remember(|m| {
                m.response_captures
                    .get_mut(slot)
                    .map(|place| *place = Some(text))
            });
            Some(v)
        },
        "nbsrv" => |v, _, c| {
            let name = v.text().into_owned();
            let b = c.plan.backends.iter().find(|b| b.name.as_bytes() == name)?;
            Some(Value::count(b.usable().count()))
        },
        "srv_queue" => |v, _, c| {
            let text = v.text();
            let server = server_named(std::str::from_utf8(&text).ok()?, c)?;
            Some(Value::Int(server.shared.queued.load(Relaxed).into()))
        },
        "ipmask" => |v, a, _| v.ip().and_then(|ip| masked(ip, a)).map(Value::Ip),
        _ => return None,
    })
}

/// A prefix length or a dotted mask; the second argument is for IPv6.
fn masked(ip: IpAddr, a: &Arguments) -> Option<IpAddr> {
    let prefix = |at: usize, bits: u32| -> Option<u32> {
        let text = std::str::from_utf8(a.given(at)?).ok()?;
        text.parse().ok().filter(|n| *n <= bits)
    };
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let mask = match prefix(0, 32) {
                Some(n) => u32::MAX.checked_shl(32 - n).unwrap_or(0),
                None => std::str::from_utf8(a.text(0))
                    .ok()?
                    .parse::<Ipv4Addr>()
                    .ok()?
                    .to_bits(),
            };
            Some(IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask)))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - prefix(1, 128)?).unwrap_or(0);
            Some(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask)))
        }
    }
}
