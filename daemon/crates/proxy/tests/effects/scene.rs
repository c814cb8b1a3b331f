//! What a scene is made of.

/// What a client does. A request is `METHOD TARGET`, lines of fields, an empty line and a body; the
/// length and a `Host` are added where they are not written.
#[derive(Debug, Clone, Copy)]
pub enum Do {
    /// Asks, over the connection that is there when it is kept, and reads the answer.
    Ask(&'static str),
    /// The same over a new connection.
    Anew(&'static str),
    /// These bytes over a new connection of HTTP/1, and all that comes back until its end.
    Raw(&'static str),
}

/// One frontend and one backend of their own, and what a client does there.
pub struct Scene {
    pub name: &'static str,
    /// Lines, `\n` between them; `ORIGIN` and `DEAD` are addresses of servers.
    pub frontend: &'static str,
    pub backend: &'static str,
    pub client: &'static [Do],
}

pub const SERVER: &str = "server s ORIGIN";

pub const fn scene(
    name: &'static str,
    frontend: &'static str,
    backend: &'static str,
    client: &'static [Do],
) -> Scene {
    Scene {
        name,
        frontend,
        backend,
        client,
    }
}

/// One whose rules all stand in the frontend.
pub const fn front(name: &'static str, rules: &'static str, client: &'static [Do]) -> Scene {
    scene(name, rules, SERVER, client)
}

impl Scene {
    /// Clients of HTTP/2 do the same, but for bytes that are of HTTP/1.
    pub fn in_both(&self) -> bool {
        !self.client.iter().any(|step| matches!(step, Do::Raw(_)))
    }

    /// How many lines its requests leave in the log, of a client of HTTP/1 and of one of HTTP/2.
    pub fn lines(&self) -> usize {
        let of = |step: &Do| match step {
            Do::Raw(text) => text.matches("HTTP/1.1").count().max(1),
            _ => 1,
        };
        self.client.iter().map(of).sum::<usize>() * if self.in_both() { 2 } else { 1 }
    }
}

/// A request in its parts.
pub struct Request {
    pub method: &'static str,
    pub target: &'static str,
    pub fields: Vec<(&'static str, &'static str)>,
    pub body: &'static str,
}

impl Request {
    pub fn of(text: &'static str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let fields = lines.map(|line| line.split_once(": ").unwrap_or((line, "")));
        Self {
            method,
            target,
            fields: fields.collect(),
            body,
        }
    }

    pub fn host(&self) -> &'static str {
        let mut hosts = self.fields.iter().filter(|(name, _)| *name == "Host");
        hosts.next().map_or("h.example", |(_, value)| value)
    }
}
