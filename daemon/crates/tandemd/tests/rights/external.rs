//! Checks by programs: the proxy may run none, so the supervisor does as the proxy's user, with what
//! haproxy gives them, and to the same end.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::pair::{self, Daemon, Pair, wait};
use crate::require_pair;

/// Writes down what it got, and ends as the server's name says.
const PROGRAM: &str = "#!/bin/sh
{ for it in \"$@\"; do echo \"argument $it\"; done; tr '\\0' '\\n' < /proc/$$/environ | sort; id -un; id -G; } > OUT/new.$$
mv OUT/new.$$ OUT/$HAPROXY_PROXY_NAME.$HAPROXY_SERVER_NAME
case $HAPROXY_SERVER_NAME in
    bad*) exit 3 ;;
    killed*) kill -9 $$ ;;
    slow*) exec sleep 60 ;;
esac
";

const SECTIONS: &str = "
defaults
    mode http
    log global
    timeout connect 1500ms
    timeout client 5s
    timeout server 5s
    default-server check inter 10s
    option log-health-checks
    option external-check
    external-check command DIR/check
    external-check path /usr/bin:/bin
listen both
    bind 127.0.0.1:18780
    bind 127.0.0.1:18781
    mode tcp
    timeout check 200ms
    server good 127.0.0.1:18771
    server slow 127.0.0.1:18771
listen socket
    bind unix@DIR/own.sock
    server good 127.0.0.1:18771
listen six
    bind [::]:18782
    server good 127.0.0.1:18771
backend plain
    server good 127.0.0.1:18771 weight 7
    server bad 127.0.0.1:18772 maxconn 10 port 99 addr 127.0.0.9
    server killed 127.0.0.1:18773 id 77
    server slow 127.0.0.1:18774 inter 1500ms
    server sealed 127.0.0.1:18775 ssl verify none alpn h2,http/1.1
    server seldom_sealed 127.0.0.1:18775 check-ssl verify none
    server framed 127.0.0.1:18775 proto h2
    server local unix@/run/nobody-listens.sock
    server six [::1]:18776
    server portless 127.0.0.1 port 99
    server moved 127.0.0.1:+10 port 99
    server spare 127.0.0.1:18777 backup
backend nowhere
    external-check command /nonexistent/check
    server bad 127.0.0.1:18771
backend no_program
    external-check command /etc/passwd
    server bad 127.0.0.1:18771
backend looked_for
    external-check command check
    external-check path DIR:/usr/bin:/bin
    server good 127.0.0.1:18771
";

/// Servers that are checked.
const SERVERS: usize = 19;
/// Those whose program begins to run.
const RUNS: usize = 17;

struct Side {
    folder: PathBuf,
    log: UdpSocket,
}

/// What is to be the same on both sides.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    /// Of each server: arguments, variables and user of its program.
    programs: BTreeMap<String, String>,
    /// The first line of the log about its check.
    lines: BTreeMap<String, String>,
    columns: BTreeMap<String, Vec<String>>,
}

impl Side {
    fn new(pair: &Pair, name: &str, port: u16) -> Self {
        let folder = pair.directory.join(name);
        std::fs::create_dir(&folder).unwrap();
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(&folder, open.clone()).unwrap();
        let text = PROGRAM.replace("OUT", folder.to_str().unwrap());
        std::fs::write(folder.join("check"), text).unwrap();
        std::fs::set_permissions(folder.join("check"), open).unwrap();
        let bind = || UdpSocket::bind(("10.77.0.14", port)).unwrap();
        let log = pair.web.namespace.enter(bind);
        log.set_nonblocking(true).unwrap();
        Self { folder, log }
    }

    /// `more`: of its section `global`.
    fn write(&self, more: &str) -> PathBuf {
        let folder = self.folder.to_str().unwrap();
        let log = self.log.local_addr().unwrap();
        let global = format!(
            "global\n    external-check\n    insecure-fork-wanted\n    user nobody\n    group nogroup\n    log {log} local0\n    stats socket {folder}/stats\n{more}"
        );
        let path = self.folder.join("haproxy.cfg");
        std::fs::write(&path, global + &SECTIONS.replace("DIR", folder)).unwrap();
        path
    }

    /// Waits until every server was checked.
    fn told(&self) -> Told {
        let mut lines = BTreeMap::new();
        wait("every server is checked", || {
            self.read_log(&mut lines);
            lines.len() == SERVERS
        });
        let own = self.folder.to_str().unwrap();
        let neutral = |text: String| text.replace(own, "DIR");
        let mut programs = BTreeMap::new();
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if lines.contains_key(&name) {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                programs.insert(name, neutral(text));
            }
        }
        Told {
            programs,
            lines,
            columns: columns(&self.folder.join("stats")),
        }
    }

    fn read_log(&self, lines: &mut BTreeMap<String, String>) {
        let mut buffer = [0; 4096];
        while let Ok(n) = self.log.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..n]);
            let Some((_, told)) = text.split_once("]: Health check for ") else {
                continue;
            };
            let (kind, told) = told.trim_end().split_once("server ").unwrap();
            let (name, told) = told.split_once(' ').unwrap();
            let (before, rest) = told.split_once(", check duration: ").unwrap();
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let told = format!("{kind}{before}{rest}");
            lines.entry(name.replace('/', ".")).or_insert(told);
        }
    }
}

/// What the statistics say of checks.
fn columns(socket: &Path) -> BTreeMap<String, Vec<String>> {
    const WANTED: [&str; 7] = [
        "status",
        "check_status",
        "check_code",
        "check_desc",
        "last_chk",
        "check_rise",
        "check_health",
    ];
    let csv = ask(socket, "show stat");
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let at = |wanted: &str| names.iter().position(|name| *name == wanted).unwrap();
    let places = WANTED.map(at);
    rows.filter(|row| row.len() > 1 && !matches!(row[1], "FRONTEND" | "BACKEND"))
        .map(|row| {
            // A star stands there while a check is under way.
            let value = |at: &usize| row[*at].trim_start_matches("* ").to_owned();
            let values = places.iter().map(value).collect();
            (format!("{}.{}", row[0], row[1]), values)
        })
        .collect()
}

fn ask(socket: &Path, line: &str) -> String {
    let mut said = String::new();
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    stream.read_to_string(&mut said).unwrap();
    said
}

struct Haproxy(Child);

impl Haproxy {
    fn start(pair: &Pair, config: &Path) -> Option<Self> {
        let mut command: Command = pair.b.namespace.command("/usr/sbin/haproxy");
        command.arg("-db").arg("-f").arg(config);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().ok().map(Self)
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn programs_check_servers_as_they_do_for_haproxy() {
    require_pair!();
    let pair = Pair::new("external");
    let (ours, theirs) = (Side::new(&pair, "a", 5140), Side::new(&pair, "b", 5141));
    if !Path::new("/usr/sbin/haproxy").exists() {
        eprintln!("skipped: needs haproxy from the package haproxy");
        return;
    }
    // Programs are found outside the root that the proxy has.
    let root = pair.directory.join("empty");
    std::fs::create_dir(&root).unwrap();
    let config = ours.write(&format!("    chroot {}\n", root.display()));
    let daemon = Daemon::start(&pair, &pair.a, Some(&config), None);
    let _haproxy = Haproxy::start(&pair, &theirs.write("")).unwrap();
    let (ours, theirs) = (ours.told(), theirs.told());
    assert_eq!(theirs.programs.len(), RUNS, "{theirs:?}");
    for (name, text) in &theirs.programs {
        assert_eq!(ours.programs.get(name), Some(text), "{name}");
    }
    assert_eq!(ours.lines, theirs.lines);
    assert_eq!(ours.columns, theirs.columns);
    let slow = &ours.lines["plain.slow"];
    assert!(slow.contains("External check timeout, code: 0"), "{slow}");
    let killed = &ours.lines["plain.killed"];
    assert!(
        killed.contains("External check error, code: -1"),
        "{killed}"
    );
    let log = daemon.log();
    let why = "the external check of nowhere is not run: /nonexistent/check does not exist";
    assert_eq!(log.matches(why).count(), 1, "{log}");
}
