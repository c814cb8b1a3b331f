//! `tandemd probe-address`.

use std::net::IpAddr;
use std::time::Duration;

use crate::{FAILED, complain};

/// Exit code when another machine answers for one of the addresses.
const TAKEN: u8 = 1;

pub fn probe(interface: &str, addresses: &[IpAddr], timeout: Duration, json: bool) -> u8 {
    let answers = match vrrpd::probe::probe(interface, addresses, timeout) {
        Ok(answers) => answers,
        Err(error) => {
            complain(&format!("probe-address: {error}"));
            return FAILED;
        }
    };
    if json {
        println!("{}", serde_json::json!(answers));
    } else if answers.is_empty() {
        println!("nobody else on {interface} answers");
    }
    for answer in answers.iter().filter(|_| !json) {
        println!(
            "{} is answered by {} on {interface}",
            answer.address, answer.mac
        );
    }
    if answers.is_empty() { 0 } else { TAKEN }
}
