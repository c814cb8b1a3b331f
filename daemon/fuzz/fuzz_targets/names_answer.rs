#![no_main]
//! Answers of name servers, and the files of the resolver.

libfuzzer_sys::fuzz_target!(|data: &[u8]| names::fuzz::run(data));
