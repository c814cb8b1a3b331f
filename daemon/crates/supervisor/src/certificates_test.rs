use super::*;
use crate::configuration::{Inputs, load};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("tandem-certificates-{name}-{id}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    /// What is found about a frontend with these words behind `ssl`.
    fn found(&self, words: &str) -> (Vec<String>, Vec<String>) {
        let words = words.replace('@', &self.0.display().to_string());
        let text = format!(
            "defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n\
             frontend f\n bind 127.0.0.1:1 ssl {words}\n default_backend b\n\
             backend b\n server s 127.0.0.1:1\n"
        );
        self.write("haproxy.cfg", &text);
        let files = [self.0.join("haproxy.cfg")];
        let loaded = load(Inputs {
            haproxy: &files,
            keepalived: None,
            tolerant: false,
            diagnostic: false,
            stand_in: None,
        });
        assert!(loaded.is_valid(), "{}", loaded.rendered());
        let short = |found: Vec<Finding>| {
            let own = format!("{}/", self.0.display());
            let said = found.into_iter().map(|found| {
                let file = Path::new(&found.file).file_name().unwrap_or_default();
                let place = format!("{} {}:{}", file.display(), found.line, found.column);
                format!("{} {place} {}", found.code, found.message.replace(&own, ""))
            });
            said.collect()
        };
        (short(problems(&loaded)), short(expiring(&loaded)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A certificate until that year, and its key.
fn certificate(until: i32) -> (String, String) {
    signed(|params| params.not_after = date_time_ymd(until, 5, 6))
}

fn signed(change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn certificates_that_cannot_be_used_are_found_with_their_words() {
    let folder = Folder::new("bad");
    let ((one, one_key), (two, _)) = (certificate(4000), certificate(4000));
    folder.write("good.pem", &format!("{one}{one_key}"));
    folder.write("mixed.pem", &format!("{two}{one_key}"));
    folder.write("half.pem", &one);
    folder.write("half.pem.key", &one_key);
    folder.write("list", "half.pem [alpn h2]\nhalf.pem [alp h2]\n");
    assert_eq!(
        folder.found("crt @/good.pem crt @/half.pem"),
        (vec![], vec![])
    );
    let (problems, warnings) = folder.found("crt @/good.pem crt @/mixed.pem crt @/none.pem");
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("host/certificate haproxy.cfg 6:"));
    assert!(
        problems[0]
            .ends_with("'mixed.pem': the private key belongs to none of the certificates in it")
    );
    assert!(problems[1].starts_with("host/no-file haproxy.cfg 6:"));
    assert!(problems[1].ends_with("'none.pem': it does not exist or cannot be read"));
    let (problems, _) = folder.found("crt @/good.pem crt-list @/list");
    assert_eq!(
        problems[0],
        "haproxy/unknown-keyword list 2:11 unknown word of a crt-list 'alp'"
    );
    let (problems, _) = folder.found("crt @/good.pem verify required ca-file @/none.pem");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("host/no-file"), "{problems:?}");
}

#[test]
fn a_certificate_that_ends_soon_or_has_ended_is_warned_of() {
    let folder = Folder::new("old");
    let (certificate, key) = certificate(2020);
    folder.write("old.pem", &format!("{certificate}{key}"));
    let (problems, warnings) = folder.found("crt @/old.pem");
    assert_eq!(problems, Vec::<String>::new());
    let expected = "the certificate in 'old.pem' has expired on 2020-05-06: clients refuse it";
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("host/certificate-expires haproxy.cfg 6:"));
    assert!(warnings[0].ends_with(expected), "{warnings:?}");
}

#[test]
fn a_certificate_that_ends_in_ten_days_is_warned_of_and_one_that_lasts_is_not() {
    let folder = Folder::new("soon");
    for (name, days) in [("soon", 10), ("lasting", 60)] {
        // Reading takes a moment; whole days are told.
        let end = SystemTime::now() + Duration::from_secs(days * 86_400 + 3_600);
        let (certificate, key) = signed(|params| params.not_after = end.into());
        folder.write(&format!("{name}.pem"), &format!("{certificate}{key}"));
    }
    let (problems, warnings) = folder.found("crt @/soon.pem crt @/lasting.pem");
    assert_eq!(problems, Vec::<String>::new());
    let expected = "the certificate in 'soon.pem' expires in 10 days, on ";
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("host/certificate-expires haproxy.cfg 6:"));
    assert!(warnings[0].contains(expected), "{warnings:?}");
}

#[test]
fn one_of_a_short_life_is_warned_of_in_its_last_third() {
    let folder = Folder::new("short");
    let hours = |n: u64| Duration::from_secs(n * 3_600);
    for (name, lived, left) in [("fresh", 48, 96), ("late", 100, 44)] {
        let now = SystemTime::now();
        let (certificate, key) = signed(|params| {
            params.not_before = (now - hours(lived)).into();
            params.not_after = (now + hours(left)).into();
        });
        folder.write(&format!("{name}.pem"), &format!("{certificate}{key}"));
    }
    let (problems, warnings) = folder.found("crt @/fresh.pem crt @/late.pem");
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("the certificate in 'late.pem' expires in 1 days, on "));
}

#[test]
fn a_certificate_of_the_future_is_warned_of() {
    let folder = Folder::new("future");
    let (certificate, key) = signed(|params| params.not_before = date_time_ymd(3999, 5, 6));
    folder.write("early.pem", &format!("{certificate}{key}"));
    let (problems, warnings) = folder.found("crt @/early.pem");
    assert_eq!(problems, Vec::<String>::new());
    let expected =
        "the certificate in 'early.pem' is valid from 3999-05-06 on: clients refuse it until then";
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("host/certificate haproxy.cfg 6:"));
    assert!(warnings[0].ends_with(expected), "{warnings:?}");
}

#[test]
fn an_ocsp_response_that_is_left_out_is_warned_of_with_the_reason() {
    let folder = Folder::new("ocsp");
    let (certificate, key) = certificate(4000);
    folder.write("site.pem", &format!("{certificate}{key}"));
    folder.write("site.pem.ocsp", "no response at all");
    let (problems, warnings) = folder.found("crt @/site.pem");
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].ends_with("'site.pem' goes without the OCSP response beside it: its OCSP response cannot be used: it is none"),
        "{warnings:?}"
    );
}
