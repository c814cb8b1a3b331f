#![no_main]
//! The first message of TLS, for rules and for the choice of a certificate.

libfuzzer_sys::fuzz_target!(|data: &[u8]| tls::fuzz::run(data));
