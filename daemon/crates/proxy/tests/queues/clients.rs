//! The clients of a scene.

use super::shown::shown;
use super::support::{Client, content_length, read_head};
use std::collections::HashMap;
use std::io::Read;
use std::net::Shutdown;

#[derive(Default)]
pub struct Clients(HashMap<char, Client>);

impl Clients {
    pub fn ask(&mut self, name: char, port: u16, path: &str, fields: &str) {
        let mut client = Client::connect(port);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        self.0.insert(name, client);
    }

    fn of(&mut self, name: char) -> &mut Client {
        self.0.get_mut(&name).expect("a client of this name")
    }

    pub fn leave(&mut self, name: char) {
        self.0.remove(&name);
    }

    pub fn say_last(&mut self, name: char) {
        self.of(name).0.shutdown(Shutdown::Write).unwrap();
    }

    pub fn head(&mut self, name: char) -> String {
        let client = self.of(name);
        read_head(&mut client.0).map_or_else(String::new, |head| shown(&head, b""))
    }

    pub fn rest(&mut self, name: char) -> String {
        let client = self.of(name);
        String::from_utf8_lossy(&client.rest()).into_owned()
    }

    /// The answer, and whether the connection ended with it.
    pub fn got(&mut self, name: char) -> String {
        let client = self.of(name);
        let Some(head) = read_head(&mut client.0) else {
            return "(ended)".to_owned();
        };
        let mut body = vec![0; content_length(&head)];
        match client.0.read_exact(&mut body) {
            Ok(()) => shown(&head, &body),
            Err(_) => format!("{} and half a body", shown(&head, b"")),
        }
    }
}
