//! Which programs a pair is made of.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Keepalived,
    Tandemd,
}

/// The engines of the preferred master `a` and of its backup `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    Keepalived,
    Tandemd,
    TandemdKeepalived,
    KeepalivedTandemd,
}

impl Pair {
    pub const ALL: [Self; 4] = [
        Self::Keepalived,
        Self::Tandemd,
        Self::TandemdKeepalived,
        Self::KeepalivedTandemd,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Keepalived => "keepalived",
            Self::Tandemd => "tandemd",
            Self::TandemdKeepalived => "tandemd-keepalived",
            Self::KeepalivedTandemd => "keepalived-tandemd",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Keepalived => "keepalived",
            Self::Tandemd => "tandemd",
            Self::TandemdKeepalived => "tandemd, backup keepalived",
            Self::KeepalivedTandemd => "keepalived, backup tandemd",
        }
    }

    pub fn engines(self) -> [Engine; 2] {
        match self {
            Self::Keepalived => [Engine::Keepalived; 2],
            Self::Tandemd => [Engine::Tandemd; 2],
            Self::TandemdKeepalived => [Engine::Tandemd, Engine::Keepalived],
            Self::KeepalivedTandemd => [Engine::Keepalived, Engine::Tandemd],
        }
    }
}
