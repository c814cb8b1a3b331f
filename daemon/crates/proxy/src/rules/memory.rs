//! What rules remember: variables, captures, tracked counters, of a connection and its exchange.

use super::exchange::{OwnTimeouts, Priority};
use super::resolve::Question;
use super::value::Value;
use crate::plan::Greeting;
use crate::preamble::Told;
use crate::shared::table::{Counter, Tracked};
use config::Location;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use trafficlog::Level;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Process,
    Session,
    Exchange,
    Request,
    Response,
    /// Of a check under way.
    Check,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub scope: Scope,
    pub name: Arc<str>,
}

impl Variable {
    /// `txn.name`; `None` without a scope.
    pub fn new(text: &str) -> Option<Self> {
        let (scope, name) = text.split_once('.')?;
        let scope = match scope {
            "proc" => Scope::Process,
            "sess" => Scope::Session,
            "txn" => Scope::Exchange,
            "req" => Scope::Request,
            "res" => Scope::Response,
            "check" => Scope::Check,
            _ => return None,
        };
        Some(Self {
            scope,
            name: name.into(),
        })
    }
}

/// Variables of the whole process.
#[derive(Debug, Default)]
pub struct ProcessVariables(Mutex<Vec<(Arc<str>, Value<'static>)>>);

impl ProcessVariables {
    pub fn get(&self, name: &str) -> Option<Value<'static>> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = list.iter().find(|(known, _)| **known == *name)?;
        Some(found.1.clone())
    }

    pub fn set(&self, name: &Arc<str>, value: Option<Value<'static>>) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|(known, _)| known != name);
        list.extend(value.map(|value| (name.clone(), value)));
    }
}

#[derive(Debug, Default)]
pub struct Memory {
    variables: Vec<(Variable, Value<'static>)>,
    pub tracked: [Option<Tracked>; 3],
    pub request_captures: Vec<Option<Vec<u8>>>,
    pub response_captures: Vec<Option<Vec<u8>>>,
    pub request_cookie: Option<Vec<u8>>,
    pub response_cookie: Option<Vec<u8>>,
    pub unique_id: Option<Vec<u8>>,
    pub log_level: Option<LogLevel>,
    /// The rule that decided last.
    pub last_rule: Option<Location>,
    /// `disable-l7-retry`: the request is not sent again once it reached a server.
    pub once: bool,
    pub priority: Priority,
    /// `set-timeout`
    pub own: OwnTimeouts,
    /// Fields of the 103 that is to be sent.
    pub hints: Vec<u8>,
    /// `set-src`: who the client is taken to be.
    pub source: Moved,
    /// `set-dst`: the address that the client is taken to have connected to.
    pub destination: Moved,
    /// `do-resolve` waits for the address of a name.
    pub question: Option<Box<Question>>,
    /// What the header of the PROXY protocol said besides addresses.
    pub told: Option<Told>,
    /// Why the connection did not come to a request, in haproxy's number and words.
    pub fault: Option<(i64, &'static str)>,
    /// The same of TLS.
    pub tls_fault: Option<tls::session::Fault>,
    /// Why the last handshake with a server failed.
    pub server_fault: Option<tls::session::Fault>,
    /// `expect-proxy`, `expect-netscaler-cip`: what the connection begins with.
    pub expects: Option<Greeting>,
    /// Of a stream: variables of the session that it has set or taken away. Others may have changed
    /// the rest meanwhile.
    touched: Option<Vec<Variable>>,
}

/// An address in the place of the connection's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moved {
    /// Set before the first request: it holds for the connection.
    session: Option<SocketAddr>,
    exchange: Option<SocketAddr>,
}

impl Moved {
    pub fn address(&self) -> Option<SocketAddr> {
        self.exchange.or(self.session)
    }

    pub fn set(&mut self, address: SocketAddr, session_phase: bool) {
        if session_phase {
            self.session = Some(address);
        } else {
            self.exchange = Some(address);
        }
    }

    fn end_exchange(&mut self) {
        self.exchange = None;
    }
}

/// `set-log-level`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Silent,
    As(Level),
}

impl Memory {
    pub fn get(&self, variable: &Variable) -> Option<Value<'static>> {
        let found = self.variables.iter().find(|(known, _)| known == variable)?;
        Some(found.1.clone())
    }

    pub fn set(&mut self, variable: &Variable, value: Option<Value<'static>>) {
        if let Some(touched) = &mut self.touched
            && variable.scope == Scope::Session
            && !touched.contains(variable)
        {
            touched.push(variable.clone());
        }
        let place = self
            .variables
            .iter_mut()
            .find(|(known, _)| known == variable);
        match (place, value) {
            (Some(place), Some(value)) => place.1 = value,
            (None, Some(value)) => self.variables.push((variable.clone(), value)),
            (_, None) => self.variables.retain(|(known, _)| known != variable),
        }
    }

    fn forget(&mut self, scope: Scope) {
        self.variables
            .retain(|(variable, _)| variable.scope != scope);
    }

    /// The response begins: variables of the request are gone.
    pub fn begin_response(&mut self) {
        self.forget(Scope::Request);
    }

    /// Counts for everything that is tracked.
    pub fn count(&self, counters: &[Counter], n: u64, now: u64) {
        for tracked in self.tracked.iter().flatten() {
            for counter in counters {
                tracked.add(*counter, n, now);
            }
        }
    }

    /// The exchange is over: what belongs to it goes.
    pub fn end_exchange(&mut self, now: u64) {
        self.server_fault = None;
        for scope in [Scope::Exchange, Scope::Request, Scope::Response] {
            self.forget(scope);
        }
        for slot in &mut self.tracked {
            if let Some(tracked) = slot.take_if(|tracked| tracked.per_request) {
                tracked.end(now);
            }
        }
        self.forget_captures();
        self.unique_id = None;
        self.log_level = None;
        self.last_rule = None;
        self.once = false;
        self.priority = Priority::default();
        self.own = OwnTimeouts::default();
        self.hints.clear();
        self.source.end_exchange();
        self.destination.end_exchange();
        self.question = None;
    }

    pub fn forget_captures(&mut self) {
        self.request_captures.iter_mut().for_each(|c| *c = None);
        self.response_captures.iter_mut().for_each(|c| *c = None);
        self.request_cookie = None;
        self.response_cookie = None;
    }

    /// For a stream of the connection: what is the session's is seen there, too.
    #[must_use]
    pub fn of_stream(&self) -> Self {
        let lent = |slot: &Option<Tracked>| slot.as_ref().map(Tracked::lend);
        let shared = self.variables.iter();
        Self {
            variables: shared
                .filter(|(variable, _)| variable.scope == Scope::Session)
                .cloned()
                .collect(),
            tracked: [0, 1, 2].map(|n| lent(&self.tracked[n])),
            source: self.source,
            destination: self.destination,
            told: self.told.clone(),
            touched: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// What a stream of the connection has left in the session.
    pub fn take_session(&mut self, stream: &mut Self) {
        for variable in stream.touched.take().unwrap_or_default() {
            self.set(&variable, stream.get(&variable));
        }
    }

    pub fn end_connection(&mut self, now: u64) {
        for slot in &mut self.tracked {
            if let Some(tracked) = slot.take() {
                tracked.end(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_changes_of_the_session_what_it_touched_and_nothing_else() {
        let variable = |name: &str| Variable::new(name).unwrap();
        let number = |n: i64| Some(Value::Int(n));
        let (kept, gone) = (variable("sess.kept"), variable("sess.gone"));
        let mut session = Memory::default();
        session.set(&kept, number(1));
        session.set(&gone, number(1));
        let mut slow = session.of_stream();
        let mut quick = session.of_stream();
        quick.set(&kept, number(2));
        slow.set(&gone, None);
        slow.set(&variable("txn.own"), number(3));
        session.take_session(&mut quick);
        session.take_session(&mut slow);
        let text = |v: &Variable| session.get(v).map(|v| v.text().to_vec());
        assert_eq!(text(&kept), Some(b"2".to_vec()));
        assert_eq!(text(&gone), None);
        assert_eq!(text(&variable("txn.own")), None);
    }
}
