//! What is asked on standard input and answered on standard output, a line of JSON each.

use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Command {
    /// Opens HTTP origins on free ports of 127.0.0.1.
    Origin {
        count: usize,
        body: usize,
    },
    /// Opens a receiver of datagrams; they are counted.
    Sink,
    Load(Order),
    /// Keeps so many connections open, each after one request. They stay until `release`.
    Hold {
        port: u16,
        connections: usize,
        #[serde(default)]
        tls: Option<Tls>,
    },
    Release,
}

/// A load and how long it lasts: a time after a warm-up, or a number of requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    pub port: u16,
    pub connections: usize,
    /// The bytes of each request.
    pub request: String,
    /// A new connection for each request, which the other side closes.
    #[serde(default)]
    pub each: bool,
    pub warmup_ms: u64,
    pub measure_ms: u64,
    /// Ends earlier, after so many requests.
    #[serde(default)]
    pub requests: Option<u64>,
    /// Requests offered per second, whatever is answered. Without it each connection asks as soon
    /// as it was answered.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Processes whose processor time is counted.
    #[serde(default)]
    pub pids: Vec<u32>,
    /// Without it the connections are in the clear.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// So many requests at a time on each connection, in HTTP/2. Without it HTTP/1.1 is spoken.
    #[serde(default)]
    pub streams: Option<usize>,
}

/// How connections begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tls {
    Full,
    /// With a ticket of a connection before, where there is one.
    Resumed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    Ports(Vec<u16>),
    Result(Figures),
    Held(usize),
    Released(usize),
    Error(String),
}

/// What a load measured. Times are microseconds.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub requests: u64,
    pub errors: u64,
    /// Requests that were due and found no free connection until the end.
    pub unsent: u64,
    /// Of connections that had one request each: those that took a session up again.
    pub resumed: u64,
    /// What went wrong first.
    pub first_error: Option<String>,
    /// Datagrams that the sink got for how many requests, the last of them after the measured time.
    pub datagrams: u64,
    pub logged: u64,
    pub elapsed: f64,
    pub cpu: CpuTime,
    /// From when the request was due until its answer was complete; only with a rate.
    pub latency: Option<Latency>,
}

/// Exact in total; user and system by the kernel's ticks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub struct CpuTime {
    pub total: f64,
    pub user: f64,
    pub system: f64,
    /// How often a thread had nothing to do and let another one run.
    pub sleeps: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}
