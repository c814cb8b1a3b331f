use super::*;
use crate::client::ask;
use crate::run_dir;
use std::path::PathBuf;
use sys::epoll::Events;

fn serve_one(path: &Path, respond: impl FnOnce(Request) -> Value) {
    let epoll = Epoll::new().unwrap();
    let mut control = Control::open(path, &epoll, 1).unwrap();
    let mut events = Events::with_capacity(8);
    let mut respond = Some(respond);
    let end = Instant::now() + Duration::from_secs(10);
    let mut served = false;
    while !served || !control.is_idle() {
        assert!(Instant::now() < end);
        epoll
            .wait(&mut events, Some(Duration::from_millis(100)))
            .unwrap();
        for ready in events.iter() {
            if ready.token == 1 {
                control.accept(&epoll, Instant::now());
            } else if let Some((id, request)) = control.ready(ready.token, &epoll) {
                let respond = respond.take().unwrap();
                control.reply(id, &respond(request), &epoll);
                served = true;
            } else {
                served = true;
            }
        }
    }
}

/// The file is there a moment before the server listens: who is turned away comes again.
fn insist<T, E: std::fmt::Debug>(mut attempt: impl FnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(why) => assert!(Instant::now() < end, "{why:?}"),
        }
        std::thread::yield_now();
    }
}

fn directory(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tandem-ctl-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn a_request_is_answered_even_when_the_answer_is_large() {
    let directory = directory("large");
    let path = run_dir::control_socket(&directory);
    let server = std::thread::spawn(move || {
        serve_one(&path, |request| {
            assert_eq!(request, Request::Handover { timeout_ms: 7 });
            serde_json::json!({ "text": "x".repeat(2_000_000) })
        });
    });
    let request = Request::Handover { timeout_ms: 7 };
    let reply = insist(|| ask(&directory, &request, Duration::from_secs(10)));
    assert_eq!(reply["text"].as_str().unwrap().len(), 2_000_000);
    server.join().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    let directory = directory("bad");
    let path = run_dir::control_socket(&directory);
    let socket = path.clone();
    let server = std::thread::spawn(move || {
        serve_one(&path, |_| unreachable!("it is no request"));
    });
    let mut stream = insist(|| UnixStream::connect(&socket));
    stream.write_all(b"{\"command\":\"dance\"}\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(
        reply.starts_with("{\"error\":\"unknown request: "),
        "{reply}"
    );
    server.join().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn no_daemon_is_a_clear_error() {
    let error = ask(Path::new("/nonexistent"), &Request::Status, IDLE).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no running tandemd answers at /nonexistent/control.sock: "),
        "{error}"
    );
}
