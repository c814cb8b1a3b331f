//! When what a fetch looks at is there (configuration manual, 7.3: "frontend", "request", …).

use crate::haproxy::model::Fetch;

/// Moments in the life of a connection, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments(u16);

impl Moments {
    /// The process starts: nobody is connected.
    pub const START: Self = Self(1);
    /// A connection was accepted.
    pub const ACCEPT: Self = Self(2);
    /// Its handshakes are done.
    pub const SESSION: Self = Self(4);
    /// A request is in a frontend, where no backend is chosen.
    pub const FRONT: Self = Self(8);
    pub const BACK: Self = Self(16);
    /// A server was chosen, and is connected to.
    pub const CONNECT: Self = Self(32);
    pub const RESPONSE: Self = Self(64);
    /// All is over, but for the line in the log.
    pub const LOG: Self = Self(128);
    pub const CHECK: Self = Self(256);

    const NAMES: [(Self, &'static str); 9] = [
        (Self::START, "'global'"),
        (Self::ACCEPT, "'tcp-request connection'"),
        (Self::SESSION, "'tcp-request session'"),
        (Self::FRONT, "rules for requests of a frontend"),
        (Self::BACK, "rules for requests of a backend"),
        (Self::CONNECT, "lines of servers"),
        (Self::RESPONSE, "rules for responses"),
        (Self::LOG, "log formats"),
        (Self::CHECK, "checks"),
    ];

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// An answer passes, or the one to a check.
    pub fn are_of_answers(self) -> bool {
        self.0 != 0 && self.0 & !(Self::RESPONSE.0 | Self::CHECK.0) == 0
    }

    /// In words, for messages.
    pub fn names(self) -> Vec<&'static str> {
        let met = Self::NAMES.iter().filter(|(moment, _)| self.meets(*moment));
        let mut names: Vec<_> = met.map(|(_, name)| *name).collect();
        if self.meets(Self::FRONT) && self.meets(Self::BACK) {
            names.retain(|name| !name.starts_with("rules for requests of a "));
            names.insert(0, "rules for requests");
        }
        names
    }
}

/// What fetches look at.
pub struct Origin {
    /// With its article.
    pub what: &'static str,
    pub there: Moments,
    names: &'static [&'static str],
    /// How other names begin.
    prefixes: &'static [&'static str],
}

const REQUEST: Moments = Moments::FRONT.and(Moments::BACK);
const SERVED: Moments = Moments::CONNECT.and(Moments::RESPONSE).and(Moments::LOG);
const STREAM: Moments = REQUEST.and(SERVED);

/// The first that fits counts.
static ORIGINS: [Origin; 12] = [
    Origin {
        what: "nothing",
        there: Moments(511),
        names: &[
            "always_false",
            "always_true",
            "bin",
            "bool",
            "date",
            "date_us",
            "env",
            "hostname",
            "int",
            "ipv4",
            "ipv6",
            "meth",
            "nbproc",
            "proc",
            "rand",
            "str",
            "thread",
            "unique-id",
            "uuid",
            "var",
        ],
        prefixes: &[],
    },
    // Kept beyond the message they came with.
    Origin {
        what: "a request",
        there: STREAM,
        names: &[
            "capture.res.ver",
            "http_first_req",
            "method",
            "req.proto_http",
            "req_proto_http",
        ],
        prefixes: &["capture.req."],
    },
    Origin {
        what: "a response",
        there: Moments::RESPONSE.and(Moments::LOG).and(Moments::CHECK),
        names: &["capture.res.hdr", "status"],
        prefixes: &[],
    },
    Origin {
        what: "the connection to a server",
        there: Moments::RESPONSE.and(Moments::LOG).and(Moments::CHECK),
        names: &["ssl_bc"],
        prefixes: &["bc_", "ssl_bc_"],
    },
    Origin {
        what: "the server that was chosen",
        there: SERVED.and(Moments::CHECK),
        names: &["srv_id", "srv_name"],
        prefixes: &[],
    },
    Origin {
        what: "the backend that was chosen",
        there: Moments::BACK.and(SERVED).and(Moments::CHECK),
        names: &[
            "be_id",
            "be_name",
            "be_server_timeout",
            "be_tunnel_timeout",
            "cur_server_timeout",
            "cur_tunnel_timeout",
        ],
        prefixes: &[],
    },
    Origin {
        what: "a request or response",
        there: REQUEST
            .and(Moments::CONNECT)
            .and(Moments::RESPONSE)
            .and(Moments::CHECK),
        names: &[
            "cookie",
            "distcc_body",
            "distcc_param",
            "hdr",
            "payload",
            "payload_lv",
        ],
        prefixes: &[],
    },
    Origin {
        what: "the response",
        there: Moments::RESPONSE.and(Moments::CHECK),
        names: &["rep_ssl_hello_type", "resp_ver", "scook", "shdr"],
        prefixes: &["res.", "scook_", "shdr_"],
    },
    Origin {
        what: "the request",
        there: REQUEST.and(Moments::CONNECT),
        names: &[
            "base",
            "base32",
            "base32+src",
            "baseq",
            "cook",
            "cook_cnt",
            "cook_val",
            "path",
            "pathq",
            "query",
            "rdp_cookie",
            "rdp_cookie_cnt",
            "url",
            "url32",
            "url32+src",
            "url_ip",
            "url_param",
            "url_port",
            "urlp",
            "urlp_val",
        ],
        prefixes: &["hdr_", "http_auth", "req.", "req_"],
    },
    Origin {
        what: "the frontend",
        there: Moments::ACCEPT.and(Moments::SESSION).and(STREAM),
        names: &[
            "dst_conn",
            "fe_client_timeout",
            "fe_defbe",
            "fe_id",
            "fe_name",
            "so_id",
            "so_name",
        ],
        prefixes: &[],
    },
    Origin {
        what: "a TLS handshake",
        there: Moments::SESSION.and(STREAM),
        names: &["ssl_fc"],
        prefixes: &["ssl_c_", "ssl_f_", "ssl_fc_", "ssl_s_"],
    },
    // Counters and addresses.
    Origin {
        what: "a process that runs",
        there: Moments::ACCEPT
            .and(Moments::SESSION)
            .and(STREAM)
            .and(Moments::CHECK),
        names: &[],
        prefixes: &[""],
    },
];

pub fn origin(fetch: &str) -> &'static Origin {
    let fits = |origin: &&Origin| {
        origin.names.contains(&fetch)
            || origin.prefixes.iter().any(|start| fetch.starts_with(start))
    };
    let last = &ORIGINS[ORIGINS.len() - 1];
    ORIGINS.iter().find(fits).unwrap_or(last)
}

/// The name by which the table knows a fetch.
pub fn name(fetch: &Fetch) -> &str {
    use Fetch as F;
    match fetch {
        F::AlwaysTrue => "always_true",
        F::AlwaysFalse => "always_false",
        F::Int(_) => "int",
        F::Bool(_) => "bool",
        F::Str(_) => "str",
        F::Src => "src",
        F::SrcPort => "src_port",
        F::Dst => "dst",
        F::DstPort => "dst_port",
        F::SslFc => "ssl_fc",
        F::SslFcSni => "ssl_fc_sni",
        F::ReqSslSni => "req.ssl_sni",
        F::ReqSslHelloType => "req.ssl_hello_type",
        F::Method => "method",
        F::Path => "path",
        F::PathQuery => "pathq",
        F::Url => "url",
        F::Query => "query",
        F::Base => "base",
        F::ReqVersion => "req.ver",
        F::ReqHeader(_) => "req.hdr",
        F::ResHeader(_) => "res.hdr",
        F::ReqHeaderCount(_) => "req.hdr_cnt",
        F::ResHeaderCount(_) => "res.hdr_cnt",
        F::ReqCookie(_) => "req.cook",
        F::ResCookie(_) => "res.cook",
        F::UrlParam(_) => "url_param",
        F::Status => "status",
        F::NbSrv(_) => "nbsrv",
        F::FeConn(_) => "fe_conn",
        F::BeConn(_) => "be_conn",
        F::FeSessRate(_) => "fe_sess_rate",
        F::BeSessRate(_) => "be_sess_rate",
        F::FeName => "fe_name",
        F::BeName => "be_name",
        F::SrvName => "srv_name",
        F::SrvIsUp(_) => "srv_is_up",
        F::UniqueId => "unique-id",
        F::Rand(_) => "rand",
        F::Date(_) => "date",
        F::Hostname => "hostname",
        F::Var(_) => "var",
        F::Env(_) => "env",
        F::Other { name, .. } => name,
    }
}
