#![no_main]
//! Messages of HTTP/1.1 as HTTP/2 and back.

libfuzzer_sys::fuzz_target!(|data: &[u8]| h2::fuzz::messages(data));
