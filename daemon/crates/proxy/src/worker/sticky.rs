//! Persistence by cookie: from the request's cookie to a server, and the cookie in the answer.

use super::Worker;
use super::conn::Txn;
use crate::persist::{self, Cookie, Found, find, set_by_server, without, without_prefix};
use crate::rules::Message;
use config::haproxy::model::CookieMode;
use http1::{Field, Method};
use trafficlog::Cookies;

fn now_s() -> u64 {
    sys::epoll::unix_us() / 1_000_000
}

impl Worker {
    /// Finds the server that the request's cookie means; the cookie goes on as configured.
    pub(super) fn stick(&mut self, i: u32, data: &[u8], fields: &mut [Field], txn: &mut Txn) {
        if !self.has_cookie(i, txn) {
            return;
        }
        let plan = self.clients[i].plan.clone();
        let Some(b) = txn.backend(&plan) else { return };
        let Some(cookie) = &b.cookie else { return };
        let mut client = b'N';
        let message = Message {
            buf: data,
            fields,
            edits: &self.edits,
        };
        let server = |found: &Found<'_>| {
            let mut all = b.servers.iter();
            all.position(|s| s.cookie.name().as_deref() == Some(found.server))
        };
        let serves = |s: usize| b.servers[s].shared.state().keeps();
        let forced = b.persist || txn.persistence == Some(true);
        let given = || find(cookie, message.values(b"cookie"));
        // The first whose server may serve, else the first.
        let able = given().find(|found| server(found).is_some_and(|s| forced || serves(s)));
        let found = able.or_else(|| given().next());
        if let Some(found) = found {
            let server = server(&found);
            client = match (server, cookie.verdict_on_dates(&found, now_s())) {
                // Nobody asks whom it means.
                _ if txn.persistence == Some(false) => b'U',
                (None, _) if txn.preferred.is_some() => b'U',
                (None, _) => b'I',
                (Some(_), Some(old)) => old,
                (Some(s), None) => {
                    txn.sticky = u32::try_from(s).ok();
                    txn.first_cookie = found.first;
                    txn.dated_cookie = found.last.is_some() || found.first.is_some();
                    // A rule chose before the cookie was looked at.
                    match txn.preferred {
                        Some(_) => b'U',
                        None if forced && !serves(s) => b'D',
                        None => b'V',
                    }
                }
            };
        }
        let prefixed = cookie.mode == CookieMode::Prefix && txn.sticky.is_some();
        let hidden = cookie.mode == CookieMode::Insert && cookie.indirect;
        if found.is_some() && (hidden || prefixed) {
            let lines: Vec<Vec<u8>> = message
                .values(b"cookie")
                .filter_map(|line| {
                    if prefixed {
                        Some(without_prefix(line, &cookie.name))
                    } else {
                        without(line, &cookie.name)
                    }
                })
                .collect();
            let is_cookie = |n: &[u8]| n.eq_ignore_ascii_case(b"cookie");
            self.edits.remove(data, fields, is_cookie);
            for line in lines {
                self.edits.add(b"cookie", &line);
            }
        }
        if cookie.is_active() {
            txn.cookies = Cookies {
                client,
                server: b'N',
            };
        }
    }

    /// Sets, changes or removes the cookie in the server's answer.
    pub(super) fn stick_reply(&mut self, i: u32, data: &[u8], fields: &mut [Field], txn: &mut Txn) {
        if !self.has_cookie(i, txn) {
            return;
        }
        let plan = self.clients[i].plan.clone();
        let Some(cookie) = txn.backend(&plan).and_then(|b| b.cookie.as_ref()) else {
            return;
        };
        // Who is not to be remembered may have such a cookie of the server's own.
        if !cookie.is_active() || txn.persistence == Some(false) {
            return;
        }
        let server = txn.server(&plan).and_then(|s| s.cookie.name());
        let server = server.as_deref();
        let seen = self.server_cookies(data, fields, cookie, server, txn);
        if let Some(flag) = seen {
            txn.cookies.server = flag;
        }
        let asked = !cookie.postonly || txn.method == Method::Post;
        // Whom a rule, a table or its own cookie sends to a server need not be told of it.
        let meant = txn.sticky.is_some() && txn.sticky == txn.server;
        let passed_over = txn.preferred.is_none() && txn.cookies.client == b'U';
        let known = meant || passed_over || txn.cookies.client == b'V';
        let due = !known || cookie.is_dated() || txn.dated_cookie;
        if cookie.mode != CookieMode::Insert || seen == Some(b'P') || !asked || !due {
            return;
        }
        let Some(server) = server else {
            // The server has no name in cookies: what the client holds means another one.
            self.edits.add(b"set-cookie", &cookie.expire());
            txn.cookies.server = b'I';
            return;
        };
        let first = txn.first_cookie.filter(|_| txn.cookies.client == b'V');
        self.edits
            .add(b"set-cookie", &cookie.set(server, now_s(), first));
        txn.cookies.server = if txn.cookies.client == b'V' {
            b'U'
        } else {
            b'I'
        };
        if cookie.nocache {
            self.edits.add(b"cache-control", b"private");
        }
    }

    fn has_cookie(&self, i: u32, txn: &Txn) -> bool {
        let plan = &self.clients[i].plan;
        txn.backend(plan).is_some_and(|b| b.cookie.is_some())
    }

    /// What becomes of the cookie where the server sets it itself: its flag, when it does.
    fn server_cookies(
        &mut self,
        data: &[u8],
        fields: &mut [Field],
        cookie: &Cookie,
        server: Option<&[u8]>,
        txn: &Txn,
    ) -> Option<u8> {
        let message = Message {
            buf: data,
            fields,
            edits: &self.edits,
        };
        let ours = |v: &[u8]| set_by_server(v, &cookie.name).is_some();
        if !message.values(b"set-cookie").any(ours) {
            return None;
        }
        if cookie.preserve {
            return Some(b'P');
        }
        let hide =
            cookie.mode == CookieMode::Insert || (cookie.indirect && txn.cookies.client == b'V');
        let rewritten = |v: &[u8]| -> Option<Vec<u8>> {
            let Some((own, rest)) = persist::set_by_server(v, &cookie.name) else {
                return Some(v.to_vec());
            };
            if hide {
                return None;
            }
            let Some(server) = server else {
                return Some(v.to_vec());
            };
            let start = [&cookie.name[..], b"=", server].concat();
            Some(match cookie.mode {
                CookieMode::Prefix => [&start[..], b"~", own, rest].concat(),
                _ => [&start[..], rest].concat(),
            })
        };
        let lines: Vec<Vec<u8>> = message
            .values(b"set-cookie")
            .filter_map(rewritten)
            .collect();
        let is_set = |n: &[u8]| n.eq_ignore_ascii_case(b"set-cookie");
        self.edits.remove(data, fields, is_set);
        for line in lines {
            self.edits.add(b"set-cookie", &line);
        }
        Some(match (hide, server) {
            (true, _) => b'D',
            (false, Some(_)) => b'R',
            (false, None) => b'P',
        })
    }
}
