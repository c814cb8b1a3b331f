//! Certificates exchanged over a runtime socket: in haproxy's words, and seen by clients.

use crate::socket::{Place, ask, talk};
use crate::support::haproxy::Haproxy;
use crate::support::{Proxy, free_port};
use std::path::Path;
use std::process::{Command, Stdio};

/// A self-signed certificate with its key, as PEM.
fn made(name: &str) -> String {
    made_for(name, 30)
}

fn made_for(name: &str, days: u32) -> String {
    let days = days.to_string();
    let (key, certificate) = (Place::new("key"), Place::new("crt"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args([
            "-nodes",
            "-days",
            &days,
            "-subj",
            &format!("/C=FR/O=Org/CN={name}"),
        ])
        .args([
            "-addext",
            &format!("subjectAltName=DNS:{name},DNS:imap.{name}"),
        ])
        .arg("-keyout")
        .arg(&key.0)
        .arg("-out")
        .arg(&certificate.0)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    let read = |place: &Place| std::fs::read_to_string(&place.0).unwrap();
    read(&certificate) + &read(&key)
}

/// The subject of what a client is shown.
fn shown(port: u16) -> String {
    let said = Command::new("sh")
        .arg("-c")
        .arg(format!("openssl s_client -connect 127.0.0.1:{port} </dev/null 2>/dev/null | openssl x509 -noout -subject"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&said.stdout).into_owned()
}

#[test]
fn a_certificate_is_exchanged_in_haproxys_words_and_clients_see_it() {
    let (first, second) = (made("one.example"), made("two.example"));
    let file = Place::new("site.pem");
    std::fs::write(&file.0, &first).unwrap();
    let path = file.0.display().to_string();
    let config = |socket: &Place, port: u16| {
        format!(
            "global\n {}\ndefaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\nfrontend f\n bind 127.0.0.1:{port} ssl crt {path}\n http-request return status 200\n",
            socket.line("level admin")
        )
    };
    let (ours, theirs) = (Place::new("tls-ours"), Place::new("tls-theirs"));
    let (port, their_port) = (free_port(), free_port());
    let haproxy = Haproxy::start(&config(&theirs, their_port), their_port);
    let _proxy = Proxy::start_with(&[(&path, &first)], &config(&ours, port));
    assert!(shown(port).contains("one.example"), "{}", shown(port));
    let set = format!("set ssl cert {path} <<\n{second}\n");
    let commands = [
        "show ssl cert".to_owned(),
        format!("show ssl cert {path}"),
        "show ssl cert nosuch".to_owned(),
        format!("set ssl cert {path}"),
        format!("commit ssl cert {path}"),
        format!("abort ssl cert {path}"),
        set.clone(),
        set.clone(),
        "show ssl cert".to_owned(),
        format!("abort ssl cert {path}"),
        format!("abort ssl cert {path}"),
        set,
        format!("commit ssl cert {path}"),
        format!("commit ssl cert {path}"),
        format!("show ssl cert {path}"),
        format!("del ssl cert {path}"),
        "del ssl cert nosuch".to_owned(),
    ];
    let said = |socket: &Path, command: &str| {
        // The empty line that ends a payload is the command's last one.
        let text =
            command.trim_end().to_owned() + if command.contains("<<") { "\n\n" } else { "\n" };
        talk(socket, text.as_bytes())
    };
    for command in &commands {
        let own = said(&ours.0, command);
        if haproxy.is_some() {
            assert_eq!(own, said(&theirs.0, command), "{command}");
        }
    }
    assert!(shown(port).contains("two.example"), "{}", shown(port));
    // What is none leaves the old one.
    let junk = talk(
        &ours.0,
        format!("set ssl cert {path} <<\njunk\n\n").as_bytes(),
    );
    assert!(junk.starts_with("unable to load certificate"), "{junk}");
    assert!(ask(&ours.0, &format!("commit ssl cert {path}")).contains("Can't commit"));
    assert!(shown(port).contains("two.example"));
}

/// The end of the certificate in the metrics, in unix time.
fn told_end(port: u16, query: &str) -> Option<u64> {
    let mut client = crate::support::Client::connect(port);
    client.send(format!(
        "GET /metrics{query} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    ));
    let text = String::from_utf8(client.rest()).unwrap();
    let mut lines = text.lines();
    let line = lines.find(|l| l.starts_with("tandemd_certificate_expiry_timestamp_seconds{"))?;
    assert!(
        line.contains("{path=\"") && line.contains("/quoted\\\".pem\"}"),
        "{line}"
    );
    line.rsplit(' ').next()?.parse().ok()
}

/// As OpenSSL reads it.
fn end_of(pem: &str) -> u64 {
    let file = Place::new("end");
    std::fs::write(&file.0, pem).unwrap();
    let command = "date -u +%s -d \"$(openssl x509 -noout -enddate -in \"$0\" | cut -d= -f2)\"";
    let said = Command::new("sh")
        .args(["-c", command])
        .arg(&file.0)
        .output();
    let text = String::from_utf8(said.unwrap().stdout).unwrap();
    text.trim().parse().unwrap()
}

#[test]
fn the_metrics_tell_when_a_certificate_ends_also_after_it_was_exchanged() {
    let (first, second) = (made_for("one.example", 30), made_for("two.example", 9));
    let path = "/c/quoted\".pem";
    let (socket, port, plain) = (Place::new("ends"), free_port(), free_port());
    let config = format!(
        "global\n {}\ndefaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n\
         frontend f\n bind 127.0.0.1:{port} ssl crt '{path}'\n bind 127.0.0.1:{plain}\n\
         \x20http-request use-service prometheus-exporter if {{ path /metrics }}\n",
        socket.line("level admin")
    );
    let _proxy = Proxy::start_with(&[(path, &first)], &config);
    assert_eq!(told_end(plain, ""), Some(end_of(&first)));
    assert_eq!(told_end(plain, "?scope=certificate"), Some(end_of(&first)));
    assert_eq!(told_end(plain, "?scope=global&scope=vrrp"), None);
    let said = talk(
        &socket.0,
        format!("set ssl cert {path} <<\n{second}\n\n").as_bytes(),
    );
    assert!(said.starts_with("Transaction created"), "{said}");
    assert_eq!(told_end(plain, ""), Some(end_of(&first)), "not committed");
    let said = ask(&socket.0, &format!("commit ssl cert {path}"));
    assert!(said.contains("Success!"), "{said}");
    assert_eq!(told_end(plain, ""), Some(end_of(&second)));
}
