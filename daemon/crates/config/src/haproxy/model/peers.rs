//! `peers` sections: the hosts that share stick tables with this one.

use super::{Bind, Config, ListenAddress, Source, StickTable};
use crate::source::Spanned;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Peers {
    pub name: Spanned<String>,
    pub disabled: bool,
    /// What this machine is called among them: `localpeer`, or its host name.
    pub local: String,
    /// Where the others call this one.
    pub bind: Option<Bind>,
    /// Every `peer` and `server` line, this machine's too.
    pub members: Vec<Peer>,
    pub tables: Vec<SharedTable>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Peer {
    pub name: Spanned<String>,
    /// Where it is called.
    pub address: Option<Spanned<SocketAddr>>,
    /// Where calls come from.
    pub source: Option<Spanned<Source>>,
    /// `tcp-ut`
    pub tcp_user_timeout: Option<Spanned<Duration>>,
}

/// `table NAME …`: known elsewhere as `SECTION/NAME`.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedTable {
    pub name: Spanned<String>,
    pub spec: StickTable,
}

impl Peers {
    /// Those beside this machine.
    pub fn others(&self) -> impl Iterator<Item = &Peer> {
        self.members.iter().filter(|peer| *peer.name != self.local)
    }

    /// Whether anything is shared: the section is enabled and this machine is one of them.
    pub fn is_active(&self) -> bool {
        !self.disabled && self.members.iter().any(|peer| *peer.name == self.local)
    }

    /// What its sockets are handed over as: no section's name has a blank.
    pub fn place(&self) -> String {
        format!("peers {}", self.name)
    }

    /// Every address that it listens on, with its position from 0.
    pub fn listen_addresses(&self) -> impl Iterator<Item = (u32, &Bind, &Spanned<ListenAddress>)> {
        let bind = self.bind.iter().filter(|_| self.is_active());
        let all = bind.flat_map(|bind| bind.addresses.iter().map(move |a| (bind, a)));
        (0..).zip(all).map(|(index, (bind, a))| (index, bind, a))
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.tables
            .iter()
            .any(|table| self.table_name(table) == name)
    }

    /// The name of a table of this section for the rest of the configuration.
    pub fn table_name(&self, table: &SharedTable) -> String {
        format!("{}/{}", self.name, table.name)
    }
}

impl Config {
    /// The section by which a table is shared, if it is.
    pub fn sharing(&self, table: &StickTable) -> Option<&Peers> {
        let name = table.peers.as_ref()?;
        let found = self
            .peers
            .iter()
            .find(|peers| peers.name.value == name.value);
        found.filter(|peers| peers.is_active())
    }
}
