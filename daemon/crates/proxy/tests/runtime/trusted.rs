//! Authorities, revocation lists and `crt-list` files, shown and exchanged in haproxy's words.

use crate::socket::{Place, ask, talk};
use crate::support::haproxy::Haproxy;
use crate::support::{Proxy, free_port};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Files that OpenSSL made: an authority, what it signed, and what it took back.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Self {
        let folder = Place::new("trusted").0.clone();
        std::fs::create_dir_all(&folder).unwrap();
        let made = Command::new("sh")
            .args(["-ec", SCRIPT])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(made.unwrap().success());
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SCRIPT: &str = r#"
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -subj "/C=FR/CN=$1" -keyout $1.key -out $1.crt
}
authority ca; authority other; authority client; authority site
cat site.crt site.key > site.pem
cat client.crt client.key > client.pem
cat ca.crt other.crt > both.crt
mkdir state; echo 01 > state/number
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=state/index\ncrlnumber=state/number\ndefault_md=sha256\ndefault_crl_days=30\n' > ca.cnf
: > state/index
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.crt -out none.crl
printf 'R\t301222000000Z\t261122000000Z\t1234ABCD\tunknown\t/CN=x\n' > state/index
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.crt -out some.crl
printf '# first\n%s/site.pem [alpn h2,http/1.1 ssl-min-ver TLSv1.2 verify none] one.test !a.one.test\n\n%s/client.pem [] two.test\n' "$PWD" "$PWD" > list
"#;

fn config(folder: &Folder, socket: &Place, ports: (u16, u16)) -> String {
    let (first, second) = ports;
    let path = |name| folder.path(name);
    format!(
        "global\n {}\ndefaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\nfrontend f\n bind 127.0.0.1:{first} ssl crt-list {}\n http-request return status 200\nfrontend g\n bind 127.0.0.1:{second} ssl crt {} ca-file {} crl-file {} verify required\n http-request return status 200\n",
        socket.line("level admin"),
        path("list"),
        path("site.pem"),
        path("ca.crt"),
        path("none.crl"),
    )
}

struct Both {
    folder: Folder,
    ours: Place,
    theirs: Place,
    second: u16,
    haproxy: Option<Haproxy>,
    _proxy: Proxy,
}

impl Both {
    fn start() -> Self {
        let folder = Folder::make();
        let (ours, theirs) = (Place::new("trust-ours"), Place::new("trust-theirs"));
        let port = free_port();
        let haproxy = Haproxy::start(&config(&folder, &theirs, (port, free_port())), port);
        if haproxy.is_none() {
            eprintln!("not compared: the haproxy binary is not installed");
        }
        let names = ["list", "site.pem", "client.pem", "ca.crt", "none.crl"];
        let files = names.map(|name| (folder.path(name), folder.read(name)));
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&p[..], &t[..])).collect();
        let second = free_port();
        let proxy = Proxy::start_with(&files, &config(&folder, &ours, (free_port(), second)));
        Self {
            folder,
            ours,
            theirs,
            second,
            haproxy,
            _proxy: proxy,
        }
    }

    /// Lines of commands; `@NAME` is a file's path and `< NAME` its content as payload.
    fn same(&self, commands: &str) {
        let mut different = Vec::new();
        for line in commands.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let text = self.text(line);
            let own = talk(&self.ours.0, text.as_bytes());
            if self.haproxy.is_none() {
                continue;
            }
            let said = talk(&self.theirs.0, text.as_bytes());
            // Its own client library reads the system's authorities.
            let said: String = said
                .split_inclusive('\n')
                .filter(|line| !line.starts_with("@system-ca"))
                .collect();
            // Behind the protocols it writes the byte that ends its text.
            let said = said.replace('\0', "");
            if own != said {
                different.push(format!("{line}\n  ours   {own:?}\n  theirs {said:?}"));
            }
        }
        assert!(different.is_empty(), "{}", different.join("\n"));
    }

    fn text(&self, line: &str) -> String {
        let (command, payload) = match line.split_once(" < ") {
            Some((command, name)) => (command, Some(self.folder.read(name))),
            None => (line, None),
        };
        let folder = format!("{}/", self.folder.0.display());
        let command = command.replace('@', &folder);
        match payload {
            Some(payload) => format!("{command} <<\n{}\n\n", payload.trim_end()),
            None => format!("{}\n", command.replace("\\n", "\n")),
        }
    }
}

#[test]
fn authorities_and_revocation_lists_are_exchanged_in_haproxys_words() {
    let both = Both::start();
    both.same(include_str!("trusted.txt"));
}

#[test]
fn certificates_come_by_order_and_lines_of_lists_name_them() {
    let both = Both::start();
    both.same(include_str!("crt-lists.txt"));
}

/// Whether a client with this certificate is served.
fn is_served(both: &Both, name: &str) -> bool {
    let pem = both.folder.path(name);
    let url = format!("https://127.0.0.1:{}/", both.second);
    let said = Command::new("curl")
        .args([
            "-sk",
            "--max-time",
            "5",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
        ])
        .args(["--cert", &pem, &url])
        .output()
        .unwrap();
    said.stdout == b"200"
}

#[test]
fn clients_are_verified_by_what_was_committed() {
    let both = Both::start();
    let said = |line: &str| talk(&both.ours.0, both.text(line).as_bytes());
    assert!(!is_served(&both, "client.pem"), "nobody knows it");
    assert!(said("set ssl ca-file @ca.crt < client.crt").contains("transaction created"));
    assert!(!is_served(&both, "client.pem"), "nothing is committed");
    assert!(said("commit ssl ca-file @ca.crt").contains("Success!"));
    // A list of the former authority says nothing about it; one that is none is refused.
    let refused = said("set ssl crl-file @none.crl < client.key");
    assert!(refused.starts_with("unable to load CRL file"), "{refused}");
    let refused = said("set ssl ca-file @ca.crt < client.key");
    assert!(
        refused.contains("no certificate in it that could be trusted"),
        "{refused}"
    );
    let shown = ask(&both.ours.0, &both.text("show ssl ca-file @ca.crt"));
    assert!(shown.contains("Subject: /C=FR/CN=client"), "{shown}");
}

#[test]
fn a_file_of_one_use_is_neither_made_nor_forgotten_as_one_of_another() {
    let both = Both::start();
    let said = |line: &str| talk(&both.ours.0, both.text(line).as_bytes());
    for line in [
        "new ssl ca-file @site.pem",
        "new ssl crl-file @list",
        "new ssl cert @none.crl",
    ] {
        let refused = said(line);
        assert!(refused.contains("already exists"), "{line}: {refused}");
    }
    let refused = said("del ssl ca-file @site.pem");
    assert!(refused.contains("doesn't exist"), "{refused}");
    // An order that puts the configuration together again finds all of its files.
    said("set maxconn frontend f 7");
    let shown = said("show stat");
    let line = shown.lines().find(|line| line.starts_with("f,FRONTEND,"));
    assert_eq!(line.and_then(|line| line.split(',').nth(6)), Some("7"));
}

#[test]
fn a_certificate_is_forgotten_with_its_key() {
    let both = Both::start();
    let said = |line: &str| talk(&both.ours.0, both.text(line).as_bytes());
    said("new ssl cert fresh");
    assert!(said("set ssl cert fresh < client.crt").contains("created"));
    assert!(said("set ssl cert fresh.key < client.key").contains("updated"));
    assert!(said("commit ssl cert fresh").contains("Success!"));
    assert!(said("set ssl cert fresh.key < client.key").contains("created"));
    assert!(said("del ssl cert fresh").contains("deleted!"));
    let refused = said("set ssl cert fresh.key < client.key");
    assert!(refused.contains("not referenced"), "{refused}");
    assert!(!said("show ssl cert").contains("fresh"));
}
