//! What a proxy shows of TLS: Debian's haproxy and ours with the same files.

use crate::folder::{DEFAULTS, Folder};
use std::path::Path;
use std::process::{Command, Output};

const SHOWN: [&str; 50] = [
    "ssl_fc",
    "ssl_fc_sni",
    "ssl_fc_has_sni",
    "ssl_fc_alpn",
    "ssl_fc_protocol",
    "ssl_fc_cipher",
    "ssl_fc_alg_keysize",
    "ssl_fc_use_keysize",
    "ssl_fc_is_resumed",
    "ssl_fc_has_crt",
    "ssl_fc_has_early",
    "ssl_c_used",
    "ssl_c_verify",
    "ssl_c_err",
    "ssl_c_ca_err",
    "ssl_c_ca_err_depth",
    "ssl_c_version",
    "ssl_c_serial,hex",
    "ssl_c_sha1,hex",
    "ssl_c_sig_alg",
    "ssl_c_key_alg",
    "ssl_c_notbefore",
    "ssl_c_notafter",
    "ssl_c_s_dn",
    "ssl_c_i_dn",
    "ssl_c_s_dn(CN)",
    "ssl_c_s_dn(OU)",
    "ssl_c_s_dn(OU,1)",
    "ssl_c_s_dn(OU,2)",
    "ssl_c_s_dn(OU,-1)",
    "ssl_c_s_dn(OU,3)",
    "ssl_c_s_dn(emailAddress)",
    "ssl_c_i_dn(CN)",
    "ssl_c_der,sha1,hex",
    "ssl_c_chain_der,sha1,hex",
    "ssl_c_s_dn(,0,rfc2253)",
    "ssl_f_version",
    "ssl_f_serial,hex",
    "ssl_f_sha1,hex",
    "ssl_f_sig_alg",
    "ssl_f_key_alg",
    "ssl_f_notbefore",
    "ssl_f_notafter",
    "ssl_f_s_dn",
    "ssl_f_s_dn(CN)",
    "ssl_f_i_dn(O)",
    "ssl_f_i_dn(,0,rfc2253)",
    "ssl_f_der,sha1,hex",
    "ssl_fc_err",
    "ssl_fc_err_str",
];

pub fn curl(folder: &Path, port: u16, more: &[&str]) -> String {
    let Output { stdout, stderr, .. } = Command::new("curl")
        .args(["-sSk", "--max-time", "8", "--resolve"])
        .arg(format!("www.example.org:{port}:127.0.0.1"))
        .args(more)
        .arg(format!("https://www.example.org:{port}/"))
        .current_dir(folder)
        .output()
        .expect("the Debian package curl");
    String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr)
}

#[test]
fn all_that_is_told_of_connections_and_certificates_is_what_haproxy_tells() {
    let folder = Folder::new("told");
    folder.make(
        "site",
        "ec",
        "/CN=www.example.org",
        "-addext subjectAltName=DNS:www.example.org",
    );
    folder.make(
        "ca",
        "ec",
        "/C=FR/O=Clients/CN=Root",
        "-addext basicConstraints=critical,CA:TRUE",
    );
    folder.make(
        "stranger",
        "rsa",
        "/CN=stranger",
        "-addext basicConstraints=CA:FALSE",
    );
    let subject =
        "/C=DE/ST=Nord,Ost/L=K\u{f6}ln/O=Ops/OU=one/OU=two/CN=anna/emailAddress=a@b.example";
    folder.openssl(&format!(
        "req -utf8 -nodes -newkey rsa:2048 -subj {subject} -keyout anna.key -out anna.csr"
    ));
    std::fs::write(folder.0.join("extensions"), "basicConstraints=CA:FALSE\n").unwrap();
    folder.openssl(
        "x509 -req -extfile extensions -in anna.csr -CA ca.pem -CAkey ca.pem -set_serial 0x00c0ffee -days 20 -out anna.crt",
    );
    folder.join("anna");
    let mut list = String::new();
    for fetch in SHOWN {
        list.push_str(&format!("{fetch}=%[{fetch}] ").replace(' ', "\\ "));
    }
    let list = list
        .replace('(', "\\(")
        .replace(')', "\\)")
        .replace("\\(", "(")
        .replace("\\)", ")");
    let Some(both) = folder.start(&format!(
        "{DEFAULTS}frontend web\n bind 127.0.0.1:PORT ssl crt @/site.pem alpn http/1.1 ca-file @/ca.pem verify optional crt-ignore-err all ca-ignore-err all\n http-request return status 200 content-type text/plain lf-string {list}\n"
    )) else {
        return;
    };
    for (what, arguments, expected) in [
        ("no certificate", &[][..], "ssl_c_used=0"),
        (
            "a good certificate",
            &["--cert", "anna.pem"][..],
            "ssl_c_s_dn(CN)=anna",
        ),
        (
            "a stranger's",
            &["--cert", "stranger.pem"][..],
            "ssl_c_verify=18",
        ),
        (
            "TLS 1.2",
            &[
                "--cert",
                "anna.pem",
                "--tls-max",
                "1.2",
                "--ciphers",
                "ECDHE-ECDSA-AES128-GCM-SHA256",
            ][..],
            "ssl_fc_cipher=ECDHE-ECDSA-AES128-GCM-SHA256",
        ),
        ("no ALPN", &["--no-alpn"][..], "ssl_fc_alpn= "),
    ] {
        let shown = both.agree(what, |port| {
            curl(&folder.0, port, arguments).replace(' ', "\n")
        });
        assert!(
            shown.replace('\n', " ").contains(expected),
            "{what}: {shown}"
        );
    }
}
