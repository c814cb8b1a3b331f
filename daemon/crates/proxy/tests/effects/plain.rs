//! A client of HTTP/1.

use super::clients::Speaks;
use super::scene::Request;
use super::shown::shown;
use super::support::{Client, content_length, read_head};
use std::io::Read;

pub struct Plain(Client, bool);

impl Speaks for Plain {
    fn connect(port: u16) -> Self {
        Self(Client::connect(port), true)
    }

    fn ask(&mut self, request: &Request) {
        self.0.send(written(request));
    }

    fn answer(&mut self, request: &Request) -> String {
        let client = &mut self.0;
        self.1 = false;
        let Some(head) = read_head(&mut client.0) else {
            return "(ended)".to_owned();
        };
        let bodiless = [" 204 ", " 304 "].iter().any(|s| head[8..].starts_with(s));
        let length = match request.method {
            "HEAD" => 0,
            _ if bodiless => 0,
            _ => content_length(&head),
        };
        let mut body = vec![0; length];
        client.0.read_exact(&mut body).expect("the body");
        self.1 = !head
            .to_ascii_lowercase()
            .contains("\r\nconnection: close\r\n");
        if !self.1 {
            assert_eq!(client.rest(), b"", "bytes behind the last answer");
        }
        shown(&head, &body)
    }

    fn is_kept(&self) -> bool {
        self.1
    }
}

/// The bytes of a request.
fn written(request: &Request) -> String {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    if !request.fields.iter().any(|(name, _)| *name == "Host") {
        text += &["Host: ", request.host(), "\r\n"].concat();
    }
    for (name, value) in &request.fields {
        text += &[name, ": ", value, "\r\n"].concat();
    }
    if !request.body.is_empty() {
        let length = request.body.len().to_string();
        text += &["Content-Length: ", &length, "\r\n"].concat();
    }
    [&text, "\r\n", request.body].concat()
}
