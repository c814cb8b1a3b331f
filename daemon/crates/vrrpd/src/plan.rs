//! What a configuration asks of this process: the model of keepalived.conf as the plain facts
//! that the worker needs. Pure.

mod instance;
mod path;
mod script;
mod tracking;
mod vmac;
mod watched;

use config::keepalived::model::{Config, Notify, Witness};
use ipc::ScriptSpec;
use ipc::watch::{FileSpec, ProcessSpec};
use netlink::NewAddress;
use std::net::IpAddr;
use std::sync::Arc;
use vrrp::packet::ChecksumStyle;
use vrrp::{Authentication, Micros, Settings, Transport};

pub use path::{Path, PathPlan};
pub use tracking::{Source, Tracker};

/// Everything from one configuration.
#[derive(Debug, Default)]
pub struct Plan {
    pub instances: Vec<InstancePlan>,
    pub groups: Vec<GroupPlan>,
    pub scripts: Vec<ScriptPlan>,
    /// `static_ipaddress`: there whatever the state.
    pub lasting: Vec<VipPlan>,
    /// `static_routes`, `static_rules`.
    pub lasting_paths: Vec<PathPlan>,
    pub files: Vec<FileSpec>,
    pub processes: Vec<ProcessSpec>,
    pub rt_priority: Option<u8>,
    /// `vrrp_process_name`
    pub process_name: Option<String>,
    /// `notify_fifo` and `vrrp_notify_fifo`.
    pub fifos: Vec<String>,
    /// What the configuration asks for and this process does not do.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct GroupPlan {
    pub name: String,
    pub notify: Notify,
}

#[derive(Debug, Clone)]
pub struct ScriptPlan {
    pub spec: ScriptSpec,
    pub rise: u32,
    pub fall: u32,
    pub init_fail: bool,
}

#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // independent directives of the format
pub struct InstancePlan {
    pub name: String,
    pub group: Option<String>,
    pub interface: String,
    pub vrid: u8,
    pub ipv6: bool,
    /// The source address is filled in when the interface has one.
    pub settings: Settings,
    pub source: Option<IpAddr>,
    /// `track_src_ip`
    pub track_source: bool,
    pub transport: Transport,
    pub unicast_ttl: u8,
    pub authentication: Authentication,
    /// Key of the authentication header, with `auth_type AH`.
    pub ah_key: Vec<u8>,
    pub checksum: ChecksumStyle,
    pub vips: Vec<VipPlan>,
    /// `virtual_routes`, then `virtual_rules`.
    pub paths: Vec<PathPlan>,
    /// `track_group`s that it is a member of.
    pub track_groups: Vec<String>,
    /// The addresses that adverts list, in order.
    pub advertised: Vec<IpAddr>,
    pub trackers: Vec<Tracker>,
    /// Large, and mostly the same for all.
    pub notify: Arc<Notify>,
    /// `dont_track_primary`: a link without signal is no fault.
    pub ignore_link: bool,
    pub link_down_delay: Micros,
    pub link_up_delay: Micros,
    /// Who is asked before silence makes a master.
    pub witnesses: Vec<Witness>,
    pub vmac: Option<VmacPlan>,
    /// `no_accept`, `vrrp_strict`: packets to the addresses are dropped unless it owns them.
    pub unaccepted: bool,
    /// Removing an address leaves the others of its subnet alone.
    pub promote_secondaries: bool,
    /// `garp_interval` and `gna_interval`.
    pub garp_pause: Micros,
    pub gna_pause: Micros,
    /// The `garp_group` that it shares the pauses with.
    pub garp_group: Option<usize>,
    /// `garp_extra_if`: how often, and whether on every interface.
    pub extra: Option<(Micros, bool)>,
}

/// An interface for the virtual router's own link address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VmacPlan {
    pub name: String,
    pub mac: [u8; 6],
    /// `vmac_xmit_base`: adverts leave by the interface below.
    pub xmit_base: bool,
}

impl InstancePlan {
    /// What makes it the same virtual router after a reload; any difference is a new one.
    pub fn identity(&self) -> impl PartialEq + '_ {
        let version = self.settings.version.number();
        let names = (&self.name, &self.interface);
        (names, self.vrid, self.ipv6, version, &self.vmac)
    }

    /// The interface that adverts leave and arrive by.
    pub fn advert_interface(&self) -> &str {
        match &self.vmac {
            Some(vmac) if !vmac.xmit_base => &vmac.name,
            _ => &self.interface,
        }
    }

    /// Between two announcements of such an address.
    pub fn pause(&self, address: IpAddr) -> Micros {
        match address {
            IpAddr::V4(_) => self.garp_pause,
            IpAddr::V6(_) => self.gna_pause,
        }
    }

    pub fn pauses(&self) -> bool {
        self.garp_pause > 0 || self.gna_pause > 0
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VipPlan {
    pub interface: String,
    pub address: NewAddress,
    /// Its loss is not noticed, and it is not put back.
    pub no_track: bool,
    pub track_group: Option<String>,
}

impl VipPlan {
    /// `ADDR/LEN` as shown and reported.
    pub fn text(&self) -> String {
        format!("{}/{}", self.address.address, self.address.prefix)
    }
}

/// The plan of a configuration that parsed without errors.
pub fn from_config(config: &Config) -> Plan {
    let mut plan = Plan {
        rt_priority: config
            .global
            .rt_priority
            .as_ref()
            .map(|priority| priority.value),
        process_name: config
            .global
            .vrrp_process_name
            .as_ref()
            .map(|name| name.value.clone()),
        fifos: fifos(config),
        lasting: lasting(config),
        lasting_paths: path::all(&config.static_routes, &config.static_rules),
        ..Plan::default()
    };
    for group in &config.sync_groups {
        plan.groups.push(GroupPlan {
            name: group.name.value.0.clone(),
            notify: group.notify.clone(),
        });
    }
    for instance in &config.instances {
        let mut built = instance::build(config, instance, &mut plan.warnings);
        let same = |it: &&InstancePlan| it.notify == built.notify;
        if let Some(known) = plan.instances.last().filter(same) {
            built.notify = Arc::clone(&known.notify);
        }
        plan.instances.push(built);
    }
    warn_of_the_undone(config, &mut plan.warnings);
    plan.scripts = script::tracked(config, &plan.instances);
    plan.files = watched::files(config, &plan.instances);
    plan.processes = watched::processes(config, &plan.instances);
    plan
}

fn lasting(config: &Config) -> Vec<VipPlan> {
    let usual = config.global.default_interface.as_ref();
    let usual = usual.map_or("eth0", |name| name.value.as_str());
    let addresses = config.static_addresses.iter();
    addresses.map(|vip| instance::vip(vip, usual)).collect()
}

fn fifos(config: &Config) -> Vec<String> {
    let ours = |keyword: &str| !keyword.starts_with("lvs_");
    let mut paths = Vec::new();
    for fifo in &config.global.notify_fifos {
        if ours(&fifo.keyword) && !paths.contains(&fifo.path.value) {
            paths.push(fifo.path.value.clone());
        }
    }
    paths
}

/// Nothing that the operator asked for is left out without a word.
fn warn_of_the_undone(config: &Config, warnings: &mut Vec<String>) {
    let mail = &config.global.mail;
    let wanted = config.instances.iter().any(|it| it.notify.mails())
        || config.sync_groups.iter().any(|it| it.notify.mails());
    for script in config.global.idle_fifo_scripts() {
        let fifo = script.trim_end_matches("_script");
        warnings.push(format!("{script} is not run: there is no {fifo}"));
    }
    let undone = [
        (
            wanted && mail.to.is_empty(),
            "smtp_alert: no mail is sent, because notification_email names nobody",
        ),
        (
            wanted && mail.server.is_none(),
            "smtp_alert: no mail is sent, because smtp_server is missing",
        ),
    ];
    for (present, what) in undone {
        if present {
            warnings.push(what.to_owned());
        }
    }
}
