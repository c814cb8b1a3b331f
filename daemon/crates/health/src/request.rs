//! The request of an HTTP check.

use crate::text::{Author, Seen, Text};

/// A request as it is written before each check. Names and fixed texts have no line breaks (the
/// configuration parser sees to it).
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub uri: Text,
    pub version: String,
    pub headers: Vec<(String, Text)>,
    pub body: Option<Text>,
}

impl Request {
    /// The bytes that are sent. The length of the body is counted here, whatever was written.
    pub(crate) fn compose(&self, author: &mut dyn Author, seen: Seen<'_>) -> Vec<u8> {
        let mut bytes = |text: &Text| {
            let bytes = text.bytes(author, seen);
            bytes.map(std::borrow::Cow::into_owned).unwrap_or_default()
        };
        let mut request = Vec::new();
        let mut push = |parts: &[&[u8]]| {
            for part in parts {
                request.extend_from_slice(part);
            }
        };
        let uri = bytes(&self.uri);
        let uri = if uri.is_empty() { b"/" } else { &uri[..] };
        push(&[
            self.method.as_bytes(),
            b" ",
            uri,
            b" ",
            self.version.as_bytes(),
            b"\r\n",
        ]);
        let mut connection = false;
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            let framing = matches!(name.as_str(), "content-length" | "transfer-encoding");
            let value = bytes(value);
            if !framing && !value.is_empty() {
                connection |= name == "connection";
                push(&[name.as_bytes(), b": ", &value, b"\r\n"]);
            }
        }
        let body = self.body.as_ref().map(bytes).unwrap_or_default();
        // RFC 9110 section 8.6: methods whose meaning needs a body say that there is none.
        if !body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT") {
            push(&[
                b"content-length: ",
                body.len().to_string().as_bytes(),
                b"\r\n",
            ]);
        }
        // RFC 9112 section 9.3: 1.1 keeps the connection unless told otherwise.
        if self.version == "HTTP/1.1" && !connection {
            push(&[b"connection: close\r\n"]);
        }
        push(&[b"\r\n", &body]);
        request
    }
}
