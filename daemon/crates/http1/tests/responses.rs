//! The response side of the framing table. Every fault is a 502 to the client.

use http1::response::Asked;
use http1::{Body, Fault, Limits, Method, Response, parse_response};

fn parse(text: &str, method: Method) -> Result<Response, Fault> {
    let asked = Asked {
        method,
        upgrade: false,
    };
    let parsed = parse_response(
        &mut text.as_bytes().to_vec(),
        asked,
        Limits::default(),
        &mut Vec::new(),
    )?;
    Ok(parsed.expect("a whole head"))
}

fn get(text: &str) -> Result<Response, Fault> {
    parse(text, Method::Get)
}

#[test]
fn bodies_in_the_order_of_rfc_9112() {
    let body = |text: &str, method| format!("{:?}", parse(text, method).unwrap().body);
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    assert_eq!(
        body(&format!("{ok}Content-Length: 5\r\n\r\n"), Method::Head),
        "Empty"
    );
    assert_eq!(
        body("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", Method::Get),
        "Empty"
    );
    assert_eq!(
        body("HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", Method::Get),
        "Empty"
    );
    assert_eq!(body("HTTP/1.1 100 Go on\r\n\r\n", Method::Get), "Empty");
    assert_eq!(body(&format!("{ok}\r\n"), Method::Connect), "Empty");
    assert_eq!(
        body(&format!("{ok}Content-Length: 5\r\n\r\n"), Method::Get),
        "Length(5)"
    );
    assert_eq!(body(&format!("{ok}\r\n"), Method::Get), "UntilClose");
    assert!(
        body(
            &format!("{ok}{chunked}Content-Length: 5\r\n\r\n"),
            Method::Get
        )
        .starts_with("Chunked")
    );
}

#[test]
fn both_framings_end_the_servers_connection() {
    let r =
        get("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n").unwrap();
    assert!(!r.keep_alive);
}

#[test]
fn lenient_where_it_cannot_hurt() {
    for text in [
        "HTTP/1.1 200 OK\nContent-Length: 5\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\n",
        "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1  200 OK\r\nContent-Length: 5\r\n\r\n",
    ] {
        let r = get(text).unwrap_or_else(|e| panic!("{text:?}: {e:?}"));
        assert!(
            r.status == 200 && r.http11 && matches!(r.body, Body::Length(5)),
            "{text:?}"
        );
    }
}

#[test]
fn refused() {
    for text in [
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 +20 OK\r\n\r\n",
        "HTTP/1.1200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 O\0K\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, foo\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    ] {
        assert!(get(text).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn a_101_that_was_asked_for_is_a_tunnel() {
    let asked = Asked {
        method: Method::Get,
        upgrade: true,
    };
    let mut text = b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n".to_vec();
    let r = parse_response(&mut text, asked, Limits::default(), &mut Vec::new())
        .unwrap()
        .unwrap();
    assert!(!r.is_interim() && !r.keep_alive && matches!(r.body, Body::Empty));
}

#[test]
fn keep_alive_of_the_server() {
    let keep = |text: &str| get(text).unwrap().keep_alive;
    assert!(keep("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(!keep(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ));
    assert!(!keep("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(keep(
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n"
    ));
    assert!(!keep("HTTP/1.1 200 OK\r\n\r\n"));
}
