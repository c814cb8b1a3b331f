//! Whose OCSP responses go with a certificate: those of its issuer and of responders that the issuer
//! certified, as OpenSSL makes them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use tls::ocsp::Fault;
use tls::{Beside, Certificate, Problem};

/// Two authorities of one name, a certificate of the first, and who may sign or not.
struct Office(PathBuf);

impl Drop for Office {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Office {
    fn new(name: &str, key: &str) -> Self {
        let own = Self(std::env::temp_dir().join(format!("tandem-{name}-{}", std::process::id())));
        std::fs::create_dir_all(&own.0).unwrap();
        let index = "V\t491231235959Z\t\t1234\tunknown\t/CN=leaf\n";
        for (file, text) in [
            ("index", index),
            ("signs", "extendedKeyUsage=OCSPSigning\n"),
            ("serves", "extendedKeyUsage=serverAuth\n"),
        ] {
            std::fs::write(own.0.join(file), text).unwrap();
        }
        for authority in ["ca", "fake"] {
            own.openssl(&format!("req -x509 -newkey {key} -nodes -days 9 -subj /CN=root -keyout {authority}.key -out {authority}.crt"));
        }
        for (name, authority, serial, usage) in [
            ("leaf", "ca", 0x1234, "serves"),
            ("responder", "ca", 2, "signs"),
            ("server", "ca", 3, "serves"),
            ("stranger", "fake", 2, "signs"),
        ] {
            own.openssl(&format!(
                "req -newkey {key} -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
            ));
            own.openssl(&format!("x509 -req -in {name}.csr -CA {authority}.crt -CAkey {authority}.key -set_serial {serial} -days 9 -extfile {usage} -out {name}.crt"));
        }
        own.openssl("ocsp -issuer ca.crt -cert leaf.crt -no_nonce -reqout leaf.req");
        own
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

    /// What this one says of the certificate.
    fn response(&self, signer: &str, words: &str) -> Vec<u8> {
        self.openssl(&format!("ocsp -index index -CA ca.crt -rsigner {signer}.crt -rkey {signer}.key -reqin leaf.req -ndays 2 {words} -respout out"));
        self.read("out")
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Why a response does not go with the certificate, if it does not.
    fn verdict(&self, ocsp: &[u8], issuer: Issuer) -> Option<Problem> {
        let mut pem = [self.read("leaf.crt"), self.read("leaf.key")].concat();
        let beside = self.read("ca.crt");
        if issuer == Issuer::InChain {
            pem.extend_from_slice(&beside);
        }
        let beside = Beside {
            ocsp: Some(ocsp),
            issuer: (issuer == Issuer::Beside).then_some(&beside[..]),
            ..Beside::default()
        };
        let read = Certificate::read(&pem, beside).unwrap();
        assert_eq!(read.staple.is_some(), read.unstapled.is_none());
        assert_eq!(read.staple.is_some(), read.certified.ocsp.is_some());
        read.unstapled
    }
}

/// Where its certificate is.
#[derive(Clone, Copy, PartialEq)]
enum Issuer {
    InChain,
    Beside,
    Unknown,
}

const FORGED: Option<Problem> = Some(Problem::Ocsp(Fault::Forged));

fn signers_are_told_apart(key: &str, name: &str) {
    let office = Office::new(name, key);
    for (signer, verdict) in [
        ("ca", None),
        ("responder", None),
        ("server", FORGED),
        ("leaf", FORGED),
        ("fake", FORGED),
        ("stranger", FORGED),
    ] {
        let response = office.response(signer, "");
        for issuer in [Issuer::InChain, Issuer::Beside] {
            assert_eq!(office.verdict(&response, issuer), verdict, "{signer}");
        }
        // Nobody can tell.
        assert_eq!(office.verdict(&response, Issuer::Unknown), None, "{signer}");
    }
    // A responder whose certificate is not at hand.
    let bare = office.response("responder", "-resp_no_certs");
    assert_eq!(office.verdict(&bare, Issuer::InChain), FORGED);
}

#[test]
fn the_issuer_and_its_responders_sign_with_curves() {
    signers_are_told_apart("ec -pkeyopt ec_paramgen_curve:P-256", "ocsp-curves");
}

#[test]
fn the_issuer_and_its_responders_sign_with_rsa() {
    signers_are_told_apart("rsa:2048", "ocsp-rsa");
}

#[test]
fn a_response_that_was_changed_is_not_its_signers_any_more() {
    let office = Office::new("ocsp-changed", "ec -pkeyopt ec_paramgen_curve:P-256");
    let response = office.response("ca", "-resp_no_certs");
    assert_eq!(office.verdict(&response, Issuer::InChain), None);
    let mut signature = response.clone();
    *signature.last_mut().unwrap() ^= 1;
    assert_eq!(office.verdict(&signature, Issuer::InChain), FORGED);
    // The second at which it was made.
    let stamp = response.windows(4).position(|w| w == b"\x18\x0f20");
    let mut younger = response;
    younger[stamp.unwrap() + 2 + 13] ^= 1;
    assert_eq!(office.verdict(&younger, Issuer::InChain), FORGED);
}

#[test]
fn a_response_of_times_to_come_is_left_out() {
    let office = Office::new("ocsp-early", "ec -pkeyopt ec_paramgen_curve:P-256");
    let mut response = office.response("ca", "");
    // When it was made, from when and until when it holds: GeneralizedTime each.
    let times: Vec<usize> = (0..response.len() - 16)
        .filter(|at| response[*at..].starts_with(b"\x18\x0f20"))
        .collect();
    for at in &times[1..3] {
        response[at + 2..at + 6].copy_from_slice(b"2199");
    }
    let why = office.verdict(&response, Issuer::Unknown);
    assert!(
        matches!(why, Some(Problem::Ocsp(Fault::Early(at))) if at.date().starts_with("2199-")),
        "{why:?}"
    );
}

#[test]
fn a_signature_that_cannot_be_judged_here_is_left_to_clients() {
    let office = Office::new("ocsp-sha1", "rsa:2048");
    let old = office.response("ca", "-rmd sha1");
    assert_eq!(office.verdict(&old, Issuer::InChain), None);
}
