//! What a fuzzer of this crate does with its bytes, so that tests and fuzz targets run the same.
//!
//! Invariants: nothing panics; a hello that is whole stays the same when more comes behind it, and is
//! not whole with less; the message that rules see in one record is the one that is answered.

use crate::hello::{Reading, read};
use crate::session::{First, first};

/// One run over arbitrary bytes. Panics when an invariant is broken, which is what fuzzers look for.
pub fn run(data: &[u8]) {
    let seen = first(data);
    if let Reading::Found(hello) = read(data) {
        let _ = (hello.protocols(), hello.wanted_version(), hello.has(10));
        let name = hello
            .server_name()
            .and_then(|n| std::str::from_utf8(n).ok());
        let name = name.map(|name| name.to_ascii_lowercase().into_boxed_str());
        assert_eq!(seen, First::Whole(name), "rules and session differ");
    }
    if seen == First::Short {
        return;
    }
    // Long ones are given up for their length, whatever they say.
    if data.len() < 16 << 10 {
        assert_eq!(first(&[data, b"behind"].concat()), seen, "with more behind");
    }
    if let Some((_, before)) = data.split_last()
        && let First::Whole(Some(name)) = first(before)
    {
        assert_eq!(seen, First::Whole(Some(name)), "with less");
    }
}
