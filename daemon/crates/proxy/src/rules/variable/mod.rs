//! Variables of log formats (configuration manual, 8.2.4).

mod measures;
mod request;
mod text;
mod write;

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
    TlsCipher,
    TlsVersion,
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
            "sslc" => V::TlsCipher,
            "sslv" => V::TlsVersion,
            _ => return None,
        })
    }

    /// Whether it shows what rules left behind.
    pub fn is_remembered(self) -> bool {
        matches!(self, Self::UniqueId)
    }
}
