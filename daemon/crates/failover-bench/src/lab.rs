//! Four namespaces: a switch, the nodes a and b, and a client that asks the address of the pair.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use testkit::segment::{Host, Segment};

use crate::capture::Capture;
use crate::console::Console;
use crate::daemon::{Daemon, Programs};
use crate::error::{BenchError, While as _};
use crate::holders::Holders;
use crate::measure::Observation;
use crate::pair::Pair;
use crate::probe::{Probe, Responder};
use crate::profile::{Check, Profile};
use crate::story;

/// Everything of one round. Made anew for each, so that no round inherits a sysctl, a neighbour
/// entry or a forgotten address from the one before. Fields are dropped in this order.
#[derive(Debug)]
pub struct Lab {
    daemons: [Option<Daemon>; 2],
    pub probe: Probe,
    pub holders: Holders,
    ports: Console,
    bridge: Console,
    addresses: Console,
    _responders: [Responder; 2],
    nodes: [Host; 2],
    _client: Host,
    segment: Segment,
    folder: PathBuf,
    keep: Option<Capture>,
    plan: Plan,
}

/// What runs in it.
#[derive(Debug, Clone)]
pub struct Plan {
    pub programs: Programs,
    pub pair: Pair,
    pub profile: Profile,
    pub priorities: [u8; 2],
    pub check: Check,
    /// Leave logs and packets in the folder.
    pub keep: bool,
}

impl Lab {
    pub fn new(plan: Plan, folder: PathBuf) -> Result<Self, BenchError> {
        std::fs::create_dir_all(&folder).during("making a folder")?;
        let segment = Segment::new();
        let host = |name: &str, number: u8| {
            segment.host(
                name,
                &[
                    &format!("10.77.0.{number}/24"),
                    &format!("fd77::{number}/64"),
                ],
            )
        };
        let nodes = [host("a", 1), host("b", 2)];
        let client = host("c", 9);
        let vip = plan.profile.vip();
        let responders = [
            Responder::start(&nodes[0], 0)?,
            Responder::start(&nodes[1], 1)?,
        ];
        let lab = Self {
            daemons: [None, None],
            probe: Probe::start(&client, vip, plan.profile.control())?,
            holders: Holders::watch(&nodes, vip)?,
            ports: Console::start(segment.switch(), "ip")?,
            bridge: Console::start(segment.switch(), "bridge")?,
            addresses: Console::start(&nodes[0].namespace, "ip")?,
            _responders: responders,
            nodes,
            _client: client,
            keep: plan
                .keep
                .then(|| Capture::start(segment.switch(), &folder))
                .transpose()?,
            segment,
            folder,
            plan,
        };
        for node in 0..2 {
            lab.set_service(node, true)?;
            let flag = lab.flag(node);
            let text = lab.plan.profile.configuration(
                node,
                lab.plan.priorities[node],
                lab.plan.check,
                &flag,
            );
            std::fs::write(lab.configuration(node), text).during("writing a configuration")?;
        }
        Ok(lab)
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn configuration(&self, node: usize) -> PathBuf {
        self.folder.join(format!("node-{node}.conf"))
    }

    fn flag(&self, node: usize) -> PathBuf {
        self.folder.join(format!("serves-{node}"))
    }

    /// What the check script of a node finds.
    pub fn set_service(&self, node: usize, good: bool) -> Result<(), BenchError> {
        let flag = self.flag(node);
        if good {
            std::fs::write(flag, "").during("making the service good")
        } else {
            std::fs::remove_file(flag).during("making the service fail")
        }
    }

    pub fn start(&mut self, node: usize) -> Result<(), BenchError> {
        let folder = self.folder.join(format!("engine-{node}"));
        let engine = self.plan.pair.engines()[node];
        let conf = self.configuration(node);
        let daemon = Daemon::start(
            engine,
            &self.plan.programs,
            &self.nodes[node],
            &conf,
            &folder,
        )?;
        self.daemons[node] = Some(daemon);
        Ok(())
    }

    pub fn daemon(&mut self, node: usize) -> Result<&mut Daemon, BenchError> {
        let missing = || BenchError::Panicked(format!("no daemon was started on node {node}"));
        self.daemons[node].as_mut().ok_or_else(missing)
    }

    /// Starts both and waits until `a` serves, `b` does not, and both have heard adverts.
    pub fn settle(&mut self) -> Result<(), BenchError> {
        self.start(0)?;
        self.start(1)?;
        let advert = self.plan.profile.advert();
        let quiet = advert * 6 / 5 + Duration::from_millis(300);
        let limit = advert * 10 + Duration::from_secs(20);
        let end = Instant::now() + limit;
        let mut since = Instant::now();
        while since.elapsed() < quiet {
            if self.holders.now() != [true, false]
                || !self.probe.steady(Some(0), Duration::from_millis(50))
            {
                since = Instant::now();
            }
            for node in 0..2 {
                let daemon = self.daemon(node)?;
                if daemon.has_ended() {
                    return Err(BenchError::Ended {
                        what: format!("node {node}"),
                        log: daemon.log(),
                    });
                }
            }
            if Instant::now() > end {
                let log = self.daemon(0)?.log();
                return Err(BenchError::Timeout {
                    what: format!("a serves alone: {log}"),
                    after: limit,
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Takes the carrier of `a` away, as a pulled cable does.
    pub fn pull_cable(&mut self) -> Result<(), BenchError> {
        let line = format!("link set dev {} down", self.nodes[0].port());
        self.ports.say(&line)
    }

    /// Drops everything to and from `a`, although its link stays up.
    pub fn isolate(&mut self, isolated: bool) -> Result<(), BenchError> {
        let state = if isolated { 0 } else { 3 };
        let line = format!("link set dev {} state {state}", self.nodes[0].port());
        self.bridge.say(&line)
    }

    /// Removes the address from `a`, as a hand or another program does.
    pub fn delete_vip(&mut self) -> Result<(), BenchError> {
        let (vip, interface) = self.plan.profile.vip_entry();
        self.addresses
            .say(&format!("address del {vip} dev {interface}"))
    }

    /// Keeps what happened around an event beside logs and packets, if they are kept.
    pub fn tell_story(&self, seen: &Observation<'_>) -> Result<(), BenchError> {
        if self.keep.is_none() {
            return Ok(());
        }
        let file = self.folder.join(format!("{}.txt", seen.event.name()));
        std::fs::write(file, story::tell(seen)).during("writing what happened")
    }

    /// Whether the switch sends frames for the virtual link address to a node that holds the VIP.
    pub fn port_is_right(&self) -> Option<bool> {
        let mac = self.plan.profile.virtual_mac()?;
        let port = self.segment.port_of(&mac);
        let holds = self.holders.now();
        let right =
            |(node, host): (usize, &Host)| holds[node] && port.as_deref() == Some(host.port());
        Some(self.nodes.iter().enumerate().any(right))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // The programs first: they write into the folder.
        self.daemons = [None, None];
        match self.keep.take() {
            Some(capture) => drop(capture),
            None => drop(std::fs::remove_dir_all(&self.folder)),
        }
    }
}
