//! One line in sections of its own.

use std::path::Path;

/// What the lines may refer to.
pub const PREAMBLE: &str = "\
global
    log 127.0.0.1:514 local0
defaults http
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
userlist people
    user anna insecure-password secret
resolvers dns
    nameserver a 127.0.0.1:53
http-errors site
    errorfile 503 {DIR}/503.http
backend table from http
    stick-table type ip size 10 store http_req_rate(10s),gpc0,gpc1,gpt0,conn_cnt,bytes_in_rate(5s)
    server s 127.0.0.1:2
";

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    HttpFrontend,
    HttpBackend,
    TcpFrontend,
    TcpBackend,
    /// Behind `bind 127.0.0.1:1`.
    Bind,
    /// Behind `server t 127.0.0.1:3`.
    Server,
    /// In `defaults NAME`.
    Defaults,
    /// In `defaults` without a name.
    Anonymous,
}

impl Place {
    pub const ALL: [(&'static str, Self); 8] = [
        ("http frontend", Self::HttpFrontend),
        ("http backend", Self::HttpBackend),
        ("tcp frontend", Self::TcpFrontend),
        ("tcp backend", Self::TcpBackend),
        ("bind", Self::Bind),
        ("server", Self::Server),
        ("defaults", Self::Defaults),
        ("anonymous defaults", Self::Anonymous),
    ];
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    pub place: Place,
    pub line: String,
}

impl Case {
    /// The sections that it stands in, named by its number.
    pub fn text(&self, number: usize, folder: &Path) -> String {
        let line = self.line.replace("{DIR}", &folder.display().to_string());
        let mode = match self.place {
            Place::TcpFrontend | Place::TcpBackend => "tcp",
            _ => "http",
        };
        let at = |places: &[Place]| {
            if places.contains(&self.place) {
                format!("    {line}\n")
            } else {
                String::new()
            }
        };
        let behind = |place: Place| {
            if self.place == place {
                line.as_str()
            } else {
                ""
            }
        };
        let front = at(&[Place::HttpFrontend, Place::TcpFrontend]);
        let back = at(&[Place::HttpBackend, Place::TcpBackend]);
        let defaults = match self.place {
            Place::Defaults => format!(
                "defaults own{number}z\n    mode http\n    timeout client 1s\n    timeout server 1s\n    timeout connect 1s\n    {line}\n"
            ),
            // Nobody has it: the others say from whom.
            Place::Anonymous => format!("defaults\n    mode http\n    {line}\n"),
            _ => String::new(),
        };
        let from = match self.place {
            Place::Defaults => format!("own{number}z"),
            _ => "http".to_owned(),
        };
        let server = match self.place {
            Place::Server => format!("    server t 127.0.0.1:3 {line}\n"),
            _ => String::new(),
        };
        format!(
            "{defaults}frontend front{number}z from {from}\n    mode {mode}\n    bind 127.0.0.1:1 {}\n{front}    default_backend back{number}z\nbackend back{number}z from {from}\n    mode {mode}\n    server s 127.0.0.1:2\n{back}{server}",
            behind(Place::Bind)
        )
    }
}
