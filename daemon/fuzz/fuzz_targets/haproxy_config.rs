#![no_main]
//! haproxy.cfg from any bytes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config::fuzz::haproxy(bytes));
