//! A whole router on a bench: IPv4 packets go in and come out, and only the bench moves the clock.

#![allow(dead_code)] // each test file uses its part

use std::net::{IpAddr, Ipv4Addr};

use vrrp::instance::{Action, Event, Instance, State};
use vrrp::packet::{self, ChecksumStyle};
use vrrp::timers::SECOND;
use vrrp::{
    Advert, Announcements, Authentication, Datagram, Micros, PacketError, Rules, Settings,
    StartState, Transport, Version, admit, ip,
};

pub const VRID: u8 = 77;
pub const OWN: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 5);
pub const VIP: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);

pub struct Router {
    rules: Rules,
    pub instance: Instance,
    pub now: Micros,
    /// When, and the whole packet.
    pub sent: Vec<(Micros, Vec<u8>)>,
    /// When, and how many times.
    pub announced: Vec<(Micros, u8)>,
    pub holds: bool,
    pub refused: Vec<PacketError>,
}

pub fn advert(version: Version, priority: u8) -> Advert {
    Advert {
        version,
        vrid: VRID,
        priority,
        interval: SECOND,
        addresses: vec![VIP.into()],
        authentication: Authentication::None,
    }
}

/// The packet of another router.
pub fn wire(advert: &Advert, from: u8, ttl: u8) -> Vec<u8> {
    let source = Ipv4Addr::new(10, 77, 0, from);
    let group = ip::MULTICAST_V4;
    let style = ChecksumStyle::PseudoHeader;
    let payload = packet::encode(advert, source.into(), group.into(), style);
    ip::build_v4(source, group, 1, ttl, ip::PROTOCOL_VRRP, &payload)
}

impl Router {
    pub fn started(version: Version, priority: u8, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            version,
            start: StartState::Master,
            priority,
            interval: SECOND,
            down_adverts: 3,
            preempt: true,
            preempt_delay: 0,
            startup_delay: 0,
            address: OWN.into(),
            deaf_owner: false,
            answer_lower: true,
            advert_before_yielding: true,
            grouped: false,
            announcements: Announcements::default(),
        };
        change(&mut settings);
        let mut router = Self {
            rules: Rules {
                version,
                vrid: VRID,
                authentication: Authentication::None,
                interval: settings.interval,
                transport: Transport::Multicast {
                    group: ip::MULTICAST_V4.into(),
                },
                addresses: vec![VIP.into()],
                own_address: OWN.into(),
            },
            instance: Instance::new(settings),
            now: 0,
            sent: Vec::new(),
            announced: Vec::new(),
            holds: false,
            refused: Vec::new(),
        };
        router.step(Event::Start);
        router
    }

    /// One that has become master by silence; what it sent on the way is forgotten.
    pub fn master(version: Version, priority: u8) -> Self {
        let mut router = Self::started(version, priority, |_| {});
        router.run_until(4 * SECOND);
        assert_eq!(router.instance.state(), State::Master);
        router.sent.clear();
        router.announced.clear();
        router
    }

    pub fn with_password(mut self, password: &str) -> Self {
        self.rules.authentication = Authentication::pass(password);
        self
    }

    pub fn receive(&mut self, packet: &[u8]) {
        let parsed = match ip::parse_v4(packet) {
            Ok(parsed) => parsed,
            Err(error) => return self.refused.push(error),
        };
        let datagram = Datagram {
            source: parsed.source.into(),
            destination: parsed.destination.into(),
            ttl: parsed.ttl,
            payload: parsed.payload,
            authenticated: false,
        };
        if !vrrp::admit::is_for(&self.rules, &datagram) {
            return;
        }
        match admit(&self.rules, &datagram) {
            Ok(received) => self.step(Event::Advert(received)),
            Err(error) => self.refused.push(error),
        }
    }

    /// Lets time pass, deadline by deadline.
    pub fn run_until(&mut self, end: Micros) {
        while let Some(at) = self.instance.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.step(Event::Timer);
        }
        self.now = end;
    }

    pub fn step(&mut self, event: Event) {
        for action in self.instance.step(event, self.now) {
            match action {
                Action::SendAdvert { priority, copies } => {
                    let packet = self.own_packet(priority);
                    for _ in 0..copies {
                        self.sent.push((self.now, packet.clone()));
                    }
                }
                Action::Acquire => self.holds = true,
                Action::Release => self.holds = false,
                Action::Announce { repeat } => self.announced.push((self.now, repeat)),
                _ => {}
            }
        }
    }

    fn own_packet(&self, priority: u8) -> Vec<u8> {
        let advert = Advert {
            interval: self.rules.interval,
            ..advert(self.rules.version, priority)
        };
        wire(&advert, 5, ip::TTL)
    }

    /// Times and priorities of what was sent, as another router reads them from the wire.
    pub fn adverts(&self) -> Vec<(Micros, u8)> {
        let read = |(at, packet): &(Micros, Vec<u8>)| {
            let parsed = ip::parse_v4(packet).unwrap();
            assert_eq!((parsed.ttl, parsed.protocol), (255, 112));
            assert_eq!(parsed.destination, ip::MULTICAST_V4);
            let (from, to): (IpAddr, IpAddr) = (parsed.source.into(), parsed.destination.into());
            let advert = packet::decode(parsed.payload, from, to).unwrap();
            assert_eq!((advert.vrid, from), (VRID, OWN.into()));
            assert_eq!(advert.addresses, [IpAddr::from(VIP)]);
            (*at, advert.priority)
        };
        self.sent.iter().map(read).collect()
    }
}
