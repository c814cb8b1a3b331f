//! What is generated, written and read again is the same.

use crate::said::{haproxy, keepalived, valid};
use config::haproxy::model::{Host, ServerAddress, ServerPort};
use proptest::prelude::*;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

#[derive(Debug, Clone)]
struct Server {
    address: IpAddr,
    port: u16,
    weight: u16,
    inter: u64,
    rise: u32,
    maxconn: Option<u32>,
    backup: bool,
}

fn server() -> impl Strategy<Value = Server> {
    let rest = (
        0u16..=256,
        1u64..100_000,
        1u32..100,
        proptest::option::of(1u32..),
        any::<bool>(),
    );
    (any::<IpAddr>(), 1u16.., rest).prop_map(
        |(address, port, (weight, inter, rise, maxconn, backup))| Server {
            address,
            port,
            weight,
            inter,
            rise,
            maxconn,
            backup,
        },
    )
}

fn time(milliseconds: u64) -> String {
    match milliseconds {
        n if n % 60_000 == 0 => format!("{}m", n / 60_000),
        n if n % 1000 == 0 => format!("{}s", n / 1000),
        n => format!("{n}ms"),
    }
}

/// A text as a word of haproxy.cfg: in single quotes, which themselves are escaped.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[derive(Debug, Clone)]
struct Instance {
    vrid: u8,
    priority: u8,
    centiseconds: u64,
    vips: Vec<(std::net::Ipv4Addr, u8)>,
    nopreempt: bool,
}

fn instance() -> impl Strategy<Value = Instance> {
    let vip = (0x0a00_0001u32..0x0aff_ffff, 1u8..=32).prop_map(|(bits, len)| (bits.into(), len));
    (
        1u8..,
        1u8..=254,
        1u64..=4095,
        proptest::collection::btree_map(0u8.., vip, 1..5),
        any::<bool>(),
    )
        .prop_map(|(vrid, priority, centiseconds, vips, nopreempt)| Instance {
            vrid,
            priority,
            centiseconds,
            vips: {
                let mut all: Vec<_> = vips.into_values().collect();
                all.sort();
                all.dedup_by_key(|vip| vip.0);
                all
            },
            nopreempt,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn servers_come_back_as_written(servers in proptest::collection::vec(server(), 1..8)) {
        let mut text = "backend b\n timeout connect 1s\n timeout server 1s\n".to_owned();
        for (n, s) in servers.iter().enumerate() {
            let address = std::net::SocketAddr::new(s.address, s.port);
            let _ = write!(text, " server s{n} {address} check weight {} inter {} rise {}", s.weight, time(s.inter), s.rise);
            if let Some(maxconn) = s.maxconn {
                let _ = write!(text, " maxconn {maxconn}");
            }
            text.push_str(if s.backup { " backup\n" } else { "\n" });
        }
        let config = valid(haproxy(&text));
        prop_assert_eq!(config.proxies[0].servers.len(), servers.len());
        for (read, s) in config.proxies[0].servers.iter().zip(&servers) {
            let address = ServerAddress::Tcp { host: Host::Ip(s.address), port: ServerPort::Fixed(s.port) };
            prop_assert_eq!(&read.address.value, &address);
            prop_assert_eq!(read.weight.value, s.weight);
            prop_assert_eq!(read.check.inter.value, Duration::from_millis(s.inter));
            prop_assert_eq!(read.check.rise.value, s.rise);
            prop_assert_eq!(read.maxconn.as_ref().map(|m| m.value), s.maxconn);
            prop_assert_eq!(read.backup, s.backup);
        }
    }

    #[test]
    fn any_quoted_text_comes_back(words in proptest::collection::vec("[^\u{0}\n\r\u{fffd}]{1,20}", 1..5)) {
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let text = format!("listen l\n bind :80\n timeout client 1s\n description {}\n", quoted.join(" "));
        let config = valid(haproxy(&text));
        prop_assert_eq!(&config.proxies[0].description.as_ref().unwrap().value, &words.join(" "));
    }

    #[test]
    fn instances_come_back_as_written(one in instance()) {
        let mut text = format!(
            "vrrp_instance V {{\n interface eth0\n version 3\n state BACKUP\n virtual_router_id {}\n priority {}\n advert_int {}.{:02}\n",
            one.vrid, one.priority, one.centiseconds / 100, one.centiseconds % 100
        );
        if one.nopreempt {
            text.push_str(" nopreempt\n");
        }
        text.push_str(" virtual_ipaddress {\n");
        for (address, length) in &one.vips {
            let _ = writeln!(text, "  {address}/{length}");
        }
        text.push_str(" }\n}\n");
        let config = valid(keepalived(&text));
        let read = &config.instances[0];
        prop_assert_eq!((read.vrid.0, read.priority.0, read.nopreempt), (one.vrid, one.priority, one.nopreempt));
        prop_assert_eq!(read.advert_int.value, Duration::from_millis(one.centiseconds * 10));
        let vips: Vec<_> = read.vips.iter().map(|vip| (vip.address.value, vip.prefix)).collect();
        let expected: Vec<_> = one.vips.iter().map(|(a, l)| (IpAddr::V4(*a), *l)).collect();
        prop_assert_eq!(vips, expected);
    }
}
