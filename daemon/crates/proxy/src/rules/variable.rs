//! Variables of log formats (configuration manual, 8.2.4).

use super::context::{Context, SessionView};
use super::format::Flags;
use http1::target;
use std::net::{IpAddr, SocketAddr};
use trafficlog::Clock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    ClientIp,
    ClientPort,
    FrontendIp,
    FrontendPort,
    BackendIp,
    BackendPort,
    ServerIp,
    ServerPort,
    Frontend,
    FrontendTransport,
    Backend,
    Server,
    Status,
    BytesRead,
    BytesUploaded,
    Method,
    Uri,
    Path,
    PathOnly,
    Query,
    Version,
    RequestLine,
    Hostname,
    Pid,
    UniqueId,
    Counter,
    RequestCookie,
    ResponseCookie,
    Termination,
    TerminationCookies,
    RequestHeaders,
    ResponseHeaders,
    RequestHeaderList,
    ResponseHeaderList,
    Count(Count),
    Timer(Timer),
    Date(Date),
    Tls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Process,
    Frontend,
    Backend,
    Server,
    Retries,
    ServerQueue,
    BackendQueue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    Request,
    Idle,
    Handshake,
    Queue,
    Connect,
    Response,
    Active,
    Total,
    Data,
    /// `%Tq`: handshake, idle and request.
    Whole,
    User,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Date {
    Accept,
    Request,
    AcceptGmt,
    AcceptLocal,
    RequestGmt,
    RequestLocal,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Variable {
    pub fn of_name(name: &str) -> Option<Self> {
        use Variable as V;
        Some(match name {
            "ci" => V::ClientIp,
            "cp" => V::ClientPort,
            "fi" => V::FrontendIp,
            "fp" => V::FrontendPort,
            "bi" => V::BackendIp,
            "bp" => V::BackendPort,
            "si" => V::ServerIp,
            "sp" => V::ServerPort,
            "f" => V::Frontend,
            "ft" => V::FrontendTransport,
            "b" => V::Backend,
            "s" => V::Server,
            "ST" => V::Status,
            "B" => V::BytesRead,
            "U" => V::BytesUploaded,
            "HM" => V::Method,
            "HU" => V::Uri,
            "HP" => V::Path,
            "HPO" => V::PathOnly,
            "HQ" => V::Query,
            "HV" => V::Version,
            "r" => V::RequestLine,
            "H" => V::Hostname,
            "pid" => V::Pid,
            "ID" => V::UniqueId,
            "rt" => V::Counter,
            "CC" => V::RequestCookie,
            "CS" => V::ResponseCookie,
            "ts" => V::Termination,
            "tsc" => V::TerminationCookies,
            "hr" => V::RequestHeaders,
            "hs" => V::ResponseHeaders,
            "hrl" => V::RequestHeaderList,
            "hsl" => V::ResponseHeaderList,
            "ac" => V::Count(Count::Process),
            "fc" => V::Count(Count::Frontend),
            "bc" => V::Count(Count::Backend),
            "sc" => V::Count(Count::Server),
            "rc" => V::Count(Count::Retries),
            "sq" => V::Count(Count::ServerQueue),
            "bq" => V::Count(Count::BackendQueue),
            "TR" => V::Timer(Timer::Request),
            "Ti" => V::Timer(Timer::Idle),
            "Th" => V::Timer(Timer::Handshake),
            "Tw" => V::Timer(Timer::Queue),
            "Tc" => V::Timer(Timer::Connect),
            "Tr" => V::Timer(Timer::Response),
            "Ta" => V::Timer(Timer::Active),
            "Tt" => V::Timer(Timer::Total),
            "Td" => V::Timer(Timer::Data),
            "Tq" => V::Timer(Timer::Whole),
            "Tu" => V::Timer(Timer::User),
            "t" => V::Date(Date::Accept),
            "tr" => V::Date(Date::Request),
            "T" => V::Date(Date::AcceptGmt),
            "Tl" => V::Date(Date::AcceptLocal),
            "trg" => V::Date(Date::RequestGmt),
            "trl" => V::Date(Date::RequestLocal),
            "Ts" => V::Date(Date::Seconds),
            "ms" => V::Date(Date::Milliseconds),
            "Tsu" => V::Date(Date::Microseconds),
            "sslc" | "sslv" => V::Tls,
            _ => return None,
        })
    }

    /// Whether it shows what rules left behind.
    pub fn is_remembered(self) -> bool {
        matches!(self, Self::UniqueId)
    }

    pub fn write(self, ctx: &Context<'_>, clock: &mut Clock, flags: Flags, out: &mut Vec<u8>) {
        use Variable as V;
        match self {
            V::ClientIp => ip(ctx.client, flags, out),
            V::ClientPort => port(ctx.client, flags, out),
            V::FrontendIp => ip(ctx.local(), flags, out),
            V::FrontendPort => port(ctx.local(), flags, out),
            V::BackendIp => ip(near_server(ctx), flags, out),
            V::BackendPort => port(near_server(ctx), flags, out),
            V::ServerIp => ip(far_server(ctx), flags, out),
            V::ServerPort => port(far_server(ctx), flags, out),
            V::Frontend | V::FrontendTransport => {
                let name = ctx.plan.frontends.get(ctx.frontend).map_or("", |f| &f.name);
                text(name.as_bytes(), flags, out);
            }
            V::Backend => text(backend(ctx).as_bytes(), flags, out),
            V::Server => text(ctx.server.unwrap_or("<NOSRV>").as_bytes(), flags, out),
            V::Hostname => text(rustix::system::uname().nodename().to_bytes(), flags, out),
            V::Pid => number(u64::from(std::process::id()), flags, 4, out),
            V::Counter => number(ctx.number, flags, 4, out),
            V::UniqueId => {
                // Before the request goes on it has an id only where somebody asked for it.
                let early = ctx.line.is_some();
                let known = ctx.remember(|memory| memory.unique_id.clone()).flatten();
                let id = if early { known } else { super::unique_id(ctx) };
                if !early || id.is_some() {
                    missing(id.as_deref(), flags, out);
                }
            }
            V::Tls => missing(None, flags, out),
            V::Status if ctx.status > 0 => number(u64::from(ctx.status), Flags::default(), 1, out),
            V::Status => signed(i64::from(ctx.session.map_or(-1, |s| s.status)), out),
            V::BytesRead => number(ctx.session.map_or(0, |s| s.notes.bytes_out), flags, 1, out),
            V::BytesUploaded => number(ctx.session.map_or(0, |s| s.notes.bytes_in), flags, 1, out),
            V::Method | V::Uri | V::Path | V::PathOnly | V::Query | V::Version | V::RequestLine => {
                self.write_line(ctx, flags, out);
            }
            V::Termination | V::TerminationCookies => self.write_state(ctx, flags, out),
            V::RequestCookie
            | V::ResponseCookie
            | V::RequestHeaders
            | V::ResponseHeaders
            | V::RequestHeaderList
            | V::ResponseHeaderList => self.write_captures(ctx, flags, out),
            V::Count(count) => write_count(count, ctx, out),
            V::Timer(timer) => match ctx.session.and_then(|s| interval(timer, s, ctx.now)) {
                Some(ms) => number(ms, Flags::default(), 1, out),
                None if matches!(timer, Timer::Active | Timer::Total) => out.push(b'0'),
                None => out.extend_from_slice(b"-1"),
            },
            V::Date(date) => write_date(date, ctx, clock, flags, out),
        }
    }

    fn write_line(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let written = ctx.session.map(|s| &s.notes.line[..]).unwrap_or_default();
        let line = if written.is_empty() {
            None
        } else {
            Some(written)
        };
        let now = ctx.line.filter(|_| line.is_none()).map(|l| {
            let version: &[u8] = if l.http11 { b"HTTP/1.1" } else { b"HTTP/1.0" };
            [l.method, b" ", l.target, b" ", version].concat()
        });
        let Some(line) = line.or(now.as_deref()) else {
            return text(b"<BADREQ>", flags, out);
        };
        let mut words = line.split(|b| *b == b' ');
        let method = words.next().unwrap_or_default();
        let (uri, version) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let path_end = uri.iter().position(|b| *b == b'?').unwrap_or(uri.len());
        text(
            match self {
                Self::Method => method,
                Self::Uri => uri,
                Self::Path => &uri[..path_end],
                Self::PathOnly => target::path(uri),
                Self::Query => &uri[path_end..],
                Self::Version => version,
                _ => line,
            },
            flags,
            out,
        );
    }

    fn write_state(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let (ended, cookies) = ctx.session.map_or(
            (trafficlog::Termination::NORMAL, trafficlog::Cookies::NONE),
            |s| (s.notes.termination(), s.cookies),
        );
        let all = [ended.cause, ended.state, cookies.client, cookies.server];
        let shown = if self == Self::Termination {
            &all[..2]
        } else {
            &all[..]
        };
        text(shown, flags, out);
    }

    fn write_captures(self, ctx: &Context<'_>, flags: Flags, out: &mut Vec<u8>) {
        let Some(memory) = ctx.memory.and_then(|m| m.try_borrow().ok()) else {
            if matches!(self, Self::RequestCookie | Self::ResponseCookie) {
                missing(None, flags, out);
            }
            return;
        };
        let (list, cookie) = match self {
            Self::RequestCookie => (None, Some(&memory.request_cookie)),
            Self::ResponseCookie => (None, Some(&memory.response_cookie)),
            Self::RequestHeaders | Self::RequestHeaderList => {
                (Some(&memory.request_captures), None)
            }
            _ => (Some(&memory.response_captures), None),
        };
        if let Some(cookie) = cookie {
            return missing(cookie.as_deref(), flags, out);
        }
        let list = list.map(Vec::as_slice).unwrap_or_default();
        if list.is_empty() || ctx.session.is_some_and(|s| s.notes.line.is_empty()) {
            return;
        }
        let braces = matches!(self, Self::RequestHeaders | Self::ResponseHeaders);
        if braces {
            let mut inner = Vec::new();
            inner.push(b'{');
            for (n, value) in list.iter().enumerate() {
                if n > 0 {
                    inner.push(b'|');
                }
                trafficlog::push_captured(&mut inner, value.as_deref().unwrap_or_default());
            }
            inner.push(b'}');
            return quoted(&inner, flags, out);
        }
        for (n, value) in list.iter().enumerate() {
            if n > 0 {
                out.push(b' ');
            }
            let mut shown = Vec::new();
            trafficlog::push_captured(&mut shown, value.as_deref().unwrap_or_default());
            if shown.is_empty() && !flags.quote {
                shown.push(b'-');
            }
            quoted(&shown, flags, out);
        }
    }
}

fn backend<'a>(ctx: &Context<'a>) -> &'a str {
    let backend = ctx
        .backend
        .and_then(|b| ctx.plan.backends.get(b))
        .map(|b| b.name.as_str());
    let frontend = ctx
        .plan
        .frontends
        .get(ctx.frontend)
        .map(|f| f.name.as_str());
    backend.or(frontend).unwrap_or("")
}

/// Our own end of the connection to the server, and the server's.
fn near_server(ctx: &Context<'_>) -> Option<SocketAddr> {
    sys::tcp::local_address(ctx.server_socket?).ok()
}

fn far_server(ctx: &Context<'_>) -> Option<SocketAddr> {
    sys::tcp::peer_address(ctx.server_socket?).ok()
}

fn ip(address: Option<SocketAddr>, flags: Flags, out: &mut Vec<u8>) {
    let shown = match (address.map(|a| a.ip().to_canonical()), flags.hex) {
        (None, _) => return missing(None, flags, out),
        (Some(IpAddr::V4(ip)), true) => format!("{:08X}", ip.to_bits()),
        (Some(IpAddr::V6(ip)), true) => format!("{:032X}", ip.to_bits()),
        (Some(ip), false) => ip.to_string(),
    };
    quoted(shown.as_bytes(), flags, out);
}

fn port(address: Option<SocketAddr>, flags: Flags, out: &mut Vec<u8>) {
    match address {
        Some(address) => number(u64::from(address.port()), flags, 4, out),
        None => missing(None, flags, out),
    }
}

/// `digits`: of a hexadecimal number at least.
fn number(n: u64, flags: Flags, digits: usize, out: &mut Vec<u8>) {
    if flags.hex {
        out.extend_from_slice(format!("{n:0digits$X}").as_bytes());
    } else {
        http1::write::decimal(n, out);
    }
}

fn signed(n: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(n.to_string().as_bytes());
}

fn text(text: &[u8], flags: Flags, out: &mut Vec<u8>) {
    let mut shown = Vec::with_capacity(text.len());
    trafficlog::push_text(&mut shown, text);
    quoted(&shown, flags, out);
}

fn missing(value: Option<&[u8]>, flags: Flags, out: &mut Vec<u8>) {
    match value {
        Some(value) => text(value, flags, out),
        None if flags.quote => out.extend_from_slice(b"\"\""),
        None => out.push(b'-'),
    }
}

fn quoted(text: &[u8], flags: Flags, out: &mut Vec<u8>) {
    if flags.quote {
        out.push(b'"');
    }
    if flags.escape {
        super::format::encode(text, true, true, out);
    } else {
        out.extend_from_slice(text);
    }
    if flags.quote {
        out.push(b'"');
    }
}

fn write_count(count: Count, ctx: &Context<'_>, out: &mut Vec<u8>) {
    let (counts, queues) = ctx
        .session
        .map(|s| (s.counts, s.queues))
        .unwrap_or_default();
    let n = match count {
        Count::Process => counts.process,
        Count::Frontend => counts.frontend,
        Count::Backend => counts.backend,
        Count::Server => counts.server,
        Count::Retries => {
            if counts.redispatched {
                out.push(b'+');
            }
            counts.retries
        }
        Count::ServerQueue => queues.server,
        Count::BackendQueue => queues.backend,
    };
    http1::write::decimal(n, out);
}

/// Milliseconds; `None` when the phase was not reached.
fn interval(timer: Timer, s: &SessionView<'_>, now: u64) -> Option<u64> {
    let n = s.notes;
    let between = |from: u64, to: u64| (from > 0 && to > 0).then(|| to.saturating_sub(from));
    let whole = now.saturating_sub(n.started);
    let ready = n.head_done.max(n.started);
    match timer {
        Timer::Request | Timer::Whole if s.http => between(n.started, n.head_done),
        Timer::Request | Timer::Whole => None,
        Timer::Idle | Timer::Handshake => Some(0),
        Timer::Queue => between(ready, n.connecting),
        Timer::Connect => between(n.connecting, n.connected),
        Timer::Response => between(n.connected, n.response),
        Timer::Active | Timer::Total | Timer::User => Some(whole),
        Timer::Data => between(n.response, now),
    }
}

fn write_date(date: Date, ctx: &Context<'_>, clock: &mut Clock, flags: Flags, out: &mut Vec<u8>) {
    let now = || i64::try_from(sys::epoll::unix_us() / 1000).unwrap_or(0);
    let accepted = ctx.session.map_or_else(now, |s| s.accepted_ms);
    let started = ctx.session.map_or_else(now, |s| s.started_ms);
    let mut shown = Vec::new();
    match date {
        Date::Accept => clock.push_traffic(&mut shown, accepted),
        Date::Request => clock.push_traffic(&mut shown, started),
        Date::AcceptGmt => clock.push_gmt(&mut shown, accepted),
        Date::RequestGmt => clock.push_gmt(&mut shown, started),
        Date::AcceptLocal => clock.push_clf(&mut shown, accepted),
        Date::RequestLocal => clock.push_clf(&mut shown, started),
        Date::Seconds => number((accepted / 1000).cast_unsigned(), flags, 8, &mut shown),
        Date::Milliseconds => shown.extend(format!("{:03}", accepted.rem_euclid(1000)).bytes()),
        Date::Microseconds => {
            shown.extend(format!("{:06}", accepted.rem_euclid(1000) * 1000).bytes());
        }
    }
    let flags = Flags {
        quote: flags.quote
            && !matches!(
                date,
                Date::Seconds | Date::Milliseconds | Date::Microseconds
            ),
        ..flags
    };
    quoted(&shown, flags, out);
}
