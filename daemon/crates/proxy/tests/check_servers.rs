//! Real servers, MariaDB and Redis from Debian's packages: their checks, and their own clients by way
//! of the proxy, beside haproxy.

mod support;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::beside::Side;
use support::{Beside, Proxy, free_port};

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

const INIT: &str = "CREATE USER 'haproxy'@'127.0.0.1';
CREATE DATABASE shop;
CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'secret';
GRANT ALL ON shop.* TO 'shop'@'127.0.0.1';
";

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
        std::fs::write(&init, INIT).unwrap();
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
    clients_are_served_as_through_haproxy(mariadb.port, redis.port);
    // A server that dies is seen as what it is: nobody there.
    mariadb.child.kill().unwrap();
    until_check(&mut proxy, "user", "L4CON");
    assert_eq!(proxy.server_state("user", "s"), "DOWN");
    assert_eq!(proxy.server_state("redis", "s"), "UP");
}

/// What MariaDB's own client says to a text of statements.
fn sql(port: u16, password: &str, text: &str) -> String {
    let mut client = Command::new("mariadb")
        .args([
            "--no-defaults",
            "--batch",
            "--protocol=tcp",
            "--host=127.0.0.1",
            "--user=shop",
        ])
        .arg(format!("--port={port}"))
        .arg(format!("--password={password}"))
        .arg("--max-allowed-packet=64M")
        .arg("shop")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    let text = text.to_owned();
    let feeder = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = client.wait_with_output().unwrap();
    // A client that was turned away reads nothing.
    let _ = feeder.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    String::from_utf8(output.stdout).unwrap() + &said
}

/// Redis is told this, and answers with so many bytes.
fn redis_says(port: u16, asked: &[u8], bytes: usize) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let asked = asked.to_vec();
    let writer = std::thread::spawn(move || stream.write_all(&asked));
    let mut answer = vec![0; bytes];
    reader.read_exact(&mut answer).unwrap();
    writer.join().unwrap().unwrap();
    answer
}

/// Termination states of the next sessions.
fn ends(side: &Side, count: usize) -> Vec<String> {
    let state = |line: String| {
        let text = line
            .split_once("]: ")
            .map_or("", |(_, text)| text)
            .to_owned();
        let words: Vec<&str> = text.split(' ').collect();
        format!("{} {}", words[2], words[6])
    };
    let mut all: Vec<String> = side.lines(count).into_iter().map(state).collect();
    all.sort();
    all
}

/// Logins, transactions, results and questions of many megabytes, pipelines, and connections that
/// the servers end.
fn clients_are_served_as_through_haproxy(mariadb: u16, redis: u16) {
    let text = format!(
        "global\n  nbthread 1\n  log 127.0.0.1:LOG local0\ndefaults\n  mode tcp\n  log global\n  option tcplog\n  option dontlognull\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s\nfrontend sql\n  bind 127.0.0.1:PORT\n  default_backend sql\nfrontend redis\n  bind 127.0.0.1:OTHER\n  default_backend redis\nbackend sql\n  server m 127.0.0.1:{mariadb}\nbackend redis\n  server r 127.0.0.1:{redis}\n"
    );
    let Some(beside) = Beside::start(&text) else {
        return;
    };
    let of = |side: &Side| {
        let refused = sql(side.port, "wrong", "SELECT 1;");
        assert!(refused.contains("Access denied"), "{refused}");
        let shop = sql(
            side.port,
            "secret",
            "CREATE OR REPLACE TABLE things (id INT PRIMARY KEY, name TEXT) ENGINE=InnoDB;
             START TRANSACTION;
             INSERT INTO things SELECT seq, REPEAT('x', 100) FROM seq_1_to_20000;
             ROLLBACK;
             SELECT COUNT(*) FROM things;
             INSERT INTO things SELECT seq, CONCAT('thing ', seq) FROM seq_1_to_20000;
             SELECT * FROM things ORDER BY id;
             SELECT REPEAT('y', 12000000);",
        );
        assert!(shop.contains("20000\tthing 20000\n"), "{}", shop.len());
        assert!(shop.len() > 12_000_000, "{}", shop.len());
        let long = format!("SELECT LENGTH('{}');", "z".repeat(8 << 20));
        let question = sql(side.port, "secret", &long);
        assert!(question.contains(&(8 << 20).to_string()), "{question}");
        let killed = sql(side.port, "secret", "KILL CONNECTION_ID();");
        let killed = killed.replace(char::is_numeric, "");
        assert!(killed.contains("ERROR"), "{killed}");
        let mut all = ends(side, 4);

        let pipeline = "INCR n\r\n".repeat(20_000);
        let counted: Vec<String> = (1..=20_000).map(|n| format!(":{n}\r\n")).collect();
        let asked = format!("SET n 0\r\n{pipeline}");
        let wanted = format!("+OK\r\n{}", counted.concat());
        let answer = redis_says(side.other, asked.as_bytes(), wanted.len());
        assert!(answer == wanted.as_bytes(), "a pipeline of 20,000");
        let value = vec![b'v'; 5 << 20];
        let set = [
            format!("*3\r\n$3\r\nSET\r\n$1\r\nv\r\n${}\r\n", value.len()).as_bytes(),
            &value,
            b"\r\nGET v\r\n",
        ]
        .concat();
        let wanted = [
            format!("+OK\r\n${}\r\n", value.len()).as_bytes(),
            &value,
            b"\r\n",
        ]
        .concat();
        assert!(
            redis_says(side.other, &set, wanted.len()) == wanted,
            "5 MiB there and back"
        );
        let mut listener = TcpStream::connect(("127.0.0.1", side.other)).unwrap();
        listener.set_read_timeout(Some(support::WAIT)).unwrap();
        listener.write_all(b"SUBSCRIBE news\r\n").unwrap();
        let mut buffer = [0; 256];
        let n = listener.read(&mut buffer).unwrap();
        assert!(buffer[..n].starts_with(b"*3\r\n$9\r\nsubscribe"));
        redis_says(side.other, b"PUBLISH news fresh\r\n", 4);
        let n = listener.read(&mut buffer).unwrap();
        assert!(buffer[..n].ends_with(b"fresh\r\n"));
        // The server ends it in the middle.
        redis_says(side.other, b"CLIENT KILL TYPE pubsub\r\n", 4);
        assert_eq!(listener.read(&mut buffer).unwrap_or(0), 0);
        drop(listener);
        all.extend(ends(side, 5));
        (question, killed, all)
    };
    let (theirs, ours) = (of(&beside.theirs), of(&beside.ours));
    assert_eq!(theirs, ours, "haproxy's on the left");
}
