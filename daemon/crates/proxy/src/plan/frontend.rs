//! A frontend as the workers use it.

use super::{
    Answers, BindPlace, Capture, ConnectionMode, ForwardFor, Greeting, Inspection, LogPlan, Mode,
    Route, Spoken, Timeouts,
};
use crate::rules::{Condition, Format, Rule, TcpRule};
use crate::shared::{FrontendShared, Traffic};
use http1::Manner;
use std::sync::Arc;

#[derive(Debug)]
pub struct Frontend {
    pub name: String,
    pub mode: Mode,
    pub shared: Arc<FrontendShared>,
    /// Index into `model.proxies`.
    pub section: usize,
    pub maxconn: u32,
    pub timeouts: Timeouts,
    pub connection_mode: ConnectionMode,
    pub forwardfor: Option<ForwardFor>,
    pub originalto: Option<ForwardFor>,
    pub tcp_keepalive: bool,
    /// `option http-buffer-request`
    pub holds: bool,
    pub ignore_probes: bool,
    /// How much of what breaks the protocol is let pass of requests.
    pub manner: Manner,
    /// `tcp-request connection`, `session`, `content`
    pub connection_rules: Vec<TcpRule>,
    pub session_rules: Vec<TcpRule>,
    pub content: Inspection,
    pub request_rules: Vec<Rule>,
    /// The statistics page and the lines `redirect …`: `allow` passes over neither.
    pub late_rules: Vec<Rule>,
    pub response_rules: Vec<Rule>,
    /// Run over answers of the proxy itself, too.
    pub after_rules: Vec<Rule>,
    pub use_backends: Vec<(Option<Condition>, Route)>,
    pub default_backend: Option<usize>,
    pub monitor_uri: Option<Vec<u8>>,
    pub monitor_fail: Vec<Condition>,
    pub unique_id: Option<Format>,
    pub unique_id_header: Option<Vec<u8>>,
    pub request_captures: Vec<Capture>,
    pub response_captures: Vec<Capture>,
    pub cookie_capture: Option<Capture>,
    pub log: LogPlan,
    pub answers: Arc<Answers>,
    pub addresses: Vec<String>,
    /// New connections in a second; 0 = no limit.
    pub session_limit: u32,
    /// Some limit of a rate applies here.
    pub paced: bool,
    /// What is counted of each address; empty where nothing is of any.
    pub bind_places: Vec<Option<Arc<BindPlace>>>,
    /// For each address: what connections begin with, and the magic number of NetScaler's header.
    pub greetings: Vec<(Option<Greeting>, u32)>,
    /// For each address: what accepts encrypted connections, where they are.
    pub acceptors: Vec<Option<::tls::Acceptor>>,
    /// What is spoken at each address.
    pub spoken: Vec<Spoken>,
    /// Of each address: the `id` of its line, or its place from 1.
    pub bind_numbers: Vec<u32>,
    /// Its `name`, or its number.
    pub bind_names: Vec<String>,
}

impl Frontend {
    pub fn place(&self, bind: u32) -> Option<&Arc<BindPlace>> {
        self.bind_places.get(bind as usize)?.as_ref()
    }

    /// The number of an address: what those of unix sockets are told apart by.
    pub fn bind_number(&self, bind: usize) -> Option<u32> {
        self.bind_numbers.get(bind).copied()
    }

    /// The counters of an address that has a line of its own in the statistics.
    pub fn listener(&self, bind: u32) -> Option<&[Traffic]> {
        let place = self.place(bind).filter(|place| place.counted)?;
        Some(&place.shared.traffic)
    }

    /// Which addresses have one.
    pub fn counted_binds(&self) -> impl Iterator<Item = (usize, &BindPlace)> {
        let all = self.bind_places.iter().enumerate();
        let places = all.filter_map(|(at, place)| Some((at, place.as_deref()?)));
        places.filter(|(_, place)| place.counted)
    }
}
