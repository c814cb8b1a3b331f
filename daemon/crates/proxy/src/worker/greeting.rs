//! Connections that begin with a PROXY protocol header (`accept-proxy`), and those to servers that
//! want one (`send-proxy`).

use super::Worker;
use super::conn::{Client, State};
use super::link::Read;
use super::log::line_number;
use crate::logs::unix_ms;
use crate::plan::Greeting;
use crate::preamble::{self, Fault};
use sys::tcp;
use trafficlog::Endpoint;

impl Worker {
    /// Reads until the header is whole; nothing else of the connection is looked at before.
    pub(super) fn read_greeting(&mut self, i: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        let verdict = self.greeting(i, &mut rx);
        self.rx = rx;
        match verdict {
            Ok(true) => self.greeted(i),
            Ok(false) => {}
            Err(fault) => self.not_greeted(i, fault),
        }
    }

    fn greeting(&mut self, i: u32, rx: &mut [u8]) -> Result<bool, Fault> {
        let c = &mut self.clients[i];
        let (greeting, number) = c.greeting();
        let named = |fault: Fault| match greeting {
            Greeting::Proxy => fault,
            Greeting::Netscaler => fault.of_netscaler(),
        };
        loop {
            match c.link.read(rx, &mut self.buffers) {
                Read::Data(n) => c.pend.extend_from_slice(&rx[..n]),
                Read::Blocked => return Ok(false),
                Read::End | Read::Broken if c.pend.is_empty() => {
                    return Err(named(Fault::Closed));
                }
                Read::End | Read::Broken => return Err(named(Fault::Truncated)),
            }
            let header = match greeting {
                Greeting::Proxy => preamble::read(&c.pend)?,
                Greeting::Netscaler => preamble::netscaler(&c.pend, number)?,
            };
            if let Some(header) = header {
                if let Some((source, destination)) = header.addresses {
                    c.peer = Some(source);
                    c.local = Some(destination);
                }
                if let Some(memory) = c.memory.as_ref().filter(|_| greeting == Greeting::Proxy) {
                    memory.borrow_mut().told = Some(header.told(&c.pend));
                }
                c.pend.drain(..header.length);
                return Ok(true);
            }
        }
    }

    /// The connection goes on as any other does from its beginning.
    fn greeted(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if c.acceptor().is_none() {
            return self.welcome(i);
        }
        c.state = State::Handshake;
        let timeouts = &c.frontend().timeouts;
        let wait = timeouts.http_request.min(timeouts.client);
        self.set_deadline(i, wait);
        // Its first message may have come behind the header.
        self.resume_later(i);
    }

    pub(super) fn not_greeted(&mut self, i: u32, fault: Fault) {
        self.turned_away(i, fault.number(), fault.text());
    }

    /// Ends a connection that did not come to a request, and says why where sessions are logged.
    pub(super) fn turned_away(&mut self, i: u32, number: i64, words: &'static str) {
        self.with_memory(i, |memory| memory.fault = Some((number, words)));
        self.tally_front(i, |t| &t.request_errors);
        let c = &self.clients[i];
        let f = c.frontend();
        let nothing = f.log.dont_log_null && c.pend.is_empty();
        let level = f.log.level_of_errors();
        let said = !nothing && self.logs.wants(f.section, level);
        if said && f.log.error.is_some() {
            self.log_unasked(i, level);
        } else if said {
            let bind = f.bind_names.get(c.bind as usize);
            let place = format!("{}/{}", f.name, bind.map_or("0", String::as_str));
            let unix = || Endpoint::Unix(line_number(c));
            let (section, client) = (f.section, c.peer.map_or_else(unix, Endpoint::Tcp));
            self.logs
                .refused(section, level, client, (&place, unix_ms()), words);
        }
        self.close_client(i);
    }

    /// Tells the exchange's server who the client is, when it wants to know. False when the new
    /// connection does not even take that.
    pub(super) fn introduce(&self, i: u32) -> bool {
        let Some(txn) = self.clients[i].txn.as_ref() else {
            return false;
        };
        let up = &self.ups[txn.up];
        let Some(header) = up.made.as_deref().map(|made| &made.header[..]) else {
            return true;
        };
        if header.is_empty() {
            return true;
        }
        // A request follows at once; a server in tcp mode may be the one who speaks first.
        let sent = if txn.http {
            tcp::send_more(up.link.fd(), header)
        } else {
            tcp::send(up.link.fd(), header)
        };
        sent.is_ok_and(|n| n == header.len())
    }

    /// The header did not come in time.
    pub(super) fn greets_too_late(&mut self, i: u32) {
        let fault = match self.clients[i].greeting().0 {
            Greeting::Proxy => Fault::Late,
            Greeting::Netscaler => Fault::Late.of_netscaler(),
        };
        self.not_greeted(i, fault);
    }
}

impl Client {
    /// What it is to begin with, and the number that NetScaler's header is known by.
    fn greeting(&self) -> (Greeting, u32) {
        let given = self.frontend().greetings.get(self.bind as usize);
        let (given, number) = given.copied().unwrap_or((None, 0));
        let expected = self.memory.as_ref().and_then(|m| m.borrow().expects);
        (given.or(expected).unwrap_or(Greeting::Proxy), number)
    }
}
