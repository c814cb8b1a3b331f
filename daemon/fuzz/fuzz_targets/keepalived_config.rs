#![no_main]
//! keepalived.conf from any bytes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config::fuzz::keepalived(bytes));
