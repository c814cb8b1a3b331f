#![no_main]
//! Messages of the processes to each other.

libfuzzer_sys::fuzz_target!(|data: &[u8]| ipc::fuzz::run(data));
