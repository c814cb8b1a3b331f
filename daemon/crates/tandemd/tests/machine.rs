//! What a configuration names and the machine does not have: `tandemd check` finds it before a
//! start would, and a start and a reload say the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Answers of a service, a file of patterns, a map: each wrong in its own way.
const FILES: [(&str, &str); 7] = [
    ("none.http", "sorry\n"),
    (
        "long.http",
        "HTTP/1.1 503 S\r\nContent-Length: 9\r\n\r\nno\n",
    ),
    ("nets", "# ours\n10.0.0.0/8\nfoo\n"),
    ("paths", "^/a\n(\n"),
    ("map", "10.0.0.1 x\nbar y\n"),
    ("text.pem", "no certificate\n"),
    ("list", "text.pem [bogus on]\n"),
];

/// Lines; behind a `|` the word that lacks something, and what is said of it.
const TEXT: &str = "\
global
 external-check
 user none-such | none-such | error host/no-user user
 group none-such | none-such | error host/no-user group
 chroot DIR/gone | DIR/gone | error host/no-chroot
 stats socket DIR/gone/s | DIR/gone/s | error host/no-folder
 log DIR/gone/log local0 | DIR/gone/log | warning host/no-log
defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
frontend f
 default_backend b
 errorfile 500 DIR/gone | DIR/gone | error host/no-file
 errorfile 408 /dev/null
 errorfile 502 DIR/none.http | DIR/none | error host/content errorfile 502
 errorfile 503 DIR/long.http | DIR/long | error host/content errorfile 503
 errorfile 504 DIR/big.http | DIR/big | error host/content errorfile 504 'DIR/big.http' has 20000 bytes
 bind :1 ssl crt DIR/gone.pem | DIR/gone | error host/no-file
 bind :2 ssl crt DIR/text.pem | DIR/text | error host/certificate
 bind :3 ssl crt-list DIR/gone | DIR/gone | error host/no-file
 bind :4 ssl crt DIR/text.pem ca-file DIR/ca verify required | DIR/ca | error host/no-file
 bind :5 ssl crt DIR/gone verify required ca-file DIR/ca crl-file DIR/crl | DIR/crl | error host/no-file
 bind unix@DIR/gone/s | unix@ | error host/no-folder
 bind unix@/run/tandem-none-such/s | unix@ | warning host/no-folder
 acl a src -f DIR/gone | DIR/gone | error host/no-file
 acl b src -f DIR/nets | DIR/nets | error host/content acl b: DIR/nets, entry 2: 'foo'
 acl c path -m reg -f DIR/paths | DIR/paths | error host/content acl c: DIR/paths, entry 2: regular expression '(': unclosed group
 acl d src -f DIR | DIR | error host/no-file
 http-request set-header X %[src,map_ip(DIR/gone)] | map_ip | error host/no-file
 http-request set-header X %[src,map_ip(DIR/map)] | map_ip | error host/content map DIR/map, entry 2: 'bar'
 http-request return status 200 content-type a/b file DIR/gone | DIR/gone | error host/no-file
 http-request return status 200 content-type a/b file DIR/large.txt | DIR/large | error host/content 'DIR/large.txt' has 20000 bytes
 http-request deny if a or b or c or d
backend b
 option external-check
 external-check path /gone:/bin
 external-check command none-such | none-such | warning host/no-program
 server s 127.0.0.1:1 check ssl verify required ca-file DIR/ca | DIR/ca | error host/no-file server 's'
http-errors unused
 errorfile 503 DIR/huge.http | DIR/huge | error host/content errorfile 503 'DIR/huge.http' has 20000 bytes
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("tandem-machine-{name}-{id}"));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in FILES {
            std::fs::write(path.join(name), text).unwrap();
        }
        // More than a buffer holds.
        let head = "HTTP/1.1 503 S\r\n\r\n";
        for name in ["big.http", "large.txt", "huge.http"] {
            std::fs::write(path.join(name), format!("{head:x<20000}")).unwrap();
        }
        Self(path)
    }

    /// The whole, and what is to be found of it: line, column, severity, code and reason.
    fn write(&self) -> (PathBuf, Vec<String>) {
        let whole = TEXT.replace("DIR", &self.0.display().to_string());
        let (mut text, mut expected) = (String::new(), Vec::new());
        for (number, line) in (1..).zip(whole.lines()) {
            let mut parts = line.split(" | ");
            let line = parts.next().unwrap_or_default();
            text.push_str(line);
            text.push('\n');
            if let (Some(word), Some(said)) = (parts.next(), parts.next()) {
                let at = line.find(word).unwrap() + 1;
                expected.push(format!("{number}:{at} {said}"));
            }
        }
        let file = self.0.join("haproxy.cfg");
        std::fs::write(&file, text).unwrap();
        (file, expected)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tandemd(command: &str, file: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tandemd"))
        .args([command, "--haproxy"])
        .arg(file)
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn findings(output: &Output) -> Vec<serde_json::Value> {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `12:8 error code reason`
fn lines(found: &[serde_json::Value]) -> Vec<String> {
    let line = |one: &serde_json::Value| {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let [severity, code, message] = ["severity", "code", "message"].map(text);
        format!(
            "{}:{} {severity} {code} {message}",
            one["line"], one["column"]
        )
    };
    found.iter().map(line).collect()
}

#[test]
fn all_that_the_machine_lacks_is_told_at_once_with_its_place() {
    let folder = Folder::new("all");
    let (file, expected) = folder.write();
    let output = tandemd("check", &file, &["--json"]);
    let all = findings(&output);
    let found = lines(&all);
    for wanted in &expected {
        assert!(
            found.iter().any(|one| one.starts_with(wanted)),
            "{wanted} is not in {found:#?}"
        );
    }
    // An empty page is one.
    assert!(!found.iter().any(|one| one.contains("408")), "{found:#?}");
    // Nothing is told twice.
    let counted = || all.iter().filter(|one| one["severity"] != "note");
    let place = |one: &serde_json::Value| format!("{}:{}", one["line"], one["column"]);
    let places: BTreeSet<_> = counted().map(place).collect();
    assert_eq!(places.len(), counted().count(), "{found:#?}");
    assert!(
        counted().all(|one| one["suggestion"].is_string()),
        "{found:#?}"
    );
    // The files are right, and it is this machine that does not fit.
    assert_eq!(output.status.code(), Some(2));
    let alone = tandemd("check", &file, &["--json", "--alone"]);
    assert_eq!(alone.status.code(), Some(0));
    assert!(
        lines(&findings(&alone))
            .iter()
            .all(|one| !one.contains("host/"))
    );
    // Files that are wrong are wrong everywhere; what the machine lacks is told beside it.
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text} bogus word\n")).unwrap();
    let wrong = tandemd("check", &file, &["--json"]);
    assert_eq!(wrong.status.code(), Some(1));
    let codes = lines(&findings(&wrong));
    assert!(
        codes.iter().any(|one| one.contains("host/no-file")),
        "{codes:#?}"
    );
}

#[test]
fn whatever_haproxy_misses_is_missed_here() {
    if Command::new("haproxy").arg("-v").output().is_err() {
        eprintln!("skipped: haproxy is not installed");
        return;
    }
    let folder = Folder::new("beside");
    let (file, _) = folder.write();
    let theirs = Command::new("haproxy")
        .args(["-c", "-f"])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&theirs.stderr).into_owned();
    let place = format!("[{}:", file.display());
    let number = |line: &str| -> Option<u64> {
        let (_, behind) = line.split_once(&place)?;
        behind.split(']').next()?.parse().ok()
    };
    let alerts = said.lines().filter(|line| line.contains("[ALERT]"));
    let wanted: BTreeSet<u64> = alerts.filter_map(number).collect();
    assert!(wanted.len() >= 10, "{said}");
    let all = findings(&tandemd("check", &file, &["--json"]));
    let errors = all.iter().filter(|one| one["severity"] == "error");
    let found: BTreeSet<u64> = errors.filter_map(|one| one["line"].as_u64()).collect();
    let missed: Vec<_> = wanted.difference(&found).collect();
    assert!(missed.is_empty(), "lines {missed:?} of {said}");
}

/// A frontend whose error page is `page`.
fn small(folder: &Folder, port: u16, page: &str) -> PathBuf {
    let file = folder.0.join("small.cfg");
    let page = folder.0.join(page);
    let text = format!(
        "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n errorfile 503 {}\n\
         frontend f\n bind 127.0.0.1:{port}\n default_backend b\nbackend b\n server s 127.0.0.1:1\n",
        page.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn a_start_and_a_reload_refuse_for_the_same_reason_at_the_same_place() {
    let folder = Folder::new("same");
    let run_dir = folder.0.join("run");
    let run_dir = run_dir.to_str().unwrap();
    std::fs::write(folder.0.join("good.http"), "HTTP/1.1 503 S\r\n\r\n").unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let reason = "small.cfg:6:16: errorfile 503";
    for (page, start_says) in [
        ("none.http", reason),
        ("gone.http", "small.cfg:6:16: the file"),
    ] {
        let file = small(&folder, port, page);
        let started = tandemd("run", &file, &["--foreground", "--run-dir", run_dir]);
        let said = String::from_utf8_lossy(&started.stderr).into_owned();
        assert!(
            !started.status.success() && said.contains(start_says),
            "{said}"
        );
        let checked = tandemd("check", &file, &[]);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(
            checked.status.code() == Some(2) && said.contains(start_says),
            "{said}"
        );
    }
    let file = small(&folder, port, "good.http");
    assert_eq!(tandemd("check", &file, &[]).status.code(), Some(0));
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_tandemd"))
        .args(["run", "--foreground", "--run-dir", run_dir, "--haproxy"])
        .arg(&file)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandemd"));
        command
            .args(words)
            .args(["--run-dir", run_dir])
            .output()
            .unwrap()
    };
    let end = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
        || !client(&["status"]).status.success()
    {
        assert!(Instant::now() < end, "it does not serve");
        std::thread::sleep(Duration::from_millis(20));
    }
    small(&folder, port, "none.http");
    let refused = client(&["reload"]);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    let _ = daemon.kill();
    let _ = daemon.wait();
    assert!(!refused.status.success() && said.contains(reason), "{said}");
}
