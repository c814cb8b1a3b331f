//! What the page shows, in as few bytes as it takes: it asks for this every second.

use crate::json::string;
use crate::{Column, Field, Info, Row, Value};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A virtual router of this host, as the page shows it; the names are those of `tandemd status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Instance {
    pub name: String,
    /// `MASTER`, `BACKUP`, `FAULT`, `INIT`.
    pub state: String,
    /// Why it is not as it was meant to be.
    pub reasons: Vec<String>,
    pub interface: String,
    pub virtual_router_id: u64,
    /// `ipv4` or `ipv6`.
    pub family: String,
    pub effective_priority: u64,
    /// Virtual addresses, and those that are on this host.
    pub addresses: Vec<String>,
    pub held: Vec<String>,
    /// Who is master, this host or another one.
    pub master: Option<Router>,
    /// The other hosts of which was heard.
    pub peers: Vec<Router>,
    /// Since when, in unix milliseconds.
    pub since: u64,
    /// How often the state changed.
    pub transitions: u64,
}

/// A host as another one hears of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Router {
    pub address: String,
    pub state: Option<String>,
    pub priority: Option<u64>,
    /// Whether it says that it hears this host; not known of peers that do not report.
    pub hears_us: Option<bool>,
    pub last_advert_heard_ms: Option<u64>,
}

/// The certificate that ends first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expiry {
    /// How many there are.
    pub count: usize,
    /// The name that it is for.
    pub name: String,
    /// When it ends, in unix seconds.
    pub not_after: u64,
}

pub struct Live<'a> {
    pub rows: &'a [Row],
    pub info: &'a Info,
    pub instances: &'a [Instance],
    /// Of the certificates that clients are shown.
    pub expiry: Option<Expiry>,
    /// Unix milliseconds.
    pub now: u64,
}

/// What the page shows of a row.
const SHOWN: &[Column] = &[
    Column::Pxname,
    Column::Svname,
    Column::Type,
    Column::Iid,
    Column::Sid,
    Column::Status,
    Column::Mode,
    Column::Qcur,
    Column::Qmax,
    Column::Scur,
    Column::Smax,
    Column::Slim,
    Column::Stot,
    Column::Bin,
    Column::Bout,
    Column::Dreq,
    Column::Dresp,
    Column::Ereq,
    Column::Econ,
    Column::Eresp,
    Column::Wretr,
    Column::Wredis,
    Column::Weight,
    Column::Act,
    Column::Bck,
    Column::Chkfail,
    Column::Chkdown,
    Column::Lastchg,
    Column::Downtime,
    Column::Throttle,
    Column::Tracked,
    Column::Rate,
    Column::RateMax,
    Column::CheckStatus,
    Column::CheckCode,
    Column::CheckDuration,
    Column::CheckDesc,
    Column::LastChk,
    Column::AgentStatus,
    Column::LastAgt,
    Column::Hrsp1xx,
    Column::Hrsp2xx,
    Column::Hrsp3xx,
    Column::Hrsp4xx,
    Column::Hrsp5xx,
    Column::HrspOther,
    Column::ReqRate,
    Column::ReqTot,
    Column::CliAbrt,
    Column::SrvAbrt,
    Column::Lastsess,
    Column::Qtime,
    Column::Ctime,
    Column::Rtime,
    Column::Ttime,
    Column::RtimeMax,
    Column::Addr,
    Column::Cookie,
    Column::Algo,
];

const KNOWN: &[Field] = &[
    Field::Pid,
    Field::UptimeSec,
    Field::Nbthread,
    Field::CurrConns,
    Field::Maxconn,
    Field::CumConns,
    Field::CumReq,
    Field::ConnRate,
    Field::SessRate,
    Field::BytesOutRate,
    Field::Stopping,
];

impl Live<'_> {
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(1024 + self.rows.len() * 400);
        let _ = write!(out, "{{\"now\":{},\"info\":{{", self.now);
        for (at, field) in KNOWN.iter().enumerate() {
            separate(at, &mut out);
            let _ = write!(
                out,
                "\"{}\":{}",
                field.entry().name,
                self.info.number(*field)
            );
        }
        out.push_str("},\"vrrp\":");
        let instances = serde_json::to_string(self.instances);
        out.push_str(instances.as_deref().unwrap_or("[]"));
        out.push_str(",\"expiry\":");
        let expiry = serde_json::to_string(&self.expiry);
        out.push_str(expiry.as_deref().unwrap_or("null"));
        out.push_str(",\"columns\":[");
        for (at, column) in SHOWN.iter().enumerate() {
            separate(at, &mut out);
            string(column.entry().name, &mut out);
        }
        out.push_str("],\"rows\":[");
        for (at, row) in self.rows.iter().enumerate() {
            separate(at, &mut out);
            line(row, &mut out);
        }
        out.push_str("]}");
        out
    }
}

fn line(row: &Row, out: &mut String) {
    out.push('[');
    for (at, column) in SHOWN.iter().enumerate() {
        separate(at, out);
        match row.get(*column) {
            None => out.push_str("null"),
            Some(Value::Text(text)) => string(text, out),
            Some(number) => {
                let _ = write!(out, "{number}");
            }
        }
    }
    out.push(']');
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}
