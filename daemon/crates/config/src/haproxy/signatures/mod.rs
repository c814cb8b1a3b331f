//! What each fetch and converter takes and gives (configuration manual, 7.3): one row for each.

mod converters;
mod fetches;
mod moments;
mod tls;
mod values;

pub use moments::{Moments, Origin, name, origin};
pub use values::wrong;

use super::fetch::Kind;

/// Arguments as one letter each; those behind `?` may be left out.
/// `s` text, `i` whole number, `t` stick table, `f` file, `v` variable, `u` userlist,
/// `b` backend, `e` frontend, `r` server.
pub struct Signature {
    pub kind: Kind,
    pub arguments: &'static str,
}

/// Groups of names that share kind and arguments.
type Row = (Kind, &'static str, &'static [&'static str]);

/// Counters of stick tables: `sc_X(n[,table])`, `sc0_X([table])`, `src_X([table])`.
const COUNTERS: [&str; 28] = [
    "bytes_in_rate",
    "bytes_out_rate",
    "clr_gpc0",
    "clr_gpc1",
    "conn_cnt",
    "conn_cur",
    "conn_rate",
    "get_gpc0",
    "get_gpc1",
    "get_gpt0",
    "gpc0_rate",
    "gpc1_rate",
    "http_err_cnt",
    "http_err_rate",
    "http_fail_cnt",
    "http_fail_rate",
    "http_req_cnt",
    "http_req_rate",
    "inc_gpc0",
    "inc_gpc1",
    "kbytes_in",
    "kbytes_out",
    "sess_cnt",
    "sess_rate",
    "tracked",
    "trackers",
    "updt_conn_cnt",
    "exists",
];

/// Counters that take the number of an array's element first.
const ARRAYS: [&str; 5] = ["clr_gpc", "get_gpc", "get_gpt", "gpc_rate", "inc_gpc"];

/// What gives bytes rather than text.
const BYTES: [&str; 36] = [
    "aes_gcm_dec",
    "b64dec",
    "base32+src",
    "bin",
    "bytes",
    "digest",
    "distcc_body",
    "fix_tag_value",
    "hmac",
    "htonl",
    "json_query",
    "jwt_header_query",
    "jwt_payload_query",
    "meth",
    "protobuf",
    "req.body",
    "req.hdrs",
    "req.hdrs_bin",
    "req.payload",
    "req.payload_lv",
    "res.body",
    "res.hdrs",
    "res.hdrs_bin",
    "res.payload",
    "res.payload_lv",
    "set-var",
    "sha1",
    "sha2",
    "ssl_c_der",
    "ssl_c_serial",
    "ssl_c_sha1",
    "ssl_f_der",
    "ssl_f_serial",
    "ssl_f_sha1",
    "ub64dec",
    "url32+src",
];

fn find(rows: &'static [Row], name: &str) -> Option<Signature> {
    let row = rows.iter().find(|(_, _, names)| names.contains(&name))?;
    let bytes = row.0 == Kind::Text && BYTES.contains(&name);
    Some(Signature {
        kind: if bytes { Kind::Bytes } else { row.0 },
        arguments: row.1,
    })
}

/// `None` for fetches that have a typed form of their own, and for those that cannot be computed.
pub fn fetch(name: &str) -> Option<Signature> {
    let found = find(fetches::FETCHES, name).or_else(|| find(tls::FETCHES, name));
    found.or_else(|| counter(name))
}

/// Whether what it gives is bytes and nothing else.
pub fn gives_bytes(name: &str) -> bool {
    const DEPENDS: [&str; 5] = [
        "json_query",
        "jwt_header_query",
        "jwt_payload_query",
        "meth",
        "set-var",
    ];
    BYTES.contains(&name) && !DEPENDS.contains(&name)
}

/// Converters of numbers; of a text they read the number in front.
pub fn takes_numbers(name: &str) -> bool {
    const NUMBERS: [&str; 19] = [
        "add",
        "and",
        "bool",
        "cpl",
        "div",
        "even",
        "htonl",
        "http_date",
        "iif",
        "ltime",
        "mod",
        "mul",
        "neg",
        "not",
        "odd",
        "or",
        "sub",
        "utime",
        "xor",
    ];
    NUMBERS.contains(&name)
}

pub fn takes_addresses(name: &str) -> bool {
    name == "ipmask" || name.starts_with("map_ip")
}

pub fn converter(name: &str) -> Option<Signature> {
    find(converters::CONVERTERS, name)
}

fn counter(name: &str) -> Option<Signature> {
    let (prefix, counter) = name.split_once('_')?;
    let kind = match counter {
        "tracked" | "exists" => Kind::Bool,
        _ => Kind::Int,
    };
    let array = ARRAYS.contains(&counter);
    if !array && !COUNTERS.contains(&counter) {
        return None;
    }
    let arguments = match (prefix, array) {
        ("sc", true) => "ii?t",
        ("sc0" | "sc1" | "sc2" | "src", false) => "?t",
        ("sc", false) | ("sc0" | "sc1" | "sc2" | "src", true) => "i?t",
        _ => return None,
    };
    Some(Signature { kind, arguments })
}
