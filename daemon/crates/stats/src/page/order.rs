//! An order about servers, as the page's form sends it.

use super::options::decoded;

/// What is to become of servers (HAProxy configuration manual, `stats admin`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Ready,
    /// Out of maintenance alone.
    Enable,
    Drain,
    Maintenance,
    /// Their checks are no longer asked, or again.
    DisableChecks,
    EnableChecks,
    /// Their checks are taken to have said this.
    CheckRunning,
    CheckStopping,
    CheckDown,
    DisableAgent,
    EnableAgent,
    AgentUp,
    AgentDown,
    /// Their sessions end.
    Shutdown,
}

impl Action {
    pub const ALL: &[(&str, Self, &str)] = &[
        ("ready", Self::Ready, "Set state to ready"),
        ("drain", Self::Drain, "Set state to drain"),
        ("maint", Self::Maintenance, "Set state to maintenance"),
        ("dhlth", Self::DisableChecks, "Health: stop checking"),
        ("ehlth", Self::EnableChecks, "Health: check again"),
        ("hrunn", Self::CheckRunning, "Health: force up"),
        (
            "hnolb",
            Self::CheckStopping,
            "Health: force no new sessions",
        ),
        ("hdown", Self::CheckDown, "Health: force down"),
        ("dagent", Self::DisableAgent, "Agent: stop asking"),
        ("eagent", Self::EnableAgent, "Agent: ask again"),
        ("arunn", Self::AgentUp, "Agent: force up"),
        ("adown", Self::AgentDown, "Agent: force down"),
        ("shutdown", Self::Shutdown, "End all sessions"),
    ];

    fn of_name(name: &str) -> Option<Self> {
        match name {
            // Older names.
            "enable" | "start" => Some(Self::Enable),
            "disable" => Some(Self::Maintenance),
            "stop" => Some(Self::Drain),
            _ => {
                let known = Self::ALL.iter().find(|(known, ..)| *known == name);
                known.map(|(_, action, _)| *action)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// A name, or `#` and the number of the section.
    pub backend: String,
    pub servers: Vec<String>,
    /// `None`: none was given, or one that is not known.
    pub action: Option<Action>,
    /// What shows that the order comes from the page.
    pub token: Option<String>,
}

impl Order {
    /// `s=SERVER&s=SERVER&b=BACKEND&action=drain`
    pub fn read(body: &str) -> Self {
        let mut order = Self::default();
        for (name, value) in body
            .trim()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
        {
            let value = decoded(value);
            match name {
                "b" => order.backend = value,
                "s" => order.servers.push(value),
                "action" => order.action = Action::of_name(&value),
                "token" => order.token = Some(value),
                _ => {}
            }
        }
        order
    }
}
