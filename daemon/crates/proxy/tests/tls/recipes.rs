//! What sites do with TLS: to it from plain HTTP, back to it by the browser's memory, and proof that
//! the certificate was not revoked.

use crate::certificates::certificates;
use crate::clients::s_client;
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Client, Proxy, free_port};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn browsers_are_sent_to_tls_and_told_to_come_back_by_it() {
    let (plain, sealed, made) = (free_port(), free_port(), certificates());
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n\
         frontend web\n    bind 127.0.0.1:{plain}\n    bind 127.0.0.1:{sealed} ssl crt /c/curve.pem\n    \
         http-request redirect scheme https code 301 if !{{ ssl_fc }}\n    \
         http-after-response set-header Strict-Transport-Security \"max-age=31536000; includeSubDomains\" if {{ ssl_fc }}\n    \
         http-request return status 200 content-type text/plain string hello\n"
    );
    let _proxy = Proxy::start_with(&[("/c/curve.pem", &made.curve)], &text);
    let (head, _) = Client::connect(plain).get("/a?b=c");
    assert!(head.starts_with("HTTP/1.1 301 "), "{head}");
    // RFC 6797, 7.2: nothing of it in the clear.
    assert!(
        !head.to_lowercase().contains("strict-transport-security"),
        "{head}"
    );
    assert!(head.contains("location: https://"), "{head}");
    assert!(head.contains("/a?b=c\r\n"), "{head}");
    let answer = Sealed::connect(sealed, &config(BOTH)).get("/a?b=c");
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
    let told = "strict-transport-security: max-age=31536000; includesubdomains\r\n";
    assert!(answer.contains(told), "{answer}");
}

fn openssl(folder: &Path, words: &str) {
    let run = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "openssl {words}: {said}");
}

/// A certificate with its authority's word that it stands.
fn stapled(folder: &Path) -> (String, Vec<u8>) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    let run = |words: &str| openssl(folder, words);
    run(&format!(
        "req -x509 {key} -days 2 -subj /CN=root -keyout ca.key -out ca.crt"
    ));
    run(&format!(
        "req {key} -subj /CN=example.test -keyout leaf.key -out leaf.csr"
    ));
    run("x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -set_serial 4660 -days 2 -out leaf.crt");
    std::fs::write(
        folder.join("index.txt"),
        "V\t401231235959Z\t\t1234\tunknown\t/CN=example.test\n",
    )
    .unwrap();
    run("ocsp -issuer ca.crt -cert leaf.crt -no_nonce -reqout leaf.req");
    run(
        "ocsp -index index.txt -CA ca.crt -rsigner ca.crt -rkey ca.key -reqin leaf.req -ndays 2 -respout leaf.ocsp",
    );
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let both = read("leaf.crt") + &read("leaf.key");
    (both, std::fs::read(folder.join("leaf.ocsp")).unwrap())
}

#[test]
fn clients_that_ask_are_told_that_the_certificate_was_not_revoked() {
    let folder = std::env::temp_dir().join(format!("tandem-ocsp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (pem, ocsp) = stapled(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    let port = free_port();
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n\
         frontend web\n    bind 127.0.0.1:{port} ssl crt /c/leaf.pem\n    http-request return status 200\n"
    );
    let files = [
        ("/c/leaf.pem", pem.into_bytes()),
        ("/c/leaf.pem.ocsp", ocsp),
    ];
    let _proxy =
        Proxy::start_with_bytes(files.map(|(path, bytes)| (path.to_owned(), bytes)), &text);
    let ask = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    for version in ["-tls1_2", "-tls1_3"] {
        let said = s_client(port, &["-status", version], ask);
        assert!(said.contains("OCSP Response Status: successful"), "{said}");
        assert!(said.contains("Cert Status: good"), "{said}");
        let said = s_client(port, &[version], ask);
        assert!(!said.contains("OCSP Response Status"), "{said}");
    }
}
