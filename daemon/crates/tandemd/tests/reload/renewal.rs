//! A certificate that is renewed on the disk is taken up without a reload; one that cannot be used
//! leaves the old one in place, for the next life of the proxy, too.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::pair::daemon::signal_process;
use crate::pair::{self, Daemon, Pair, wait, wait_for};
use crate::require_pair;
use testkit::segment::Host;

/// Files are looked at every three seconds, and once more before they are read.
const NOTICED: Duration = Duration::from_secs(30);

/// Certificate and key for that name, signed by itself.
fn certificate(name: &str) -> (String, String) {
    let output = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "60", "-newkey", "ec"])
        .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "-"])
        .args(["-subj", &format!("/CN={name}")])
        .output()
        .expect("the Debian package openssl");
    let text = String::from_utf8(output.stdout).unwrap();
    let at = text.find("-----BEGIN CERTIFICATE").unwrap();
    (text[at..].to_owned(), text[..at].to_owned())
}

/// As who renews certificates does it: at once.
fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// Whose certificate a client is shown.
fn shown(host: &Host) -> String {
    let mut command = host.namespace.command("openssl");
    command
        .args(["s_client", "-connect", "127.0.0.1:8443"])
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("subject="));
    line.unwrap_or("nobody").replace("subject=CN = ", "")
}

#[test]
fn a_renewed_certificate_is_taken_up_and_a_bad_one_is_not() {
    require_pair!();
    let pair = Pair::new("renewal");
    let [(one, one_key), (two, two_key)] = ["one.example", "two.example"].map(certificate);
    let path = pair.write("site.pem", &format!("{one}{one_key}"));
    let text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout connect 1s\n    timeout client 5s\n    timeout server 5s\n\
         frontend web\n    bind 127.0.0.1:8443 ssl crt {}\n    http-request return status 200\n",
        path.display()
    );
    let config = pair.write("haproxy.cfg", &text);
    let daemon = Daemon::start(&pair, &pair.a, Some(&config), None);
    daemon.wait_ready();
    assert_eq!(shown(&pair.a), "one.example");
    let told = &daemon.status()["proxy"]["certificates"][0];
    assert_eq!(told["subject"], "/CN=one.example");
    // Of sixty days some seconds are over by now, or none yet.
    assert!(matches!(told["daysLeft"].as_u64(), Some(59 | 60)), "{told}");
    put(&path, &format!("{two}{two_key}"));
    wait_for("the new one is shown", NOTICED, || {
        shown(&pair.a) == "two.example"
    });
    wait("it is told", || daemon.log().contains("renewed and in use"));
    // A key that is another's.
    put(&path, &format!("{one}{two_key}"));
    wait_for("the mistake is told", NOTICED, || {
        daemon.log().contains("certificates stay as they were")
    });
    assert!(daemon.log().contains("the private key belongs to none"));
    assert_eq!(shown(&pair.a), "two.example");
    let reload = daemon.tell(["reload"]);
    assert!(!reload.status.success());
    let old = daemon.worker("proxy");
    signal_process(old, "KILL");
    wait("another process serves", || {
        daemon.find_worker("proxy").is_some_and(|pid| pid != old) && shown(&pair.a) != "nobody"
    });
    assert_eq!(shown(&pair.a), "two.example");
}
