#![no_main]
//! Conversations of a client with a runtime socket.

libfuzzer_sys::fuzz_target!(|data: &[u8]| runtime::fuzz::run(data));
