//! `redir` of a server: clients of GET and HEAD are sent there themselves.

use super::Worker;
use crate::rules::Outcome;
use http1::{Method, target};

impl Worker {
    /// Answers for a server that wants its clients to come directly; false when it does not.
    pub(super) fn sent_there(&mut self, i: u32) -> bool {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else {
            return false;
        };
        let prefix = txn.server(&c.plan).and_then(|s| s.redir.as_deref());
        let Some(prefix) = prefix.filter(|_| matches!(txn.method, Method::Get | Method::Head))
        else {
            return false;
        };
        // The request as the rules have left it.
        let asked = txn.request.split(|b| *b == b' ').nth(1).unwrap_or(b"/");
        let place = [prefix, target::path_and_query(asked)].concat();
        let mut head =
            b"HTTP/1.1 302 Found\r\ncache-control: no-cache\r\ncontent-length: 0\r\n".to_vec();
        http1::write::field(b"location", &place, &mut head);
        txn.log.end(b'L', b'C');
        // As haproxy has it: whoever goes elsewhere needs no connection here.
        txn.keep = false;
        self.answer_final(
            i,
            Outcome::Answer {
                status: 302,
                head,
                body: Vec::new(),
            },
        );
        true
    }
}
