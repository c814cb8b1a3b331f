//! A client of HTTP/2.

use super::clients::Speaks;
use super::peer::Peer;
use super::scene::Request;
use super::shown::shown;

pub struct Frames(Peer, u32);

impl Speaks for Frames {
    fn connect(port: u16) -> Self {
        Self(Peer::connect(port), 0)
    }

    fn ask(&mut self, request: &Request) {
        let small = |name: &&str| name.to_ascii_lowercase();
        let names: Vec<String> = request.fields.iter().map(|(name, _)| small(name)).collect();
        let length = request.body.len().to_string();
        let mut fields = vec![
            (":method", request.method),
            (":scheme", "http"),
            (":authority", request.host()),
            (":path", request.target),
        ];
        let given = names.iter().zip(&request.fields);
        let given = given.filter(|(name, _)| *name != "host");
        fields.extend(given.map(|(name, (_, value))| (name.as_str(), *value)));
        if !request.body.is_empty() {
            fields.push(("content-length", &length));
        }
        self.1 = self.0.ask(&fields, request.body.is_empty());
        if !request.body.is_empty() {
            self.0.data(self.1, request.body.as_bytes(), true);
        }
    }

    fn answer(&mut self, _: &Request) -> String {
        let answer = self.0.answer(self.1);
        match answer.heads.last() {
            Some(head) => shown(&head.join("\r\n"), &answer.body),
            None => format!("(reset {:?})", answer.reset),
        }
    }

    fn is_kept(&self) -> bool {
        !self.0.closed && self.0.gone.is_none()
    }
}
