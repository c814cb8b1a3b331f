#![no_main]
//! A log format from any bytes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config::fuzz::log_format(bytes));
