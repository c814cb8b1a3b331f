//! What happens to a pair, one at a time.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    Sigterm,
    KillAll,
    KillParent,
    KillChild,
    LinkDown,
    Isolation,
    Hang,
    ScriptFault,
    ScriptWeight,
    Thaw,
    HealEarly,
    HealLate,
    Failback,
    Reload,
    VipDeleted,
    Load,
}

impl Event {
    pub const ALL: [Self; 16] = [
        Self::Sigterm,
        Self::KillAll,
        Self::KillParent,
        Self::KillChild,
        Self::LinkDown,
        Self::Isolation,
        Self::Hang,
        Self::ScriptFault,
        Self::ScriptWeight,
        Self::Thaw,
        Self::HealEarly,
        Self::HealLate,
        Self::Failback,
        Self::Reload,
        Self::VipDeleted,
        Self::Load,
    ];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigterm => "sigterm",
            Self::KillAll => "kill-all",
            Self::KillParent => "kill-parent",
            Self::KillChild => "kill-child",
            Self::LinkDown => "link-down",
            Self::Isolation => "isolation",
            Self::Hang => "hang",
            Self::ScriptFault => "script-fault",
            Self::ScriptWeight => "script-weight",
            Self::Thaw => "thaw",
            Self::HealEarly => "heal-early",
            Self::HealLate => "heal-late",
            Self::Failback => "failback",
            Self::Reload => "reload",
            Self::VipDeleted => "vip-deleted",
            Self::Load => "load",
        }
    }

    /// As tables and plots have it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sigterm => "SIGTERM",
            Self::KillAll => "SIGKILL, all processes",
            Self::KillParent => "SIGKILL, parent",
            Self::KillChild => "SIGKILL, VRRP child",
            Self::LinkDown => "link down",
            Self::Isolation => "silent isolation",
            Self::Hang => "SIGSTOP, VRRP child (hung)",
            Self::ScriptFault => "script fails: FAULT",
            Self::ScriptWeight => "script fails: weight",
            Self::Thaw => "SIGCONT after 6 s frozen",
            Self::HealEarly => "heal 1 s after take-over",
            Self::HealLate => "heal after both GARP blocks",
            Self::Failback => "failback (a restarted)",
            Self::Reload => "SIGHUP",
            Self::VipDeleted => "VIP deleted by hand",
            Self::Load => "no event, 4 busy loops, 20 s",
        }
    }

    /// Moves of the address that the event asks for, or that its repair brings along: a killed or
    /// hung worker is replaced, and the preferred node takes the address back.
    pub fn asked_moves(self) -> usize {
        match self {
            Self::Reload | Self::VipDeleted | Self::Load => 0,
            Self::KillChild | Self::Hang => 2,
            _ => 1,
        }
    }

    /// Who serves after it; `None` where the address should stay, or may come back at once.
    pub fn successor(self) -> Option<usize> {
        match self {
            Self::Reload | Self::VipDeleted | Self::Load => None,
            Self::Thaw | Self::HealEarly | Self::HealLate | Self::Failback => Some(0),
            _ => Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_files() {
        for event in Event::ALL {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(text, format!("\"{}\"", event.name()));
        }
    }
}
