#![no_main]
//! Greetings and messages of peers.

libfuzzer_sys::fuzz_target!(|data: &[u8]| peers::fuzz::run(data));
