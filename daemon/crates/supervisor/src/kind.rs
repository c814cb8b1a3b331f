//! Which process it is, and how it stands to others of its kind.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Vrrp,
    Proxy,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Vrrp, Self::Proxy];

    /// As `status` shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vrrp => "vrrp",
            Self::Proxy => "proxy",
        }
    }

    /// Sub-command under which the binary becomes this process.
    pub fn command(self) -> &'static str {
        match self {
            Self::Vrrp => "vrrp-worker",
            Self::Proxy => "proxy-worker",
        }
    }

    pub(crate) fn token(self) -> u64 {
        match self {
            Self::Vrrp => 3,
            Self::Proxy => 5,
        }
    }

    /// Only the VRRP process is watched as closely.
    pub(crate) fn is_watched(self) -> bool {
        self == Self::Vrrp
    }

    /// Whose channel (false) or end (true) an event is about.
    pub fn of_token(token: u64) -> Option<(Rank, Self, bool)> {
        let rank = Rank::ALL
            .into_iter()
            .find(|it| *it as u64 == token / STEP)?;
        Self::ALL.into_iter().find_map(|kind| {
            let end = (token % STEP).checked_sub(kind.token())?;
            (end < 2).then_some((rank, kind, end == 1))
        })
    }
}

/// Tokens of one rank and the next are so far apart.
pub(crate) const STEP: u64 = 16;

/// While a process takes the place of another, there are two of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// It does the work.
    Current,
    /// It gets ready to.
    Heir,
    /// It did, and ends what it began.
    Leaver,
}

impl Rank {
    const ALL: [Self; 3] = [Self::Current, Self::Heir, Self::Leaver];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lead_back_to_their_worker() {
        for kind in Kind::ALL {
            for rank in Rank::ALL {
                let token = rank as u64 * STEP + kind.token();
                assert_eq!(Kind::of_token(token), Some((rank, kind, false)));
                assert_eq!(Kind::of_token(token + 1), Some((rank, kind, true)));
            }
        }
        assert_eq!(Kind::of_token(99), None);
    }
}
