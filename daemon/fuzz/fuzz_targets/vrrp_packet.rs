#![no_main]
//! Every decoder of VRRP's bytes from the network.

libfuzzer_sys::fuzz_target!(|data: &[u8]| vrrp::fuzz::network_bytes(data));
