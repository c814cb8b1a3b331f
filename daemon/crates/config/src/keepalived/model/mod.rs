//! The typed model of keepalived.conf.
//!
//! Defaults of keepalived.conf(5) are filled in and `global_defs` are already folded into each
//! [`Instance`] (garp settings, version, multicast group, script user), so that the VRRP process
//! needs to look at the instance alone.

mod auth;
mod garp;
mod global;
mod instance;
mod lvs;
mod notify;
mod route;
mod rule;
mod script;
mod sync_group;
mod track;
mod vip;
mod witness;

pub use auth::{AuthKind, Authentication};
pub use garp::{ExtraAnnouncements, Garp, GarpGroup};
pub use global::{Global, Mail, SmtpServer};
pub use instance::{AcceptMode, InitialState, Instance, Transport, UnicastPeer, Version, Vmac};
pub use lvs::{LvsBlock, LvsEntry, LvsKind};
pub use notify::{Command, Notify, NotifyFifo};
pub use route::{Hop, Network, Route, RouteKind, RouteMetric};
pub use rule::{Rule, RuleAction, TrackGroup};
pub use script::{Script, ScriptUser};
pub use sync_group::SyncGroup;
pub use track::{
    TrackFile, TrackInterface, TrackProcess, TrackProxy, TrackScript, TrackedFile, TrackedProcess,
    Weight,
};
pub use vip::{Broadcast, Scope, Vip};
pub use witness::{Witness, WitnessKind};

use std::fmt;

/// Name of a `vrrp_instance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceName(pub String);

/// Name of a `vrrp_script`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScriptName(pub String);

/// Name of a `vrrp_sync_group`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName(pub String);

macro_rules! display_name {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
display_name!(InstanceName, ScriptName, GroupName);

/// Virtual router id, 1–255 (RFC 9568, 5.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vrid(pub u8);

/// Priority, 1–255; 255 = owner of the addresses (RFC 9568, 5.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(pub u8);

/// A whole configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    pub global: Global,
    pub scripts: Vec<Script>,
    pub track_files: Vec<TrackFile>,
    pub track_processes: Vec<TrackProcess>,
    pub instances: Vec<Instance>,
    pub sync_groups: Vec<SyncGroup>,
    /// `static_ipaddress`: addresses that stay, whatever the state.
    pub static_addresses: Vec<Vip>,
    pub static_routes: Vec<Route>,
    pub static_rules: Vec<Rule>,
    pub track_groups: Vec<TrackGroup>,
    /// `virtual_server` and its like: where they stand.
    pub lvs: Vec<LvsBlock>,
}

impl Config {
    pub fn instance(&self, name: &InstanceName) -> Option<&Instance> {
        self.instances
            .iter()
            .find(|instance| instance.name.value == *name)
    }

    pub fn script(&self, name: &ScriptName) -> Option<&Script> {
        self.scripts
            .iter()
            .find(|script| script.name.value == *name)
    }
}
