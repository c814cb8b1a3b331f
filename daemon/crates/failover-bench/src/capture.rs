//! Every ARP, neighbour and VRRP packet of a round, for who wants to know why it took so long.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use testkit::netns::Namespace;

use crate::error::{BenchError, While as _};

/// The client's questions and their answers are left out.
const FILTER: &str = "arp or icmp6 or ip proto 112 or ip proto 51 or ip6 proto 112";

#[derive(Debug)]
pub struct Capture(Child);

impl Capture {
    /// Starts tcpdump(8) on the switch.
    pub fn start(switch: &Namespace, folder: &Path) -> Result<Self, BenchError> {
        switch.ip(&["link", "set", "br0", "promisc", "on"]);
        let mut command = switch.command("tcpdump");
        let file = folder.join("packets.pcap");
        command
            .args(["-i", "br0", "-U", "-Z", "root", "-w"])
            .arg(&file)
            .arg(FILTER);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let child = command
            .spawn()
            .during("starting tcpdump from the package tcpdump")?;
        let end = Instant::now() + Duration::from_secs(5);
        while !file.exists() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self(child))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // With time to write what it has.
        let _ = rustix::process::kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}
