//! What a proxy shows of TLS, and which certificate it shows: Debian's haproxy and ours with the
//! same files.

use crate::support::haproxy::Haproxy;
use crate::support::{Proxy, free_port};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("tandem-tls-{name}-{id}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn openssl(&self, arguments: &str) {
        let mut words = arguments.split(' ');
        let done = Command::new("openssl")
            .args(words.by_ref())
            .current_dir(&self.0)
            .output()
            .expect("the Debian package openssl");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments}: {said}");
    }

    /// `NAME.pem` with the certificate and the key of it, signed by itself.
    fn make(&self, name: &str, kind: &str, subject: &str, extra: &str) {
        let kind = match kind {
            "rsa" => "rsa:2048",
            _ => "ec -pkeyopt ec_paramgen_curve:P-256",
        };
        self.openssl(&format!(
            "req -x509 -nodes -days 30 -newkey {kind} -subj {subject} {extra} -keyout {name}.key -out {name}.crt"
        ));
        self.join(name);
    }

    fn join(&self, name: &str) {
        let read = |end| std::fs::read_to_string(self.0.join(format!("{name}.{end}"))).unwrap();
        std::fs::write(
            self.0.join(format!("{name}.pem")),
            read("crt") + &read("key"),
        )
        .unwrap();
        // A key beside a certificate belongs to it.
        std::fs::remove_file(self.0.join(format!("{name}.key"))).unwrap();
    }

    /// All files, as the supervisor would hand them over.
    fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = std::fs::read_to_string(&path).unwrap();
                    files.push((path.display().to_string(), text));
                }
            }
        }
        files
    }

    /// Both proxies with this configuration; `@` is the folder, `PORT` the port.
    fn start(&self, text: &str) -> Option<Both> {
        let (theirs, ours) = (free_port(), free_port());
        let config = |port: u16| {
            let text = text.replace('@', &self.0.display().to_string());
            text.replace("PORT", &port.to_string())
        };
        let Some(haproxy) = Haproxy::start(&config(theirs), theirs) else {
            eprintln!("skipped: the haproxy binary is not installed");
            return None;
        };
        let files = self.files();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        Some(Both {
            ports: [theirs, ours],
            _haproxy: haproxy,
            _proxy: Proxy::start_with(&files, &config(ours)),
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Both {
    ports: [u16; 2],
    _haproxy: Haproxy,
    _proxy: Proxy,
}

impl Both {
    /// What both answer, which must be the same.
    fn agree(&self, what: &str, ask: impl Fn(u16) -> String) -> String {
        let [theirs, ours] = self
            .ports
            .map(|port| ask(port).replace(&port.to_string(), "PORT"));
        assert_eq!(theirs, ours, "{what}: haproxy's on the left");
        ours
    }
}

const DEFAULTS: &str = "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n";

const SHOWN: [&str; 36] = [
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
];

fn curl(folder: &Path, port: u16, more: &[&str]) -> String {
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

/// The subject that is shown to a client that asks for that name.
fn subject(port: u16, name: &str, more: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(more)
        .stdin(Stdio::null());
    if name.is_empty() {
        command.arg("-noservername");
    } else {
        command.args(["-servername", name]);
    }
    let output = command.output().expect("the Debian package openssl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |start: &str| {
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with(start))
            .unwrap_or("-")
            .to_owned()
    };
    if line("subject=") == "-" {
        return "refused".to_owned();
    }
    [
        line("subject="),
        line("Peer signature type"),
        line("ALPN protocol"),
    ]
    .join(" | ")
}

#[test]
fn the_certificate_that_is_shown_is_the_one_that_haproxy_shows() {
    let folder = Folder::new("chosen");
    let named = |names: &str| format!("-addext subjectAltName={names}");
    folder.make(
        "a-first",
        "ec",
        "/CN=first.example",
        &named("DNS:first.example"),
    );
    folder.make(
        "b-site",
        "ec",
        "/CN=site.example/OU=ec",
        &named("DNS:site.example,DNS:*.site.example"),
    );
    folder.make(
        "c-rsa",
        "rsa",
        "/CN=site.example/OU=rsa",
        &named("DNS:site.example"),
    );
    folder.make(
        "d-deep",
        "ec",
        "/CN=x.site.example",
        &named("DNS:x.site.example"),
    );
    folder.make(
        "e-common",
        "rsa",
        "/CN=common.example",
        "-addext basicConstraints=CA:FALSE",
    );
    for end in ["a-first", "b-site", "c-rsa", "d-deep", "e-common"] {
        std::fs::remove_file(folder.0.join(format!("{end}.crt"))).unwrap();
    }
    let path = folder.0.display();
    let lists = folder.0.join("lists");
    std::fs::create_dir_all(&lists).unwrap();
    std::fs::write(
        lists.join("names"),
        format!(
            "{path}/a-first.pem !*\n# a remark\n{path}/b-site.pem *.wild.example !not.wild.example\n\
             {path}/c-rsa.pem [alpn h2,http/1.1 ssl-max-ver TLSv1.2] twelve.example\n\n\
             {path}/d-deep.pem !x.site.example\n"
        ),
    )
    .unwrap();
    let names = [
        "",
        "first.example",
        "site.example",
        "SITE.example",
        "www.site.example",
        "x.site.example",
        "y.x.site.example",
        "common.example",
        "none.example",
        "a.wild.example",
        "not.wild.example",
        "twelve.example",
    ];
    let rsa: &[&str] = &["-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"];
    let binds = [
        "crt @/a-first.pem crt @/b-site.pem crt @/c-rsa.pem crt @/d-deep.pem crt @/e-common.pem",
        "crt @/a-first.pem crt @/b-site.pem crt @/c-rsa.pem strict-sni",
        "crt-list @/lists/names alpn http/1.1",
    ];
    for bind in binds {
        let Some(both) = folder.start(&format!(
            "{DEFAULTS}frontend web\n bind 127.0.0.1:PORT ssl {bind}\n http-request return status 200\n"
        )) else {
            return;
        };
        for name in names {
            both.agree(&format!("{bind}: '{name}'"), |port| {
                subject(port, name, &["-alpn", "http/1.1"])
            });
        }
        for name in ["site.example", "common.example"] {
            both.agree(&format!("{bind}: '{name}' of RSA"), |port| {
                subject(port, name, rsa)
            });
        }
    }
}
