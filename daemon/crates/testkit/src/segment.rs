//! Hosts on one Ethernet: a bridge in a namespace of its own, and a namespace for each host.

use std::net::IpAddr;

use crate::netns::Namespace;

/// The switch. Dropped with its ports.
#[derive(Debug)]
pub struct Segment {
    switch: Namespace,
    ports: std::cell::Cell<u32>,
}

/// A host with one interface, `eth0`.
#[derive(Debug)]
pub struct Host {
    pub namespace: Namespace,
    pub name: String,
    port: String,
}

pub const INTERFACE: &str = "eth0";

impl Segment {
    pub fn new() -> Self {
        let switch = Namespace::new("sw");
        switch.ip(&[
            "link",
            "add",
            "br0",
            "type",
            "bridge",
            "mcast_snooping",
            "0",
        ]);
        switch.ip(&["link", "set", "br0", "up"]);
        Self {
            switch,
            ports: std::cell::Cell::new(0),
        }
    }

    /// A host with these addresses (`ADDR/LEN`) on the segment.
    pub fn host(&self, name: &str, addresses: &[&str]) -> Host {
        let number = self.ports.get();
        self.ports.set(number + 1);
        let port = format!("p{number}");
        let namespace = Namespace::new(name);
        let mac = format!("02:00:00:00:{:02x}:{:02x}", number / 256, number % 256 + 1);
        self.switch.ip(&[
            "link",
            "add",
            &port,
            "type",
            "veth",
            "peer",
            "name",
            INTERFACE,
            "netns",
            namespace.name(),
        ]);
        namespace.ip(&["link", "set", INTERFACE, "address", &mac]);
        self.switch.ip(&["link", "set", &port, "master", "br0"]);
        self.switch.ip(&["link", "set", &port, "up"]);
        namespace.ip(&["link", "set", INTERFACE, "up"]);
        for address in addresses {
            namespace.ip(&["addr", "add", address, "dev", INTERFACE]);
        }
        Host {
            namespace,
            name: name.to_owned(),
            port,
        }
    }

    /// Takes a host's carrier away, as a pulled cable does, or gives it back.
    pub fn set_cable(&self, host: &Host, plugged: bool) {
        let state = if plugged { "up" } else { "down" };
        self.switch.ip(&["link", "set", &host.port, state]);
    }

    /// Drops everything to and from a host although its link stays up, as a failed switch does.
    pub fn set_isolated(&self, host: &Host, isolated: bool) {
        let state = if isolated { "0" } else { "3" };
        let output = self
            .switch
            .command("bridge")
            .args(["link", "set", "dev", &host.port, "state", state])
            .output();
        match output {
            Ok(output) if output.status.success() => {}
            other => panic!("bridge link set {}: {other:?}", host.port),
        }
    }

    /// The port behind which the switch has seen a link address.
    pub fn port_of(&self, mac: &str) -> Option<String> {
        let mut command = self.switch.command("bridge");
        let output = command.args(["fdb", "show", "br", "br0"]).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find(|line| line.starts_with(mac))?;
        let mut words = line.split_whitespace().skip_while(|word| *word != "dev");
        words.nth(1).map(str::to_owned)
    }

    pub fn switch(&self) -> &Namespace {
        &self.switch
    }
}

impl Default for Segment {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// Name of the switch's port that it is plugged into.
    pub fn port(&self) -> &str {
        &self.port
    }

    pub fn has(&self, address: &str) -> bool {
        let wanted: IpAddr = address
            .parse()
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        self.namespace.addresses(INTERFACE).iter().any(|text| {
            text.split('/')
                .next()
                .and_then(|text| text.parse::<IpAddr>().ok())
                == Some(wanted)
        })
    }

    /// Sets the administrative state of its interface.
    pub fn set_link(&self, up: bool) {
        self.namespace
            .ip(&["link", "set", INTERFACE, if up { "up" } else { "down" }]);
    }
}
