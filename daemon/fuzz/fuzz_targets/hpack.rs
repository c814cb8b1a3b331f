#![no_main]
//! Header blocks, and the requests that they are.

libfuzzer_sys::fuzz_target!(|data: &[u8]| h2::fuzz::hpack(data));
