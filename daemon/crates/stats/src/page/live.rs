//! What the page shows, in as few bytes as it takes: it asks for this every second.

use crate::json::string;
use crate::{Column, Field, Info, Row, Value};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A virtual router of this host, as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Instance {
    pub name: String,
    /// `MASTER`, `BACKUP`, `FAULT`, `INIT`.
    pub state: String,
    pub interface: String,
    pub router_id: u64,
    /// `ipv4` or `ipv6`.
    pub family: String,
    pub priority: u64,
    /// Virtual addresses.
    pub addresses: Vec<String>,
    /// The address of the master, where another one is.
    pub master: Option<String>,
    /// How often it became master.
    pub transitions: u64,
}

pub struct Live<'a> {
    pub rows: &'a [Row],
    pub info: &'a Info,
    pub instances: &'a [Instance],
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
