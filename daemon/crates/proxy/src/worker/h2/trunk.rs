//! Connections to servers that carry several exchanges: which one an exchange joins, and new ones.

use super::replies::{Asked, acceptance};
use super::{Carrier, Holder, Stream, Worker};
use crate::plan::{HttpReuse, Speaks};
use crate::worker::conn::{State, Upstream};
use crate::worker::link::{Link, Tube};
use crate::worker::slab::{NONE, Slab};
use crate::worker::tally::tally_behind;
use h2::translate::{Inward, Outward};
use h2::{Connection, Role};

/// Bytes of a request that a stream holds before its client has to wait.
const HELD: usize = 64 << 10;

/// What a connection to a server has beside what every connection has.
#[derive(Debug, Default)]
pub struct Trunk {
    /// Most streams at once that we want.
    pub most: usize,
    /// Streams that have no number yet.
    pub unopened: usize,
    /// When the server was last heard.
    pub heard: u64,
    /// It gets no more streams.
    pub retired: bool,
    /// Its socket is gone; its streams are still to learn it.
    pub lost: bool,
    /// It counts among the idle ones of its server.
    pub pooled: bool,
}

/// What an exchange wants of a connection that it joins.
struct Wanted {
    /// The client that it has to belong to, or none.
    owner: u32,
    epoch: u32,
    /// Whom it has to have asked for by TLS, where that is not always the same.
    name: Option<Box<str>>,
    varies: bool,
    personal: bool,
}

impl Carrier {
    fn room(&self) -> usize {
        let own = self.trunk.most.saturating_sub(self.core.streams());
        self.core
            .room()
            .min(own)
            .saturating_sub(self.trunk.unopened)
    }
}

impl Worker {
    /// The connection of HTTP/2 whose link the connection to a server is.
    pub(in crate::worker) fn trunk_of(&self, u: u32) -> Option<u32> {
        let h = *self.carriers.by_server.get(u as usize)?;
        (h != NONE).then_some(h)
    }

    /// The client whose session this is: that of the connection, for a stream of one.
    fn session_holder(&self, i: u32) -> u32 {
        let c = &self.clients[i];
        match self.carriers.list.get(c.carrier).map(|h| h.holder) {
            Some(Holder::Client(holder)) if c.link.is_stream() => holder,
            _ => i,
        }
    }

    /// Whether the exchange's new connection is one of HTTP/2.
    pub(in crate::worker) fn multiplexes(&self, i: u32) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_deref() else {
            return false;
        };
        let Some(server) = txn.server(&c.plan) else {
            return false;
        };
        match server.speaks {
            Speaks::H1 => false,
            Speaks::H2 => !(txn.upgrade && server.upgrades_in_h1),
            Speaks::Agreed => {
                let session = self.ups.get(txn.up).and_then(|up| up.link.session());
                session.is_some_and(|s| s.common().alpn_protocol() == Some(b"h2"))
            }
        }
    }

    /// Takes a stream of a connection that is there. False: none fits.
    pub(in crate::worker) fn join(&mut self, i: u32) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_deref() else {
            return false;
        };
        let (Some(b), Some(server)) = (txn.backend(&c.plan), txn.server(&c.plan)) else {
            return false;
        };
        // The first request of a connection of HTTP/1.1 shows what its server is worth.
        let first = c.requests <= 1 && !c.link.is_stream();
        let alone = b.reuse == HttpReuse::Never || server.personal;
        if txn.fresh
            || !txn.http
            || txn.upgrade && server.upgrades_in_h1
            || !alone && b.reuse == HttpReuse::Safe && first
        {
            return false;
        }
        let varies = server.tls.as_ref().is_some_and(|tls| tls.varies);
        let (pool, personal) = (server.pool, server.personal);
        let wanted = Wanted {
            owner: if alone { self.session_holder(i) } else { NONE },
            epoch: self.pools.epoch(pool),
            name: if varies { self.name_asked(i) } else { None },
            varies,
            personal,
        };
        let mut trunks = self.pools.trunks_of(pool).iter().copied();
        let Some(h) = trunks.find(|h| self.takes(*h, i, &wanted)) else {
            return false;
        };
        self.open_request(h, i);
        let now = self.now;
        let c = &mut self.clients[i];
        c.state = State::Exchange;
        if let Some(txn) = c.txn.as_mut() {
            txn.log.connected = now;
            self.ups[txn.up].reused = true;
            tally_behind(txn, &c.plan, self.id, |t| &t.reuses);
        }
        self.send_request(i);
        true
    }

    fn takes(&self, h: u32, i: u32, wanted: &Wanted) -> bool {
        let Some(carrier) = self.carriers.list.get(h) else {
            return false;
        };
        let Holder::Server(u) = carrier.holder else {
            return false;
        };
        let up = &self.ups[u];
        !carrier.trunk.retired
            && carrier.room() > 0
            && up.owner == wanted.owner
            && up.epoch == wanted.epoch
            && up.may_carry_more()
            && (!wanted.varies || wanted.name == up.name)
            && (!wanted.personal || self.is_made_for(i, u))
    }

    /// The exchange's new connection is one of HTTP/2, and the exchange its first stream.
    pub(in crate::worker) fn begin_trunk(&mut self, i: u32) {
        let owner = self.session_holder(i);
        let c = &self.clients[i];
        let mut limits = c.plan.h2.back;
        let most = limits.settings.max_streams.take();
        let Some(u) = c.txn.as_ref().map(|txn| txn.up) else {
            return;
        };
        let shared = self.ups.change(u, |up| {
            let (link, socket) = up.link.sharing();
            (Upstream { link, ..up }, socket)
        });
        let Some(socket) = shared else { return };
        let up = &mut self.ups[u];
        up.client = NONE;
        if up.owner != NONE {
            up.owner = owner;
            self.carriers.owned += 1;
        }
        let (pool, readable) = (up.pool, up.link.readable);
        let h = self.carriers.list.insert(Carrier {
            core: Connection::new(Role::Client, limits),
            holder: Holder::Server(u),
            socket,
            streams: Slab::default(),
            due: false,
            waiting: Vec::new(),
            trunk: Trunk {
                most: most.map_or(usize::MAX, |n| n as usize),
                heard: self.now,
                ..Trunk::default()
            },
        });
        let by_server = &mut self.carriers.by_server;
        if by_server.len() <= u as usize {
            by_server.resize(u as usize + 1, NONE);
        }
        by_server[u as usize] = h;
        self.pools.trunks(pool).push(h);
        if readable {
            self.carriers.unread.push(h);
        }
        self.due(h);
        self.open_request(h, i);
    }

    /// From here on the exchange's connection to its server is a stream of this one.
    fn open_request(&mut self, h: u32, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_deref_mut() else {
            return;
        };
        let https = txn.server(&c.plan).and_then(|s| s.tls.as_ref());
        let https = https.is_some_and(|tls| tls.traffic);
        let websocket = if txn.upgrade {
            acceptance(&txn.request, &mut self.fields)
        } else {
            None
        };
        let carrier = &mut self.carriers.list[h];
        let Holder::Server(trunk) = carrier.holder else {
            return;
        };
        let key = carrier.streams.insert(Stream {
            id: 0,
            user: NONE,
            inward: Inward::default(),
            outward: Outward::request(https),
            asked: Asked::new(txn.method, websocket, self.now),
            owed: 0,
            left: None,
        });
        carrier.trunk.unopened += 1;
        let tube = Tube {
            connection: h,
            stream: key,
            limit: HELD,
            ..Tube::default()
        };
        let mut link = Link::stream(carrier.socket.clone(), Box::new(tube));
        // It carries this exchange and no other.
        link.hung_up = true;
        let up = &mut self.ups[trunk];
        if std::mem::take(&mut carrier.trunk.pooled) {
            up.leave_pool();
        }
        up.requests = up.requests.saturating_add(1);
        let (pool, epoch) = (up.pool, up.epoch);
        let u = self.ups.insert(Upstream {
            sealed: false,
            link,
            client: i,
            owner: NONE,
            pool,
            name: None,
            made: None,
            epoch,
            connected: true,
            reused: false,
            keep: false,
            long_replies: false,
            pend: Vec::new(),
            idle_since: 0,
            idle: None,
            requests: 0,
        });
        carrier.streams[key].user = u;
        txn.up = u;
    }
}
