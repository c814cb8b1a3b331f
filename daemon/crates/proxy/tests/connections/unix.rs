//! Sockets of this machine on both sides of a proxy.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

use crate::support::{Beside, WAIT, read_head};

/// Gone with its owner, like the sockets in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("tandem-unix-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Answers each request with its own head, then switches to an echo where that is asked for.
fn serve(listener: UnixListener) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                while let Some(head) = read_head(&mut stream) {
                    let mut lines: Vec<String> =
                        head.trim_end().lines().map(str::to_lowercase).collect();
                    lines.sort();
                    let body = lines.join("|");
                    let answer = if body.contains("upgrade: echo") {
                        "HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
                            .to_owned()
                    } else {
                        format!(
                            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                            body.len()
                        )
                    };
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                    if body.contains("upgrade: echo") {
                        let mut copy = stream.try_clone().unwrap();
                        let _ = std::io::copy(&mut stream, &mut copy);
                        let _ = stream.shutdown(std::net::Shutdown::Write);
                        return;
                    }
                }
            });
        }
    });
}

/// What comes back for a request, and through a tunnel.
fn talk(mut stream: impl Read + Write, end: impl Fn()) -> String {
    stream
        .write_all(b"GET /plain HTTP/1.1\r\nHost: t\r\n\r\n")
        .unwrap();
    let head = read_head(&mut stream).unwrap();
    let mut body = vec![0; crate::support::content_length(&head)];
    stream.read_exact(&mut body).unwrap();
    stream
        .write_all(b"GET /tunnel HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nover the tunnel")
        .unwrap();
    let switched = read_head(&mut stream).unwrap();
    end();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    let status = |head: &str| crate::support::status_of(head);
    format!(
        "{} {} {} {rest}",
        status(&head),
        String::from_utf8_lossy(&body),
        status(&switched)
    )
}

#[test]
fn clients_and_servers_on_unix_sockets_get_what_they_get_through_haproxy() {
    let folder = Folder::new();
    let place = |name: &str| folder.0.join(name).display().to_string();
    serve(UnixListener::bind(place("server")).unwrap());
    // The number of the port tells the two apart.
    let text = format!(
        "global\n    nbthread 1\n    log 127.0.0.1:LOG local0\ndefaults\n    mode http\n    log global\n    log-format \"%HP %ST %tsc %ci:%cp %fi:%fp %bi:%bp %si:%sp %{{+Q}}o %ci %cp\"\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    option forwardfor\nfrontend web\n    bind 127.0.0.1:PORT\n    bind unix@{}\n    default_backend app\nbackend app\n    server s unix@{}\n",
        place("client-PORT"),
        place("server")
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let ask = |side: &crate::support::beside::Side| {
        let socket = UnixStream::connect(place(&format!("client-{}", side.port))).unwrap();
        socket.set_read_timeout(Some(WAIT)).unwrap();
        let end = socket.try_clone().unwrap();
        let got = talk(socket, || end.shutdown(std::net::Shutdown::Write).unwrap());
        let said = |line: String| line.split_once("]: ").map(|(_, text)| text.to_owned());
        let lines: Vec<_> = side.lines(2).into_iter().map(said).collect();
        (got, lines)
    };
    let (theirs, ours) = (ask(&both.theirs), ask(&both.ours));
    assert_eq!(theirs, ours, "haproxy's on the left");
    assert!(ours.0.ends_with(" 101 over the tunnel"), "{ours:?}");
}
