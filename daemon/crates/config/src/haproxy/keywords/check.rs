//! `option httpchk` and its like, and what the lines about checks come to.

use super::check_lines::{HttpLine, Lines};
use crate::haproxy::args::Args;
use crate::haproxy::model::{
    CheckAction, CheckExpect, CheckProtocol, CheckRequest, CheckStep, CheckText, ExpectKind,
    ExternalCheck, Format, FormatPart, HealthCheck,
};
use crate::haproxy::section::Section;
use crate::source::{Span, Spanned};

/// A request as far as lines have said.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    pub method: Option<Spanned<String>>,
    pub uri: Option<CheckText>,
    pub version: Option<Spanned<String>>,
    pub headers: Vec<(Spanned<String>, Format)>,
    pub body: Option<CheckText>,
}

impl Exchange {
    /// `base`: what is said elsewhere, for what is not said here. Headers are said as a whole.
    fn over(&self, base: &Self, span: Span) -> CheckRequest {
        let or = |own: &Option<Spanned<String>>, base: &Option<Spanned<String>>, default: &str| {
            let known = own.as_ref().or(base.as_ref()).cloned();
            known.unwrap_or_else(|| Spanned::new(default.to_owned(), span))
        };
        let uri = self.uri.as_ref().or(base.uri.as_ref()).cloned();
        let headers = if self.headers.is_empty() {
            &base.headers
        } else {
            &self.headers
        };
        CheckRequest {
            method: or(&self.method, &base.method, "OPTIONS"),
            uri: uri.unwrap_or_else(|| CheckText::Fixed(b"/".to_vec())),
            version: or(&self.version, &base.version, "HTTP/1.0"),
            headers: headers.clone(),
            body: self.body.clone(),
        }
    }
}

/// What the lines about checks have said so far.
#[derive(Debug, Clone, Default)]
pub struct CheckLines {
    /// `option httpchk`, where it stands, and its request.
    pub httpchk: Option<Span>,
    pub asked: Exchange,
    /// `http-check`
    pub http: Lines<HttpLine>,
    /// `option tcp-check`, where it stands.
    pub tcp_check: Option<Span>,
    /// `tcp-check`
    pub bytes: Lines<CheckAction>,
    protocol: Option<Spanned<CheckProtocol>>,
    /// `option external-check`, where it stands.
    pub external: Option<Span>,
    /// `external-check`
    pub program: ExternalCheck,
}

impl CheckLines {
    /// The check that the lines ask for.
    pub fn build(&self) -> Spanned<HealthCheck> {
        if let Some(protocol) = &self.protocol {
            return protocol.clone().map(HealthCheck::Protocol);
        }
        if let Some(span) = self.external {
            return Spanned::new(HealthCheck::External(self.program.clone()), span);
        }
        if let Some(span) = self.tcp_check.filter(|_| !self.bytes.steps.is_empty()) {
            let steps = self.bytes.steps.iter().cloned();
            return Spanned::new(
                HealthCheck::Steps(steps.map(CheckStep::from).collect()),
                span,
            );
        }
        match self.httpchk {
            Some(span) => Spanned::new(HealthCheck::Http(self.http_steps(span)), span),
            None => Spanned::implied(HealthCheck::Tcp),
        }
    }

    /// The lines, with the request of the option and an expectation where there is none.
    fn http_steps(&self, span: Span) -> Vec<CheckStep> {
        let mut steps = Vec::new();
        let (mut connections, mut requests) = (0, 0);
        for line in &self.http.steps {
            let action = match &line.action {
                HttpLine::Send(exchange) => {
                    requests += 1;
                    let base = &Exchange::default();
                    let base = if requests == 1 { &self.asked } else { base };
                    CheckAction::Request(Box::new(exchange.over(base, span)))
                }
                HttpLine::Step(action) => {
                    connections += usize::from(matches!(action, CheckAction::Connect(_)));
                    action.clone()
                }
            };
            steps.push(CheckStep {
                action,
                comment: line.comment.clone(),
                number: line.number,
            });
        }
        let implied = |action| CheckStep {
            action,
            comment: None,
            number: 0,
        };
        if requests == 0 && connections < 2 {
            // A lone connection is asked what the option says.
            let asked = Exchange::default().over(&self.asked, span);
            let is_connect = |step: &CheckStep| matches!(step.action, CheckAction::Connect(_));
            let at = steps.iter().position(is_connect).map_or(0, |at| at + 1);
            steps.insert(at, implied(CheckAction::Request(Box::new(asked))));
        }
        let is_request = |step: &CheckStep| matches!(step.action, CheckAction::Request(_));
        let is_expect = |step: &CheckStep| matches!(step.action, CheckAction::Expect(_));
        let last = steps
            .iter()
            .rposition(|step| is_request(step) || is_expect(step));
        if let Some(at) = last.filter(|at| is_request(&steps[*at])) {
            let usual = CheckAction::Expect(Box::new(usual()));
            steps.insert(at + 1, implied(usual));
        }
        steps
    }

    /// One kind of check at a time: the last `option` counts.
    pub fn start_over(&mut self) {
        self.httpchk = None;
        self.tcp_check = None;
        self.protocol = None;
        self.external = None;
    }

    pub fn set_protocol(&mut self, protocol: Spanned<CheckProtocol>) {
        self.start_over();
        self.protocol = Some(protocol);
    }

    /// A section begins with what `defaults` said; lines of its own take the place of those.
    pub fn inherit(&mut self) {
        self.http.inherited = true;
        self.bytes.inherited = true;
    }
}

/// Any status from 200 to 399.
fn usual() -> CheckExpect {
    CheckExpect::of(ExpectKind::Status(vec![200..=399]))
}

/// `option httpchk [[METHOD] URI [VERSION]]`; old files put headers behind the version.
pub fn httpchk(section: &mut Section, args: &mut Args<'_>, span: Span) {
    let lines = &mut section.check;
    lines.start_over();
    lines.httpchk = Some(span);
    let uri = |args: &mut Args<'_>| {
        let uri = args.take_string()?;
        Some(CheckText::Fixed(uri.value.into_bytes()))
    };
    let mut asked = Exchange::default();
    match args.rest().len() {
        0 => {}
        1 => asked.uri = uri(args),
        _ => {
            asked.method = args.take_string();
            asked.uri = uri(args);
            if let Some(version) = args.take() {
                old_headers(&mut asked, version);
            }
        }
    }
    lines.asked = asked;
}

/// `HTTP/1.1\r\nHost:\ www`: the spelling of version 2.1 and before.
fn old_headers(asked: &mut Exchange, word: &crate::haproxy::lexer::Word<'_>) {
    let mut parts = word.text.split("\r\n");
    let version = parts.next().unwrap_or("").to_owned();
    asked.version = Some(Spanned::new(version, word.span));
    for header in parts {
        if let Some((name, value)) = header.split_once(':') {
            let text = Spanned::new(value.trim().to_owned(), word.span);
            let value = Format {
                parts: vec![FormatPart::Literal(text.value.clone())],
                text,
            };
            let name = Spanned::new(name.to_owned(), word.span);
            asked.headers.push((name, value));
        }
    }
}

/// `option tcp-check`: the connection alone is the check, unless `tcp-check` lines say more.
pub fn tcpchk(section: &mut Section, span: Span) {
    section.check.start_over();
    section.check.tcp_check = Some(span);
}
