//! DNS messages (RFC 1035 §4): a question for one name, as it goes to a name server.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    A = 1,
    Aaaa = 28,
    /// Hosts and ports of a service (RFC 2782).
    Srv = 33,
}

impl Kind {
    /// The other family of addresses.
    pub fn other(self) -> Option<Self> {
        match self {
            Self::A => Some(Self::Aaaa),
            Self::Aaaa => Some(Self::A),
            Self::Srv => None,
        }
    }
}

/// Length of a message's header.
pub(crate) const HEADER: usize = 12;

/// `None` for a name that cannot stand in a message.
pub fn query(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len() + 29);
    out.extend_from_slice(&id.to_be_bytes());
    // Recursion desired, one question.
    out.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        let len = u8::try_from(label.len())
            .ok()
            .filter(|n| (1..64).contains(n))?;
        out.push(len);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out.extend_from_slice(&(kind as u16).to_be_bytes());
    out.extend_from_slice(&[0, 1]);
    (name.len() < 254).then_some(out)
}

/// Tells the server how long an answer by UDP may be (RFC 6891).
pub fn announce(query: &mut Vec<u8>, payload: u16) {
    const OPT: [u8; 3] = [0, 0, 41];
    if let Some(additional) = query.get_mut(11) {
        *additional = 1;
        query.extend_from_slice(&OPT);
        query.extend_from_slice(&payload.to_be_bytes());
        query.extend_from_slice(&[0; 6]);
    }
}
