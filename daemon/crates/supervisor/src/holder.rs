//! Who holds a port that we want: for the error message.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

/// `nginx (process 812)`, if a listening socket in the way can be found and its owner seen.
pub fn of_tcp_port(address: SocketAddr) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find_map(|table| listening_inode(&table, address))?;
    owner(inode)
}

/// Inode of the listener in a table of proc_net_tcp(5) that stands in the way of an address.
fn listening_inode(table: &str, wanted: SocketAddr) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let (ip, port) = local.split_once(':')?;
        let listens = *state == "0A";
        let same_port = u16::from_str_radix(port, 16) == Ok(wanted.port());
        let any = ip.bytes().all(|digit| digit == b'0');
        let overlaps = any || wanted.ip().is_unspecified() || ip == kernel_form(wanted.ip());
        (listens && same_port && overlaps).then(|| inode.parse().ok())?
    })
}

/// An address as the kernel prints it: words of 32 bits in the machine's order.
fn kernel_form(ip: IpAddr) -> String {
    let bytes = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.chunks_exact(4).fold(String::new(), |mut text, word| {
        let word = u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
        let _ = write!(text, "{word:08X}");
        text
    })
}

fn owner(inode: u64) -> Option<String> {
    let wanted = format!("socket:[{inode}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let name = process.file_name();
        let Some(pid) = name.to_str().filter(|name| name.parse::<u32>().is_ok()) else {
            continue;
        };
        let Ok(descriptors) = std::fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = descriptors.flatten().any(|descriptor| {
            std::fs::read_link(descriptor.path()).is_ok_and(|target| target.as_os_str() == &*wanted)
        });
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (process {pid})", name.trim()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_holder_of_a_port_is_found() {
        for bound in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(bound) else {
                eprintln!("skipped {bound}: the machine has no such address");
                continue;
            };
            let holder = of_tcp_port(listener.local_addr().unwrap()).unwrap();
            let pid = std::process::id();
            assert!(holder.ends_with(&format!("(process {pid})")), "{holder}");
        }
    }

    #[test]
    fn a_free_port_has_no_holder() {
        // tcpmux: one that the kernel gives to nobody by itself.
        assert_eq!(of_tcp_port("127.0.0.1:1".parse().unwrap()), None);
    }
}
