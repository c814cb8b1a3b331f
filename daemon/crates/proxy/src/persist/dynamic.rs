//! `cookie … dynamic`: names of servers in cookies, computed from where they are reached, so that
//! proxies side by side agree on them.

use std::net::{IpAddr, SocketAddr};
use twox_hash::XxHash64;

/// The name of a server at `address`: the hash of key, address and port, as hexadecimal digits.
pub fn server_name(key: &str, address: SocketAddr) -> Vec<u8> {
    let mut text = key.as_bytes().to_vec();
    match address.ip() {
        IpAddr::V4(ip) => text.extend(ip.octets()),
        IpAddr::V6(ip) => text.extend(ip.octets()),
    }
    text.extend(u32::from(address.port()).to_be_bytes());
    format!("{:016x}", XxHash64::oneshot(0, &text)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_haproxy() {
        // Seen in the cookies of haproxy 2.6.12.
        let known = [
            ("127.0.0.1:8772", "1b13e0a4f74d805b"),
            ("[::1]:8774", "d28c7a823568a112"),
        ];
        for (address, name) in known {
            let found = server_name("secretkey", address.parse().unwrap());
            assert_eq!(String::from_utf8(found).unwrap(), name);
        }
    }
}
