//! Fetches about TLS with the client (`ssl_fc_…`, `ssl_c_…`) and the server (`ssl_bc_…`,
//! `ssl_s_…`).

use super::Row;
use crate::haproxy::fetch::Kind::{Bool, Int, Text};

pub static FETCHES: &[Row] = &[
    (
        Bool,
        "",
        &[
            "ssl_bc",
            "ssl_bc_is_resumed",
            "ssl_c_used",
            "ssl_fc_has_crt",
            "ssl_fc_has_early",
            "ssl_fc_has_sni",
            "ssl_fc_is_resumed",
        ],
    ),
    (
        Int,
        "",
        &[
            "ssl_bc_alg_keysize",
            "ssl_bc_use_keysize",
            "ssl_c_ca_err",
            "ssl_c_ca_err_depth",
            "ssl_c_err",
            "ssl_c_verify",
            "ssl_c_version",
            "ssl_fc_alg_keysize",
            "ssl_fc_use_keysize",
            "ssl_s_version",
        ],
    ),
    (
        Text,
        "",
        &[
            "ssl_bc_alpn",
            "ssl_bc_cipher",
            "ssl_bc_protocol",
            "ssl_c_chain_der",
            "ssl_c_der",
            "ssl_c_key_alg",
            "ssl_c_notafter",
            "ssl_c_notbefore",
            "ssl_c_serial",
            "ssl_c_sha1",
            "ssl_c_sig_alg",
            "ssl_fc_alpn",
            "ssl_fc_cipher",
            "ssl_fc_protocol",
            "ssl_s_chain_der",
            "ssl_s_der",
            "ssl_s_key_alg",
            "ssl_s_notafter",
            "ssl_s_notbefore",
            "ssl_s_serial",
            "ssl_s_sha1",
            "ssl_s_sig_alg",
        ],
    ),
    (
        Text,
        "?sis",
        &["ssl_c_i_dn", "ssl_c_s_dn", "ssl_s_i_dn", "ssl_s_s_dn"],
    ),
];
