//! `option httpchk`, and what the lines about checks come to.

use super::http_check::Exchange;
use crate::haproxy::args::Args;
use crate::haproxy::model::{CheckConnect, CheckProtocol, CheckStep, HealthCheck, HttpStep};
use crate::haproxy::section::Section;
use crate::source::{Span, Spanned};

/// What the lines about checks have said so far.
#[derive(Debug, Clone, Default)]
pub struct CheckLines {
    /// `option httpchk`, where it stands.
    pub httpchk: Option<Span>,
    /// The request of `option httpchk` and what `http-check` lines add to it, as long as there is
    /// no `http-check connect`.
    pub only: Exchange,
    /// From the first `http-check connect` on: a connection and what is asked over it.
    pub connections: Vec<(CheckConnect, Option<Exchange>)>,
    /// There was an `http-check send`.
    pub sent: bool,
    /// `http-check comment`, for the line that follows.
    pub comment: Option<String>,
    /// The first `http-check` line, to say when it has no effect.
    pub first_line: Option<Span>,
    /// `option tcp-check`, where it stands.
    pub tcp_check: Option<Span>,
    pub steps: Vec<CheckStep>,
    /// The first `tcp-check` line, to say when it has no effect.
    pub first_step: Option<Span>,
    protocol: Option<Spanned<CheckProtocol>>,
}

impl CheckLines {
    /// The check that the lines ask for.
    pub fn build(&self) -> Spanned<HealthCheck> {
        if let Some(protocol) = &self.protocol {
            return protocol.clone().map(HealthCheck::Protocol);
        }
        if let Some(span) = self.tcp_check.filter(|_| !self.steps.is_empty()) {
            return Spanned::new(HealthCheck::Steps(self.steps.clone()), span);
        }
        let Some(span) = self.httpchk else {
            return Spanned::implied(HealthCheck::Tcp);
        };
        if self.connections.is_empty() {
            return Spanned::new(HealthCheck::Http(Box::new(self.only.build(span))), span);
        }
        let count = self.connections.len();
        let mut steps = Vec::new();
        for (connect, exchange) in &self.connections {
            steps.push(HttpStep::Connect(connect.clone()));
            // A lone connection is asked what the option says.
            let exchange = exchange.as_ref().or((count == 1).then_some(&self.only));
            steps.extend(exchange.map(|e| HttpStep::Exchange(Box::new(e.build(span)))));
        }
        Spanned::new(HealthCheck::HttpSteps(steps), span)
    }
}

impl CheckLines {
    /// One kind of check at a time: the last `option` counts.
    pub fn start_over(&mut self) {
        self.httpchk = None;
        self.tcp_check = None;
        self.protocol = None;
    }

    pub fn set_protocol(&mut self, protocol: Spanned<CheckProtocol>) {
        self.start_over();
        self.protocol = Some(protocol);
    }
}

/// `option httpchk [[METHOD] URI [VERSION]]`; old files put headers behind the version.
pub fn httpchk(section: &mut Section, args: &mut Args<'_>, span: Span) {
    let lines = &mut section.check;
    lines.start_over();
    lines.httpchk = Some(span);
    match args.rest().len() {
        0 => {}
        1 => lines.only.uri = args.take_string(),
        _ => {
            lines.only.method = args.take_string();
            lines.only.uri = args.take_string();
            if let Some(version) = args.take() {
                old_headers(lines, version);
            }
        }
    }
}

/// `HTTP/1.1\r\nHost:\ www`: the spelling of version 2.1 and before.
fn old_headers(lines: &mut CheckLines, word: &crate::haproxy::lexer::Word<'_>) {
    let mut parts = word.text.split("\r\n");
    let version = parts.next().unwrap_or("").to_owned();
    lines.only.version = Some(Spanned::new(version, word.span));
    for header in parts {
        if let Some((name, value)) = header.split_once(':') {
            let name = Spanned::new(name.to_owned(), word.span);
            lines
                .only
                .headers
                .push((name, Spanned::new(value.trim().to_owned(), word.span)));
        }
    }
}

/// `option tcp-check`: the connection alone is the check, unless `tcp-check` lines say more.
pub fn tcpchk(section: &mut Section, span: Span) {
    section.check.start_over();
    section.check.tcp_check = Some(span);
}
