//! Connections that begin with a PROXY protocol header (`accept-proxy`), and those to servers that
//! want one (`send-proxy`).

use super::Worker;
use super::conn::State;
use super::link::Read;
use super::log::NOWHERE;
use crate::logs::unix_ms;
use crate::plan::{Mode, Preamble};
use crate::preamble::{self, Addresses, Fault};
use sys::tcp;

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
        loop {
            match c.link.read(rx) {
                Read::Data(n) => c.pend.extend_from_slice(&rx[..n]),
                Read::Blocked => return Ok(false),
                Read::End | Read::Broken if c.pend.is_empty() => {
                    return Err(Fault::Closed);
                }
                Read::End | Read::Broken => return Err(Fault::Truncated),
            }
            if let Some(header) = preamble::read(&c.pend)? {
                if let Some((source, destination)) = header.addresses {
                    c.peer = Some(source);
                    c.local = Some(destination);
                }
                if let Some(memory) = &c.memory {
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
        c.state = State::Head;
        let f = c.frontend();
        let (mode, wait) = (f.mode, f.timeouts.http_request.min(f.timeouts.client));
        self.set_deadline(i, wait);
        if !self.admitted(i, true) {
            return;
        }
        if mode == Mode::Tcp {
            return self.begin_session(i);
        }
        // The scratch buffer may be in use further up.
        self.resume_later(i);
    }

    /// Ends the connection, and says why where sessions are logged.
    pub(super) fn not_greeted(&mut self, i: u32, fault: Fault) {
        self.with_memory(i, |memory| memory.fault = Some(fault));
        let c = &self.clients[i];
        let f = c.frontend();
        f.shared.workers[self.id].errors.add(1);
        let nothing = f.log.dont_log_null && c.pend.is_empty();
        let level = f.log.level_of_errors();
        let said = !nothing && self.logs.wants(f.section, level);
        if said && f.log.error.is_some() {
            self.log_unasked(i, level);
        } else if said {
            let bind = f.bind_names.get(c.bind as usize);
            let place = format!("{}/{}", f.name, bind.map_or("0", String::as_str));
            let (section, client) = (f.section, c.peer.unwrap_or(NOWHERE));
            self.logs
                .refused(section, level, client, (&place, unix_ms()), fault.text());
        }
        self.close_client(i);
    }

    /// Tells the exchange's server who the client is, when it wants to know. False when the new
    /// connection does not even take that.
    pub(super) fn introduce(&self, i: u32) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else {
            return false;
        };
        let Some(version) = txn.server(&c.plan).and_then(|s| s.preamble) else {
            return true;
        };
        let addresses: Addresses = self.client_address(i).zip(c.local());
        let header = match version {
            Preamble::V1 => preamble::write_v1(addresses),
            Preamble::V2 => preamble::write_v2(addresses),
        };
        let fd = &self.ups[txn.up].link.fd;
        // A request follows at once; a server in tcp mode may be the one who speaks first.
        let sent = if txn.http {
            tcp::send_more(fd, &header)
        } else {
            tcp::send(fd, &header)
        };
        sent.is_ok_and(|n| n == header.len())
    }
}
