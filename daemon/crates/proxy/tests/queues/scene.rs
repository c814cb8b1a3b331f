//! What a scene is made of.

/// What happens, one after the other. Clients have names of one letter.
#[derive(Debug, Clone, Copy)]
pub enum Do {
    /// A client comes and asks.
    Ask(char),
    /// The same with fields of its own, `\r\n` behind each.
    AskWith(char, &'static str),
    /// Each of these comes and asks: the server has the request of the first, the others wait for any
    /// server, which the statistics show before the next one comes.
    Line(&'static str),
    /// The same by the cookie `SRV` of server `s`, for which the others wait.
    Behind(&'static str),
    /// The server has the client's request.
    Taken(char),
    /// A line of the statistics (`s`, `BACKEND`, `FRONTEND`) has this in that column.
    Shows(&'static str, &'static str, &'static str),
    /// The server answers the client's request.
    Serve(char),
    /// The server sends the first half of its answer.
    Begin(char),
    /// What the client got.
    Got(char),
    /// The server answers the client's request, and what the client got.
    Done(char),
    /// The head of an answer that is not whole, and the rest of it up to the end of the connection.
    Head(char),
    Ends(char),
    /// The client is gone.
    Leave(char),
    /// The client says that it has said its last, and still listens.
    Half(char),
    /// A command at the socket; `BE` is the scene's backend.
    Order(&'static str),
    /// A line of the log says this of one of the scene's servers.
    Says(&'static str),
    /// What checks are answered from now on.
    Checks(usize),
}

/// A frontend that passes bytes on, as far as its log tells of them.
pub const TCP: &str = "mode tcp\n log-format '%f %b/%s %ts %rc %sq/%bq %fc/%bc/%sc T=%Tw/%Tc/%Tt'";

/// One frontend and one backend of their own, and what happens there.
pub struct Scene {
    pub name: &'static str,
    /// Lines, `\n` between them; `ORIGIN` and `CHECKED` are addresses.
    pub frontend: &'static str,
    pub backend: &'static str,
    pub steps: &'static [Do],
}

pub const fn scene(
    name: &'static str,
    frontend: &'static str,
    backend: &'static str,
    steps: &'static [Do],
) -> Scene {
    Scene {
        name,
        frontend,
        backend,
        steps,
    }
}

impl Scene {
    /// Whether it is one section, which a frontend that begins with this word asks for.
    pub fn is_listen(&self) -> bool {
        self.frontend.starts_with("listen")
    }

    /// The section with the servers.
    pub fn behind(&self) -> String {
        let prefix = if self.is_listen() { "" } else { "b-" };
        format!("{prefix}{}", self.name)
    }

    /// How many lines its requests leave in the log.
    pub fn lines(&self) -> usize {
        let asks = |step: &Do| match step {
            Do::Ask(_) | Do::AskWith(..) => 1,
            Do::Line(names) | Do::Behind(names) => names.len(),
            _ => 0,
        };
        self.steps.iter().map(asks).sum()
    }
}
