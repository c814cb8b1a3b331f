//! OCSP responses at a runtime socket, in haproxy's words, and what clients are sent of them.

use crate::socket::{Place, talk};
use crate::support::haproxy::Haproxy;
use crate::support::{Proxy, free_port};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An authority with two certificates, and what it said of them.
struct Authority(PathBuf);

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Authority {
    fn new(name: &str) -> Self {
        let own = Self(std::env::temp_dir().join(format!("tandem-{name}-{}", std::process::id())));
        std::fs::create_dir_all(&own.0).unwrap();
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        own.openssl(&format!(
            "req -x509 {key} -days 9 -subj /CN=root -keyout ca.key -out ca.crt"
        ));
        for (name, serial) in [("leaf", 0x1234), ("other", 0x9876)] {
            own.openssl(&format!(
                "req {key} -subj /CN={name}.example -keyout {name}.key -out {name}.csr"
            ));
            own.openssl(&format!("x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -set_serial {serial} -days 9 -out {name}.crt"));
            own.openssl(&format!(
                "ocsp -issuer ca.crt -cert {name}.crt -no_nonce -reqout {name}.req"
            ));
        }
        own.openssl(
            "ocsp -issuer ca.crt -cert leaf.crt -cert other.crt -no_nonce -reqout both.req",
        );
        let lines = [
            (
                "good",
                "V\t491231235959Z\t\t1234\tunknown\t/CN=leaf\nV\t491231235959Z\t\t9876\tunknown\t/CN=other\n",
            ),
            (
                "revoked",
                "R\t491231235959Z\t260101000000Z\t1234\tunknown\t/CN=leaf\n",
            ),
            ("empty", ""),
        ];
        for (name, text) in lines {
            std::fs::write(own.0.join(name), text).unwrap();
        }
        for (index, request, words, name) in [
            ("good", "leaf", "-ndays 2", "leaf"),
            ("good", "other", "-ndays 2", "other"),
            ("good", "both", "-ndays 2", "both"),
            ("good", "leaf", "", "endless"),
            ("revoked", "leaf", "-ndays 2", "revoked"),
            ("empty", "leaf", "-ndays 2", "unknown"),
        ] {
            own.respond("ca", (index, request, words), name);
        }
        own.openssl(&format!(
            "req -x509 {key} -days 9 -subj /CN=root -keyout fake.key -out fake.crt"
        ));
        own.respond("fake", ("good", "leaf", "-ndays 2"), "forged");
        let mut early = own.read("leaf.ocsp");
        let from = early.len() - 16;
        let times = (0..from).filter(|at| early[*at..].starts_with(b"\x18\x0f20"));
        // From when and until when it holds.
        for at in times.skip(1).take(2).collect::<Vec<_>>() {
            early[at + 2..at + 6].copy_from_slice(b"2199");
        }
        std::fs::write(own.0.join("early.ocsp"), early).unwrap();
        own
    }

    /// What this one says to a request.
    fn respond(&self, signer: &str, (index, request, words): (&str, &str, &str), name: &str) {
        self.openssl(&format!("ocsp -index {index} -CA ca.crt -rsigner {signer}.crt -rkey {signer}.key -reqin {request}.req {words} -respout {name}.ocsp"));
    }

    fn openssl(&self, words: &str) {
        let run = Command::new("openssl")
            .args(words.split_whitespace())
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("openssl is installed");
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "openssl {words}: {said}");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// A response as a word of a command.
    fn coded(&self, name: &str) -> String {
        let path = self.0.join(format!("{name}.ocsp"));
        let run = Command::new("base64").arg("-w0").arg(path).output();
        String::from_utf8(run.unwrap().stdout).unwrap()
    }
}

/// What clients that ask are told of the certificate.
fn stapled(port: u16) -> String {
    let said = Command::new("openssl")
        .args(["s_client", "-status", "-connect"])
        .arg(format!("127.0.0.1:{port}"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let status = text.lines().find(|line| line.contains("Cert Status"));
    status.map_or("none", str::trim).to_owned()
}

fn config(socket: &Place, port: u16, pem: &Path) -> String {
    let (line, pem) = (socket.line("level admin"), pem.display());
    format!(
        "global\n {line}\ndefaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n\
         frontend f\n bind 127.0.0.1:{port} ssl crt {pem}\n http-request return status 200\n"
    )
}

/// Ours with these files beside the certificate.
fn started(authority: &Authority, socket: &Place, ocsp: Option<Vec<u8>>) -> (Proxy, u16) {
    let (port, pem) = (free_port(), authority.0.join("site.pem"));
    let path = pem.display().to_string();
    let text = [
        authority.read("leaf.crt"),
        authority.read("ca.crt"),
        authority.read("leaf.key"),
    ]
    .concat();
    let mut files = BTreeMap::from([(path.clone(), text)]);
    files.extend(ocsp.map(|der| (format!("{path}.ocsp"), der)));
    (
        Proxy::start_with_bytes(files, &config(socket, port, &pem)),
        port,
    )
}

#[test]
fn a_response_is_shown_and_exchanged_in_haproxys_words_and_clients_get_what_is_of_use() {
    let authority = Authority::new("stapled");
    exchanged(&authority);
    refused(&authority);
}

fn exchanged(authority: &Authority) {
    let (ours, theirs) = (Place::new("stapled-ours"), Place::new("stapled-theirs"));
    let (_proxy, port) = started(authority, &ours, Some(authority.read("leaf.ocsp")));
    let pem = authority.0.join("site.pem");
    let text = [
        authority.read("leaf.crt"),
        authority.read("ca.crt"),
        authority.read("leaf.key"),
    ]
    .concat();
    std::fs::write(&pem, text).unwrap();
    std::fs::write(pem.with_extension("pem.ocsp"), authority.read("leaf.ocsp")).unwrap();
    let their_port = free_port();
    let haproxy = Haproxy::start(&config(&theirs, their_port, &pem), their_port);
    assert_eq!(stapled(port), "Cert Status: good");
    let list = talk(&ours.0, b"show ssl ocsp-response\n");
    let key = list.split("key : ").nth(1).unwrap().lines().next().unwrap();
    let path = pem.display();
    let mut commands = vec![
        "show ssl ocsp-response".to_owned(),
        "show ssl ocsp-response nosuch".to_owned(),
        format!("show ssl cert {path}"),
        "set ssl ocsp-response".to_owned(),
        "set ssl ocsp-response x".to_owned(),
        "set ssl ocsp-response MAA=".to_owned(),
        "set ssl ocsp-response MAMKAQY=".to_owned(),
    ];
    let order = |name: &str| format!("set ssl ocsp-response {}", authority.coded(name));
    commands.extend(
        [
            "leaf", "other", "both", "endless", "unknown", "early", "revoked",
        ]
        .map(order),
    );
    commands.push(format!("show ssl ocsp-response {key}"));
    commands.push(format!(
        "set ssl ocsp-response <<\n{}\n",
        authority.coded("leaf")
    ));
    for command in &commands {
        let text = format!("{command}\n");
        let said = |socket: &Place| {
            let all = talk(&socket.0, text.as_bytes());
            // Behind what it says, haproxy prints signature and certificates.
            let end = all.find(" \n    Signature Algorithm").unwrap_or(all.len());
            all[..end].trim_end().to_owned()
        };
        let own = said(&ours);
        if haproxy.is_some() {
            assert_eq!(own, said(&theirs), "{command}");
        }
        if command == &order("revoked") {
            assert_eq!(stapled(port), "Cert Status: revoked");
        }
    }
    assert_eq!(stapled(port), "Cert Status: good");
}

/// What is of no use is left out at the start, and refused later.
fn refused(authority: &Authority) {
    for junk in ["other", "both", "endless", "unknown", "early", "forged"] {
        let socket = Place::new("junk");
        let file = authority.read(&format!("{junk}.ocsp"));
        let (_proxy, port) = started(authority, &socket, Some(file));
        assert_eq!(stapled(port), "none", "{junk}");
    }
    let socket = Place::new("kept");
    let (_proxy, port) = started(authority, &socket, Some(authority.read("leaf.ocsp")));
    let path = authority.0.join("site.pem").display().to_string();
    let set = |name: &str| {
        let response = authority.coded(name);
        let text = format!("set ssl cert {path}.ocsp <<\n{response}\n\n");
        talk(&socket.0, text.as_bytes())
            + &talk(&socket.0, format!("commit ssl cert {path}\n").as_bytes())
    };
    for (junk, why) in [
        ("other", "about another certificate"),
        ("unknown", "the certificate is not known"),
        ("both", "about 2 certificates"),
        ("forged", "signed neither by the issuer"),
    ] {
        let said = set(junk);
        assert!(
            said.contains(why) && said.contains("Can't"),
            "{junk}: {said}"
        );
        assert_eq!(stapled(port), "Cert Status: good", "{junk}");
        talk(&socket.0, format!("abort ssl cert {path}\n").as_bytes());
    }
    let forged = format!("set ssl ocsp-response {}\n", authority.coded("forged"));
    let said = talk(&socket.0, forged.as_bytes());
    assert!(said.contains("not signed by the issuer"), "{said}");
    assert_eq!(stapled(port), "Cert Status: good");
    let said = set("revoked");
    assert!(said.contains("Success!"), "{said}");
    assert_eq!(stapled(port), "Cert Status: revoked");
}
