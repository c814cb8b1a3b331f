//! What each fetch and converter takes and gives (configuration manual, 7.3): one row for each.

use super::fetch::Kind;

/// Arguments as one letter each; those behind `?` may be left out, `*` repeats the last one.
/// `s` text, `i` whole number, `t` stick table, `f` file, `v` variable, `u` userlist, `b` backend.
pub struct Signature {
    pub kind: Kind,
    pub arguments: &'static str,
}

/// Groups of names that share kind and arguments.
type Row = (Kind, &'static str, &'static [&'static str]);

use Kind::{Bool, Int, Ip, Same, Text};

static FETCHES: &[Row] = &[
    (
        Bool,
        "",
        &[
            "dst_is_local",
            "fc_dst_is_local",
            "fc_rcvd_proxy",
            "fc_src_is_local",
            "http_first_req",
            "req.proto_http",
            "req_proto_http",
            "src_is_local",
            "stopping",
            "wait_end",
        ],
    ),
    (Bool, "u", &["http_auth"]),
    (
        Int,
        "",
        &[
            "base32",
            "bc_dst_port",
            "bc_err",
            "bc_http_major",
            "bc_src_port",
            "be_id",
            "be_server_timeout",
            "be_tunnel_timeout",
            "cur_server_timeout",
            "cur_tunnel_timeout",
            "dst_conn",
            "fc_dst_port",
            "fc_err",
            "fc_http_major",
            "fc_src_port",
            "fe_client_timeout",
            "fe_id",
            "last_rule_line",
            "nbproc",
            "prio_class",
            "prio_offset",
            "proc",
            "rep_ssl_hello_type",
            "req.len",
            "req_len",
            "req.ssl_ec_ext",
            "req.ssl_st_ext",
            "req.ssl_ver",
            "req_ssl_ver",
            "res.len",
            "res.ssl_hello_type",
            "so_id",
            "srv_id",
            "thread",
            "url32",
            "url_port",
        ],
    ),
    (Int, "?i", &["date_us"]),
    (
        Int,
        "?s",
        &[
            "cook_cnt",
            "cook_val",
            "req.cook_cnt",
            "req.cook_val",
            "req.fhdr_cnt",
            "res.cook_cnt",
            "res.cook_val",
            "res.fhdr_cnt",
            "scook_cnt",
            "scook_val",
            "rdp_cookie_cnt",
            "req.rdp_cookie_cnt",
            "urlp_val",
        ],
    ),
    (
        Int,
        "?si",
        &["hdr_val", "req.hdr_val", "res.hdr_val", "shdr_val"],
    ),
    (
        Int,
        "?b",
        &[
            "avg_queue",
            "be_conn_free",
            "connslots",
            "fe_req_rate",
            "queue",
        ],
    ),
    (
        Int,
        "s",
        &[
            "srv_conn",
            "srv_conn_free",
            "srv_iweight",
            "srv_queue",
            "srv_sess_rate",
            "srv_uweight",
            "srv_weight",
        ],
    ),
    (Int, "?t", &["table_avl", "table_cnt"]),
    (Ip, "", &["bc_dst", "bc_src", "fc_dst", "fc_src", "url_ip"]),
    (Ip, "s", &["ipv4", "ipv6"]),
    (
        Ip,
        "?si",
        &["hdr_ip", "req.hdr_ip", "res.hdr_ip", "shdr_ip"],
    ),
    (
        Text,
        "",
        &[
            "base32+src",
            "baseq",
            "bc_err_str",
            "capture.req.method",
            "capture.req.uri",
            "capture.req.ver",
            "capture.res.ver",
            "fc_err_str",
            "fe_defbe",
            "http_auth_pass",
            "http_auth_type",
            "http_auth_user",
            "last_rule_file",
            "req.hdrs",
            "req.hdrs_bin",
            "req.ssl_alpn",
            "res.hdrs",
            "res.hdrs_bin",
            "res.ver",
            "resp_ver",
            "so_name",
            "url32+src",
            "uuid",
        ],
    ),
    (
        Text,
        "?s",
        &[
            "http_auth_bearer",
            "req.hdr_names",
            "res.hdr_names",
            "rdp_cookie",
            "req.rdp_cookie",
        ],
    ),
    (Text, "u", &["http_auth_group"]),
    (Text, "s", &["bin", "meth"]),
    (Text, "i", &["capture.req.hdr", "capture.res.hdr"]),
    (Text, "ii", &["payload", "req.payload", "res.payload"]),
    (
        Text,
        "ii?s",
        &["payload_lv", "req.payload_lv", "res.payload_lv"],
    ),
];

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

static CONVERTERS: &[Row] = &[
    (Bool, "", &["bool", "even", "not", "odd"]),
    (Bool, "t", &["in_table"]),
    (Bool, "v", &["secure_memcmp"]),
    (Int, "", &["cpl", "hex2i", "length", "neg"]),
    (
        Int,
        "s",
        &["add", "and", "div", "mod", "mul", "or", "sub", "xor"],
    ),
    (
        Int,
        "?i",
        &[
            "crc32", "crc32c", "djb2", "sdbm", "wt6", "xxh32", "xxh64", "xxh3",
        ],
    ),
    (Int, "v", &["strcmp"]),
    (Int, "", &["nbsrv", "srv_queue"]),
    (
        Int,
        "t",
        &[
            "table_bytes_in_rate",
            "table_bytes_out_rate",
            "table_conn_cnt",
            "table_conn_cur",
            "table_conn_rate",
            "table_gpc0",
            "table_gpc0_rate",
            "table_gpc1",
            "table_gpc1_rate",
            "table_gpt0",
            "table_http_err_cnt",
            "table_http_err_rate",
            "table_http_fail_cnt",
            "table_http_fail_rate",
            "table_http_req_cnt",
            "table_http_req_rate",
            "table_kbytes_in",
            "table_kbytes_out",
            "table_server_id",
            "table_sess_cnt",
            "table_sess_rate",
            "table_trackers",
        ],
    ),
    (Int, "t?i", &["table_expire", "table_idle"]),
    (Int, "it", &["table_gpc", "table_gpc_rate", "table_gpt"]),
    (
        Int,
        "f?s",
        &[
            "map_beg_int",
            "map_dir_int",
            "map_dom_int",
            "map_end_int",
            "map_int_int",
            "map_ip_int",
            "map_reg_int",
            "map_str_int",
            "map_sub_int",
        ],
    ),
    (Ip, "s?s", &["ipmask"]),
    (
        Ip,
        "f?s",
        &[
            "map_beg_ip",
            "map_dir_ip",
            "map_dom_ip",
            "map_end_ip",
            "map_int_ip",
            "map_ip_ip",
            "map_reg_ip",
            "map_str_ip",
            "map_sub_ip",
        ],
    ),
    (
        Text,
        "f?s",
        &[
            "map", "map_beg", "map_dir", "map_dom", "map_end", "map_int", "map_ip", "map_reg",
            "map_regm", "map_str", "map_sub",
        ],
    ),
    (
        Text,
        "",
        &[
            "b64dec",
            "base64",
            "cut_crlf",
            "hex",
            "host_only",
            "htonl",
            "lower",
            "sha1",
            "ub64dec",
            "ub64enc",
            "upper",
        ],
    ),
    (Int, "", &["port_only"]),
    (Text, "?i", &["sha2", "url_dec"]),
    (Text, "?is", &["http_date"]),
    (Text, "?s", &["url_enc"]),
    (Text, "s", &["json", "ltrim", "rtrim"]),
    (Text, "s?s", &["language"]),
    (Text, "s?i", &["ltime", "utime"]),
    (Text, "ss", &["iif"]),
    (Text, "s?ss", &["concat", "add_item"]),
    (Text, "i?i", &["bytes"]),
    (Text, "is?i", &["field", "word"]),
    (Text, "ss?s", &["regsub"]),
    (Text, "s?ii", &["be2dec", "be2hex"]),
    (Same, "i", &["capture-req", "capture-res"]),
    (Same, "v", &["set-var", "unset-var"]),
];

fn find(rows: &'static [Row], name: &str) -> Option<Signature> {
    let row = rows.iter().find(|(_, _, names)| names.contains(&name))?;
    Some(Signature {
        kind: row.0,
        arguments: row.1,
    })
}

/// `None` for fetches that have a typed form of their own, and for those that cannot be computed.
pub fn fetch(name: &str) -> Option<Signature> {
    find(FETCHES, name).or_else(|| counter(name))
}

pub fn converter(name: &str) -> Option<Signature> {
    find(CONVERTERS, name)
}

fn counter(name: &str) -> Option<Signature> {
    let (prefix, counter) = name.split_once('_')?;
    let kind = match counter {
        "tracked" | "exists" => Bool,
        _ => Int,
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
