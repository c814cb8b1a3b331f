#![no_main]
//! Frames of a client and of a server.

libfuzzer_sys::fuzz_target!(|data: &[u8]| h2::fuzz::frames(data));
