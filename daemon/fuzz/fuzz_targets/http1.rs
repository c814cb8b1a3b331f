#![no_main]
//! Request and response heads and chunked bodies.

libfuzzer_sys::fuzz_target!(|data: &[u8]| http1::fuzz::run(data));
