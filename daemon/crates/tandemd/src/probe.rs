//! `tandemd probe-address`: who else on the segment answers for addresses.

use std::net::IpAddr;
use std::time::Duration;

use crate::{OK, complain, say};

/// Another machine answers for one of the addresses.
const TAKEN: u8 = 1;
/// Nobody could be asked, which is not the same as silence.
const NOT_ASKED: u8 = 2;

pub fn probe(interface: &str, addresses: &[IpAddr], timeout: Duration, json: bool) -> u8 {
    let answers = match vrrpd::probe::probe(interface, addresses, timeout) {
        Ok(answers) => answers,
        Err(error) => {
            complain(&format!("probe-address: {error}"));
            return NOT_ASKED;
        }
    };
    if json {
        say(&serde_json::json!(answers).to_string());
    } else if answers.is_empty() {
        say(&format!("nobody else on {interface} answers"));
    } else {
        for answer in &answers {
            let (address, mac) = (answer.address, &answer.mac);
            say(&format!("{address} is answered by {mac} on {interface}"));
        }
    }
    if answers.is_empty() { OK } else { TAKEN }
}
