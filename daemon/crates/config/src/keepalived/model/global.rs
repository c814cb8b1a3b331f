//! `global_defs`.

use super::{Command, Garp, GarpGroup, NotifyFifo, ScriptUser, Version};
use crate::source::Spanned;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Global {
    /// Name of this machine in mails and status; the host name when unset.
    pub router_id: Option<Spanned<String>>,
    pub mail: Mail,
    /// `vrrp_version`; 2 by default. Already folded into instances.
    pub version: Spanned<Version>,
    /// 224.0.0.18 by default. Already folded into instances.
    pub mcast_group4: Spanned<Ipv4Addr>,
    /// ff02::12 by default. Already folded into instances.
    pub mcast_group6: Spanned<Ipv6Addr>,
    pub garp: Garp,
    /// `garp_group`, in order. Already folded into instances.
    pub garp_groups: Vec<GarpGroup>,
    /// `script_user`; `None` = `keepalived_script` when that user exists, else root.
    pub script_user: Option<ScriptUser>,
    pub enable_script_security: bool,
    /// `vrrp_skip_check_adv_addr`: a master's second advert is not compared again.
    pub skip_check_adv_addr: bool,
    /// `vrrp_strict`
    pub strict: Option<Spanned<bool>>,
    /// Wait before the first election.
    pub startup_delay: Option<Spanned<Duration>>,
    /// Nice value of the VRRP process.
    pub process_priority: Option<Spanned<i8>>,
    /// Real-time priority of the VRRP process, 1–99.
    pub rt_priority: Option<Spanned<u8>>,
    /// `max_auto_priority`, −1 = off.
    pub max_auto_priority: Option<Spanned<i8>>,
    /// `vrrp_no_swap`: memory is locked.
    pub no_swap: bool,
    /// Interface for instances that name none; `eth0` in keepalived.
    pub default_interface: Option<Spanned<String>>,
    /// Interfaces may appear later.
    pub dynamic_interfaces: bool,
    /// How names of interfaces for virtual link addresses begin; `vrrp` by default.
    pub vmac_prefix: Option<Spanned<String>>,
    /// `vrrp_iptables` or `nftables`: packets to addresses that are not ours are not accepted.
    pub firewall: Option<Spanned<String>>,
    /// `vrrp_notify_priority_changes`
    pub notify_priority_changes: bool,
    pub notify_fifos: Vec<NotifyFifo>,
    /// `notify_fifo_script` or `vrrp_notify_fifo_script`, and what it runs.
    pub fifo_scripts: Vec<(String, Command)>,
    /// `vrrp_down_timer_adverts`, 1–100; 3 by default.
    pub down_timer_adverts: Spanned<u8>,
    /// Send `vrrp_higher_prio_send_advert` / not `vrrp_lower_prio_no_advert` unless instances say
    /// otherwise. Already folded into instances.
    pub higher_prio_send_advert: bool,
    pub lower_prio_no_advert: bool,
    pub check_unicast_src: bool,
    /// `net_namespace`, `instance`
    pub net_namespace: Option<Spanned<String>>,
    pub instance: Option<Spanned<String>>,
    /// `process_names`, `process_name`, `vrrp_process_name`: what the processes are called.
    pub process_name: Option<Spanned<String>>,
    pub vrrp_process_name: Option<Spanned<String>>,
    /// `reload_check_config`
    pub reload_check_config: bool,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            router_id: None,
            mail: Mail::default(),
            version: Spanned::implied(Version::V2),
            mcast_group4: Spanned::implied(Ipv4Addr::new(224, 0, 0, 18)),
            mcast_group6: Spanned::implied(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12)),
            garp: Garp::default(),
            garp_groups: Vec::new(),
            script_user: None,
            enable_script_security: false,
            skip_check_adv_addr: false,
            strict: None,
            startup_delay: None,
            process_priority: None,
            rt_priority: None,
            max_auto_priority: None,
            no_swap: false,
            default_interface: None,
            dynamic_interfaces: false,
            vmac_prefix: None,
            firewall: None,
            notify_priority_changes: false,
            notify_fifos: Vec::new(),
            fifo_scripts: Vec::new(),
            down_timer_adverts: Spanned::implied(3),
            higher_prio_send_advert: false,
            lower_prio_no_advert: false,
            check_unicast_src: false,
            net_namespace: None,
            instance: None,
            process_name: None,
            vrrp_process_name: None,
            reload_check_config: false,
        }
    }
}

impl Global {
    /// FIFOs with the programs that read them, each by its own keyword's script.
    pub fn fifo_readers(&self) -> impl Iterator<Item = (&str, &Command)> {
        self.notify_fifos.iter().filter_map(|fifo| {
            let script = format!("{}_script", fifo.keyword);
            let mut scripts = self.fifo_scripts.iter();
            let (_, command) = scripts.rfind(|(keyword, _)| *keyword == script)?;
            Some((fifo.path.value.as_str(), command))
        })
    }

    /// Scripts whose FIFO nobody named.
    pub fn idle_fifo_scripts(&self) -> impl Iterator<Item = &str> {
        let keywords = self
            .fifo_scripts
            .iter()
            .map(|(keyword, _)| keyword.as_str());
        keywords.filter(|keyword| {
            let fifo = keyword.strip_suffix("_script").unwrap_or(keyword);
            self.notify_fifos.iter().all(|known| known.keyword != fifo)
        })
    }
}

/// Who is told by mail, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub to: Vec<Spanned<String>>,
    pub from: Option<Spanned<String>>,
    pub server: Option<SmtpServer>,
    /// 30 s by default.
    pub connect_timeout: Spanned<Duration>,
    pub helo_name: Option<Spanned<String>>,
    /// `smtp_alert`: default for instances, groups and checkers.
    pub alert: Option<bool>,
    /// `smtp_alert_vrrp`
    pub alert_vrrp: Option<bool>,
    /// `no_email_faults`
    pub no_faults: bool,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            from: None,
            server: None,
            connect_timeout: Spanned::implied(Duration::from_secs(30)),
            helo_name: None,
            alert: None,
            alert_vrrp: None,
            no_faults: false,
        }
    }
}

/// `smtp_server HOST [PORT]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Address or name.
    pub host: Spanned<String>,
    /// 25 by default.
    pub port: u16,
}
