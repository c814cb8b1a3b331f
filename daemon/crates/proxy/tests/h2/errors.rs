//! `show errors` of messages that came by HTTP/2: their fields as lines, and where they break which
//! rule. HAProxy keeps none of them.

use crate::origin::{At, start};
use crate::peer::Peer;
use crate::support::{Proxy, free_port, haproxy::ask};
use h2::Settings;

#[test]
fn malformed_heads_of_both_sides_are_shown_with_their_place() {
    let (origin, _) = start(Settings::default(), |peer, stream, at| {
        if at == At::End {
            let fields = [(":status", "200"), ("connection", "close")];
            peer.head(stream, &fields, true);
            peer.done(stream);
        }
    });
    let port = free_port();
    let socket = std::env::temp_dir().join(format!("tandem-h2-errors-{}", std::process::id()));
    let (path, server) = (socket.display(), origin.port);
    let _proxy = Proxy::start(&format!(
        "global\n    nbthread 1\n    stats socket {path}\ndefaults\n    mode http\n    timeout client 3s\n    timeout server 3s\n    \
         timeout connect 1s\nfrontend web\n    bind 127.0.0.1:{port}\n    default_backend app\nbackend app\n    \
         server s 127.0.0.1:{server} proto h2\n"
    ));
    let mut client = Peer::connect(port);
    let head = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "a"),
        (":path", "/"),
    ];
    let stream = client.ask(&[&head[..], &[("te", "gzip")]].concat(), true);
    assert_eq!(client.answer(stream).reset, Some(1));
    let request = ask(&socket, "show errors web request");
    for part in [
        " frontend web (#2): invalid request\n  backend <NONE> (#-1), server <NONE> (#-1), event #0, src 127.0.0.1:",
        "\n  len 64, wraps at ",
        ", error at position 54\n  no field speaks of the connection",
        "\n  00000  :method: GET\\r\\n\n  00014  :scheme: http\\r\\n\n",
        "\n  00054  te: gzip\\r\\n\n",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert_eq!(client.get("/").status(), 502);
    let response = ask(&socket, "show errors app response");
    for part in [
        " backend app (#3): invalid response\n  frontend web (#2), server s (#1), event #1, src 127.0.0.1:",
        ", error at position 14\n  no field speaks of the connection",
        "\n  00000  :status: 200\\r\\n\n  00014  connection: close\\r\\n\n",
    ] {
        assert!(response.contains(part), "{part} in {response}");
    }
    let long = "x".repeat(70_000);
    let stream = client.ask(
        &[&head[..], &[("cookie", "a=b"), ("x", &long)]].concat(),
        true,
    );
    assert_eq!(client.answer(stream).status(), 431);
    let large = ask(&socket, "show errors web request");
    assert!(large.contains("a head fits into the buffer"), "{large}");
    assert!(large.contains("00054  cookie: a=b\\r\\n\n"), "{large}");
    let _ = std::fs::remove_file(&socket);
}
