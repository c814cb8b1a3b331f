//! What is counted.

use std::net::SocketAddr;

pub struct Case {
    pub id: &'static str,
    pub request: &'static str,
    /// A connection for each request.
    pub each: bool,
    mode: &'static str,
    defaults: &'static str,
    frontend: &'static str,
    log: bool,
}

pub const CASES: [Case; 4] = [
    Case {
        id: "kept",
        request: "GET /page HTTP/1.1\r\nHost: bench.example\r\n\r\n",
        each: false,
        mode: "http",
        defaults: "    http-reuse always\n    option forwardfor\n",
        frontend: "",
        log: false,
    },
    Case {
        id: "rules",
        request: include_str!("../../../../../bench/proxy/rules.http"),
        each: false,
        mode: "http",
        defaults: "    http-reuse always\n",
        frontend: include_str!("../../../../../bench/proxy/rules.cfg"),
        log: true,
    },
    Case {
        id: "close",
        request: "GET /page HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n",
        each: true,
        mode: "http",
        defaults: "    option httpclose\n",
        frontend: "",
        log: false,
    },
    Case {
        id: "tcp",
        request: "GET /page HTTP/1.1\r\nHost: bench.example\r\n\r\n",
        each: false,
        mode: "tcp",
        defaults: "",
        frontend: "",
        log: false,
    },
];

impl Case {
    pub fn config(&self, own: SocketAddr, origin: SocketAddr, sink: SocketAddr) -> String {
        let (target, uses, other) = if self.log {
            (
                format!("    log {sink} local0\n"),
                "    log global\n",
                format!("backend other\n    server s1 {origin}\n"),
            )
        } else {
            (String::new(), "", String::new())
        };
        format!(
            "global\n    nbthread 1\n{target}defaults\n    mode {}\n    timeout client 60s\n    \
             timeout server 60s\n    timeout connect 60s\n{uses}{}frontend web\n    bind {own}\n{}    \
             default_backend app\nbackend app\n    server s1 {origin}\n{other}",
            self.mode, self.defaults, self.frontend
        )
    }
}
