//! The line of a listening address, where its section has `option socket-stats`.

use super::{Section, Sight, mode};
use crate::plan::{BindPlace, Frontend};
use crate::shared::{Counter, Traffic};
use config::haproxy::model::ListenAddress;
use stats::{Column, Object, Row};
use std::sync::atomic::Ordering::Relaxed;

impl Sight<'_> {
    pub(super) fn listener(
        &self,
        section: &Section<'_>,
        f: &Frontend,
        (at, place): (usize, &BindPlace),
    ) -> Row {
        let line = section.model.listen_addresses().nth(at);
        let given = line.and_then(|(_, bind, _)| bind.name.as_ref());
        let number = f.bind_number(at).unwrap_or(0);
        let name = given.map_or_else(|| format!("sock-{number}"), |name| name.value.clone());
        let mut row = Row::new(Object::Listener, &f.name, &name, section.number, number);
        let shared = &*place.shared;
        let total = |of: fn(&Traffic) -> &Counter| Traffic::total(&shared.traffic, of);
        let active = shared.active.load(Relaxed);
        let status = match () {
            () if place.most != 0 && active >= place.most => "FULL",
            // A limit of the frontend or of the process is reached.
            () if shared.resting.load(Relaxed) > 0 => "WAITING",
            () => "OPEN",
        };
        row.set(Column::Scur, active)
            .set(Column::Smax, Traffic::most(&shared.traffic, |t| &t.most))
            .set(Column::Slim, place.most)
            // Rules may have refused some of them.
            .set(Column::Stot, total(|t| &t.connections))
            .set(Column::Bin, total(|t| &t.bytes_in))
            .set(Column::Bout, total(|t| &t.bytes_out))
            .set(Column::Dreq, total(|t| &t.denied_requests))
            .set(Column::Dresp, total(|t| &t.denied_responses))
            .set(Column::Ereq, total(|t| &t.request_errors))
            .set(Column::Dcon, total(|t| &t.denied_connections))
            .set(Column::Dses, total(|t| &t.denied_sessions))
            .set(Column::Wrew, 0_u32)
            .set(Column::Eint, 0_u32)
            .set(Column::Status, status)
            .set(Column::Mode, mode(f.mode));
        if self.legends {
            let address = line.map(|(_, _, address)| shown(&address.value));
            row.put(Column::Addr, address);
        }
        row
    }
}

/// Sockets of this machine are not told apart.
fn shown(address: &ListenAddress) -> String {
    match address {
        ListenAddress::Tcp(address) => address.to_string(),
        ListenAddress::Unix(_) | ListenAddress::Abstract(_) => "unix".to_owned(),
        ListenAddress::Fd(_) => String::new(),
    }
}
