//! What checks came to, as the log tells it.

use super::told::lines;
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// The first result of the server `s` of each backend, until there are so many.
pub fn first_results(log: &UdpSocket, wanted: usize) -> BTreeMap<String, String> {
    let mut results = BTreeMap::new();
    let end = Instant::now() + super::WAIT;
    while results.len() < wanted && Instant::now() < end {
        for line in lines(log) {
            if let Some((_, told)) = line.split_once("Health check for server ") {
                let (name, rest) = told.split_once("/s ").unwrap();
                results.entry(name.to_owned()).or_insert(rest.to_owned());
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    results
}
