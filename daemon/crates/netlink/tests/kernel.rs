//! Requests and announcements against the real kernel, in a namespace.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use netlink::{Change, Netlink, NewAddress, Watch};
use testkit::netns::{Namespace, unavailable};

fn namespace() -> Option<Namespace> {
    if let Some(reason) = unavailable() {
        eprintln!("skipped: {reason}");
        return None;
    }
    let namespace = Namespace::new("nl");
    namespace.add_link("t0");
    namespace.ip(&["link", "set", "t0", "up"]);
    Some(namespace)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn index(netlink: &mut Netlink, name: &str) -> u32 {
    netlink
        .links()
        .unwrap()
        .into_iter()
        .find(|link| link.name == name)
        .unwrap()
        .index
}

#[test]
fn links_are_listed_with_their_state_and_address() {
    let Some(namespace) = namespace() else { return };
    namespace.ip(&["link", "set", "t0", "address", "02:00:00:00:00:77"]);
    namespace.enter(|| {
        let links = Netlink::open().unwrap().links().unwrap();
        let t0 = links.iter().find(|link| link.name == "t0").unwrap();
        assert!(t0.usable());
        assert_eq!(t0.mac, Some([2, 0, 0, 0, 0, 0x77]));
        let peer = links.iter().find(|link| link.name == "t0-peer").unwrap();
        assert_ne!(peer.index, t0.index);
    });
    namespace.ip(&["link", "set", "t0-peer", "down"]);
    namespace.enter(|| {
        let links = Netlink::open().unwrap().links().unwrap();
        let t0 = links.iter().find(|link| link.name == "t0").unwrap();
        assert!(t0.up && !t0.carrier && !t0.usable());
    });
}

#[test]
fn addresses_are_added_with_their_options_once_and_removed_once() {
    let Some(namespace) = namespace() else { return };
    let labelled = NewAddress {
        label: Some("t0:vip".into()),
        broadcast: Some("10.9.0.255".parse().unwrap()),
        scope: 253,
        ..NewAddress::plain(address("10.9.0.1"), 24)
    };
    let host = NewAddress {
        preferred_lifetime: Some(0),
        ..NewAddress::plain(address("fd09::1"), 128)
    };
    let peer = NewAddress {
        peer: Some((address("10.8.0.2"), 32)),
        ..NewAddress::plain(address("10.8.0.1"), 32)
    };
    namespace.enter(|| {
        let mut netlink = Netlink::open().unwrap();
        let t0 = index(&mut netlink, "t0");
        for new in [&labelled, &host, &peer] {
            assert_eq!(netlink.add_address(t0, new), Ok(true));
            assert_eq!(
                netlink.add_address(t0, new),
                Ok(false),
                "it is there already"
            );
        }
        let there = netlink.addresses().unwrap();
        for text in ["10.9.0.1", "fd09::1", "10.8.0.1"] {
            let found = there
                .iter()
                .find(|found| found.address == address(text))
                .unwrap();
            assert_eq!(found.interface, t0);
            assert!(!found.tentative, "{text}");
        }
    });
    let shown = namespace.ip(&["addr", "show", "dev", "t0"]);
    assert!(
        shown.contains("inet 10.9.0.1/24 brd 10.9.0.255 scope link t0:vip"),
        "{shown}"
    );
    assert!(shown.contains("inet 10.8.0.1 peer 10.8.0.2/32"), "{shown}");
    assert!(
        shown.contains("nodad") && shown.contains("deprecated"),
        "{shown}"
    );
    namespace.enter(|| {
        let mut netlink = Netlink::open().unwrap();
        let t0 = index(&mut netlink, "t0");
        for old in [&labelled, &host, &peer] {
            assert_eq!(netlink.remove_address(t0, old), Ok(true));
            assert_eq!(
                netlink.remove_address(t0, old),
                Ok(false),
                "it is gone already"
            );
        }
        assert_eq!(
            netlink.remove_address(9999, &labelled),
            Ok(false),
            "no such interface"
        );
        assert!(netlink.add_address(9999, &labelled).is_err());
    });
}

#[test]
fn changes_of_others_are_announced() {
    let Some(namespace) = namespace() else { return };
    let mut watch = namespace.enter(Watch::open).unwrap();
    namespace.ip(&["addr", "add", "10.9.0.1/24", "dev", "t0"]);
    namespace.ip(&["addr", "del", "10.9.0.1/24", "dev", "t0"]);
    namespace.ip(&["link", "del", "t0"]);
    let mut seen = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(5);
    while !seen
        .iter()
        .any(|change| matches!(change, Change::LinkGone(link) if link.name == "t0"))
    {
        assert!(Instant::now() < deadline, "{seen:?}");
        seen.extend(watch.changes().unwrap());
        std::thread::sleep(Duration::from_millis(5));
    }
    let wanted = address("10.9.0.1");
    let added = seen
        .iter()
        .position(|change| matches!(change, Change::AddressAdded(it) if it.address == wanted));
    let removed = seen
        .iter()
        .position(|change| matches!(change, Change::AddressRemoved(it) if it.address == wanted));
    assert!(added.is_some() && added < removed, "{seen:?}");
}

#[test]
fn learnt_neighbours_are_listed() {
    let Some(namespace) = namespace() else { return };
    namespace.ip(&[
        "neigh",
        "add",
        "10.9.0.7",
        "lladdr",
        "02:00:00:00:00:07",
        "dev",
        "t0",
        "nud",
        "permanent",
    ]);
    namespace.enter(|| {
        let mut netlink = Netlink::open().unwrap();
        let t0 = index(&mut netlink, "t0");
        let table = netlink.neighbours().unwrap();
        let found = table
            .iter()
            .find(|entry| entry.address == address("10.9.0.7"))
            .unwrap();
        assert_eq!((found.interface, found.mac), (t0, Some([2, 0, 0, 0, 0, 7])));
    });
}
