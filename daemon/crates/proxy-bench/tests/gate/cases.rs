//! What is counted.

use std::net::SocketAddr;

pub struct Case {
    pub id: &'static str,
    pub request: &'static str,
    /// A connection for each request.
    pub each: bool,
    defaults: &'static str,
    frontend: &'static str,
    log: bool,
}

pub const CASES: [Case; 3] = [
    Case {
        id: "kept",
        request: "GET /page HTTP/1.1\r\nHost: bench.example\r\n\r\n",
        each: false,
        defaults: "    http-reuse always\n    option forwardfor\n",
        frontend: "",
        log: false,
    },
    Case {
        id: "rules",
        request: "GET /api/items?id=7&sort=name HTTP/1.1\r\nHost: bench.example\r\n\
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
            Accept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\n\
            Cookie: session=0123456789abcdef; theme=dark\r\nX-Debug: 1\r\n\r\n",
        each: false,
        defaults: "    http-reuse always\n",
        frontend: "    option httplog
    option forwardfor
    acl static path_beg /static /assets
    acl api path_beg /api
    acl mobile hdr_sub(user-agent) -i mobile
    http-request set-header X-Forwarded-Proto http
    http-request del-header X-Debug
    http-request add-header X-Mobile yes if mobile
    http-response set-header Strict-Transport-Security max-age=31536000
    http-response del-header Server
    use_backend other if static
    use_backend app if api !mobile
",
        log: true,
    },
    Case {
        id: "close",
        request: "GET /page HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n",
        each: true,
        defaults: "    option httpclose\n",
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
            "global\n    nbthread 1\n{target}defaults\n    mode http\n    timeout client 60s\n    \
             timeout server 60s\n    timeout connect 60s\n{uses}{}frontend web\n    bind {own}\n{}    \
             default_backend app\nbackend app\n    server s1 {origin}\n{other}",
            self.defaults, self.frontend
        )
    }
}
