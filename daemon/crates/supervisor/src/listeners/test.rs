use super::*;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// The sockets for one frontend with these words on its bind line.
fn prepared(before: &Listeners, port: u16, words: &str) -> Listeners {
    let text = format!(
        "defaults\n mode tcp\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n\
         listen web\n bind 127.0.0.1:{port} {words}\n server a 127.0.0.1:9\n"
    );
    let source = config::Source::new("haproxy.cfg", text);
    let parsed = haproxy::parse(&[source], &config::Options::default());
    assert!(parsed.is_valid(), "{:?}", parsed.diagnostics);
    let prepared = before.prepare(&parsed.config, &parsed.sources, &HashSet::new());
    prepared.unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn an_open_socket_takes_up_what_its_line_says_now() {
    let port = free_port();
    let plain = prepared(&Listeners::default(), port, "");
    let changed = prepared(
        &plain,
        port,
        "defer-accept tcp-ut 7s mss 1200 backlog 3 interface lo",
    );
    assert!(Rc::ptr_eq(&plain.open[0].fd, &changed.open[0].fd));
    let timeout = || rustix::net::sockopt::tcp_user_timeout(&plain.open[0].fd).unwrap();
    // Nothing before the configuration is taken up.
    assert_eq!(timeout(), 0);
    assert_eq!(changed.tune(&plain), Vec::<String>::new());
    assert_eq!(timeout(), 7000);
    let listener = TcpListener::from(changed.open[0].fd.try_clone().unwrap());
    listener.set_nonblocking(true).unwrap();
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let early = listener.accept().map(drop).unwrap_err();
    assert_eq!(early.kind(), io::ErrorKind::WouldBlock);
    client.write_all(b"x").unwrap();
    listener.set_nonblocking(false).unwrap();
    let (stream, _) = listener.accept().unwrap();
    assert_eq!(
        rustix::net::sockopt::tcp_user_timeout(&stream).unwrap(),
        7000
    );
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    // And back again.
    let again = prepared(&changed, port, "");
    assert_eq!(again.tune(&changed), Vec::<String>::new());
    assert_eq!(timeout(), 0);
    let _silent = TcpStream::connect(("127.0.0.1", port)).unwrap();
    listener.accept().unwrap();
    assert_eq!(again.fds().len(), 1);
}
