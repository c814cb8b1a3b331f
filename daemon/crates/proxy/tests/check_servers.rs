//! Checks of real servers: MariaDB and Redis from Debian's packages.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Proxy, free_port};

/// A server process in a folder of its own; both go with it.
struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    fn start(name: &str, command: impl FnOnce(&Path, u16) -> Command) -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("tandem-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let child = command(&folder, port)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("{name}: {e}: see lab/setup/requirements.sh"));
        Self {
            child,
            folder,
            port,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn mariadb() -> Server {
    Server::start("mariadb", |folder, port| {
        let data = folder.join("data");
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--skip-test-db", "--user=root"])
            .arg("--auth-root-authentication-method=normal")
            .arg(format!("--datadir={}", data.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(
            installed
                .as_ref()
                .is_ok_and(std::process::ExitStatus::success),
            "mariadb-install-db: {installed:?}"
        );
        let init = folder.join("init.sql");
        std::fs::write(&init, "CREATE USER 'haproxy'@'127.0.0.1';\n").unwrap();
        let mut command = Command::new("mariadbd");
        command
            .args(["--no-defaults", "--user=root", "--skip-name-resolve"])
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", folder.join("socket").display()))
            .arg(format!("--init-file={}", init.display()))
            .arg(format!("--port={port}"));
        command
    })
}

fn redis() -> Server {
    Server::start("redis", |folder, port| {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(port.to_string())
            .arg("--dir")
            .arg(folder);
        command
    })
}

/// Waits until the server's last check came to this.
fn until_check(proxy: &mut Proxy, backend: &str, wanted: &str) {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let status = proxy.status();
        let found = status["backends"]
            .as_array()
            .unwrap()
            .iter()
            .find(|b| b["name"] == backend)
            .map(|b| b["servers"][0]["check"].clone());
        if found == Some(wanted.into()) {
            return;
        }
        assert!(Instant::now() < end, "{backend}: {found:?}, not {wanted}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn databases_are_asked_in_their_own_words() {
    let (mut mariadb, redis) = (mariadb(), redis());
    let ping = "option tcp-check\n  tcp-check send PING\\r\\n\n  tcp-check expect string +PONG\n  tcp-check send info\\ replication\\r\\n\n  tcp-check expect string role:master\n  tcp-check send QUIT\\r\\n\n  tcp-check expect string +OK";
    let backends = [
        ("greeting", "option mysql-check", mariadb.port),
        ("user", "option mysql-check user haproxy", mariadb.port),
        ("nobody", "option mysql-check user nobody", mariadb.port),
        ("redis", "option redis-check", redis.port),
        ("master", ping, redis.port),
        ("mixed_up", "option redis-check", mariadb.port),
    ];
    let mut sections = String::new();
    for (name, lines, port) in backends {
        let _ = write!(
            sections,
            "backend {name}\n  {lines}\n  server s 127.0.0.1:{port} check inter 200ms rise 1 fall 1\n"
        );
    }
    let mut proxy = Proxy::start(&format!(
        "global\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten x\n  bind 127.0.0.1:{}\n{sections}",
        free_port()
    ));
    for (backend, wanted) in [
        ("greeting", "L7OK/0"),
        ("user", "L7OK/0"),
        ("nobody", "L7STS/1045"),
        ("redis", "L7OK/0"),
        ("master", "L7OK/0"),
        ("mixed_up", "L7STS/0"),
    ] {
        until_check(&mut proxy, backend, wanted);
    }
    // A server that dies is seen as what it is: nobody there.
    mariadb.child.kill().unwrap();
    until_check(&mut proxy, "user", "L4CON");
    assert_eq!(proxy.server_state("user", "s"), "DOWN");
    assert_eq!(proxy.server_state("redis", "s"), "UP");
}
