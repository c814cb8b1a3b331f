//! What the supervisor says to its children, and what they answer.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A configuration file's path (for diagnostics) and text. Children parse it again: the
/// supervisor has already refused anything that does not parse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

/// A file that a configuration names, as found on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As the configuration names it; for an included file, its path.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// A listening socket handed to the proxy. Its descriptor travels beside the message, in the
/// order of `ToWorker::Configure::listeners`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerGrant {
    /// Name of the frontend or listen section; `peers NAME` of such a section; empty for a runtime
    /// socket (`stats socket`).
    pub proxy: String,
    /// Address as bound, e.g. `10.0.0.100:80` or `[2001:db8::1]:443`.
    pub address: String,
    /// Position of the bind line's address within its section, from 0.
    pub index: u32,
}

/// A check script that the supervisor runs on behalf of the VRRP process, which has no right to
/// change users (keepalived.conf(5), `vrrp_script`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptSpec {
    pub name: String,
    /// Program and arguments; no shell is involved.
    pub argv: Vec<String>,
    pub interval_us: u64,
    pub timeout_us: u64,
    /// User and optional group; `None` means the `script_user` default.
    pub user: Option<String>,
    pub group: Option<String>,
}

impl ScriptSpec {
    /// Whether both ask the same question as the same user, however often.
    pub fn same_check(&self, other: &Self) -> bool {
        (&self.argv, &self.user, &self.group) == (&other.argv, &other.user, &other.group)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// Take up this configuration; answered by `Ready` or `Rejected` with the same generation.
    /// The same message starts a worker and reloads it.
    Configure {
        generation: u64,
        /// haproxy.cfg files for the proxy, the one keepalived.conf for the VRRP process.
        files: Vec<SourceFile>,
        listeners: Vec<ListenerGrant>,
    },
    /// Files that the configuration to come names (included files, error pages), because the
    /// worker may not be able to open any. Replaces the ones before.
    Attachments { files: Vec<Attachment> },
    /// Proxy: files of certificates that changed since they were attached.
    Renewed { files: Vec<Attachment> },
    /// Proxy: what was ordered before it began. Comes before its first configuration.
    Orders { servers: Vec<crate::ServerOrders> },
    /// Proxy: what was changed of its configuration before it began. Comes before its first one.
    Amendments { body: serde_json::Value },
    /// Proxy: a VRRP process runs beside it, and questions about its routers are answered.
    Routers,
    /// Proxy: how the examination of the same number ended.
    Examined { id: u64, verdict: crate::Verdict },
    /// Proxy: addresses that left this host, whose connections go on here for a while; in place of
    /// those before.
    Departed { addresses: Vec<Departed> },
    /// Proxy: the answer to a question of the same number.
    Told { id: u64, text: String },
    /// VRRP: give up mastership now and stay up as backup (a planned change of master).
    Handover,
    /// VRRP: do not wait for the down timer where no other router has been heard since the start.
    Lead,
    /// Stop gracefully: VRRP releases its addresses, the proxy drains up to `deadline_ms`.
    Stop { deadline_ms: u64 },
    /// Answered by `Status` with the same id; that of [`crate::SIGN_OF_LIFE`] has an empty body.
    Status { id: u64 },
    /// Proxy: the lines of statistics as CSV and what is known of the process; answered the same way.
    Statistics { id: u64 },
    /// VRRP: state of the own proxy (native service tracking, no script).
    Service { up: bool, reason: String },
    /// VRRP: what is seen of watched files and processes.
    Watched { seen: crate::watch::Seen },
    /// VRRP: the supervisor lives. Once a second.
    Alive,
    /// VRRP: beat into the timer whose descriptor travels beside this ([`crate::pulse`]).
    Pulse,
    /// Another process of this kind stands ready: answered by `Legacy`. The VRRP process ends with
    /// that, and takes nothing away; the proxy goes on.
    Bequeath,
    /// VRRP, before its first configuration: the process before this one still runs. Nothing is
    /// touched until `Inherit`.
    Succeed,
    /// What the process before this one left. To the VRRP process after its configuration; to the
    /// proxy before it, and once more with what was counted since.
    Inherit { body: serde_json::Value },
    /// VRRP: one run of a check script ended.
    ScriptResult {
        name: String,
        outcome: ScriptOutcome,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptOutcome {
    Success,
    Failure,
    TimedOut,
    /// The script cannot be run at all (missing, not executable, unknown user): FAULT, never
    /// "more eligible".
    Unusable,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    Ready {
        generation: u64,
    },
    Rejected {
        generation: u64,
        reasons: Vec<String>,
    },
    Status {
        id: u64,
        body: serde_json::Value,
    },
    /// Proxy: whether it serves (listeners open, some server up); `Service` for VRRP.
    Service {
        up: bool,
        reason: String,
    },
    /// Proxy: all servers that are not as the configuration says, replacing the ones before.
    Orders {
        servers: Vec<crate::ServerOrders>,
    },
    /// Proxy: all that was changed of its configuration while it runs, in the place of what was.
    Amendments {
        body: serde_json::Value,
    },
    /// Proxy: somebody at a runtime socket asks what only the supervisor knows: `vrrp`, `config`,
    /// `config diff`, `startup logs`; or looks at its page (`routers`: JSON) or metrics (`router metrics`). Answered by
    /// `Told`.
    Question {
        id: u64,
        what: String,
    },
    /// Proxy: run the program that checks this server; answered by `Examined`.
    Examine {
        examination: crate::Examination,
    },
    /// VRRP: the scripts to run from now on, replacing the list before.
    Scripts {
        scripts: Vec<ScriptSpec>,
    },
    /// VRRP: run a notify script, in the order of messages of the same subject
    /// (keepalived.conf(5), `notify`).
    Notify {
        /// What it is about: `INSTANCE VI_1`.
        subject: String,
        argv: Vec<String>,
        user: Option<String>,
        group: Option<String>,
    },
    /// VRRP: the files and processes to watch from now on; answered by `Watched` at once.
    Watch {
        list: crate::watch::WatchList,
    },
    /// VRRP: tell the people of `notification_email`.
    Mail {
        /// Without the `[ROUTER_ID]` before it.
        subject: String,
        text: String,
    },
    /// VRRP: it is about to take these addresses, too; `Holding` follows when there is time.
    Taking {
        addresses: Vec<HeldAddress>,
    },
    /// VRRP: the addresses it holds now (`ADDR/LEN`, interface), so that the supervisor can take
    /// them away when the process dies.
    Holding {
        addresses: Vec<HeldAddress>,
        /// What another host holds by now. A process of an earlier version says nothing of it.
        #[serde(default)]
        departed: Vec<Departed>,
    },
    /// VRRP: what else it has set in the kernel (routes, rules, interfaces) as the netlink requests
    /// that take it away, in order, in place of the list before.
    Undo {
        requests: Vec<Vec<u8>>,
    },
    /// VRRP: adverts of priority 0 for all that it is master of, in place of the list before. The
    /// supervisor sends them when the process dies without having said goodbye.
    Farewell {
        packets: Vec<FarewellPacket>,
    },
    /// Proxy: these files of `ToWorker::Renewed` are in use. It says in a log line why others are not.
    Renewed {
        paths: Vec<String>,
    },
    /// The answer to `Bequeath`; the proxy says it once more when it ends.
    Legacy {
        body: serde_json::Value,
        /// Another part follows.
        more: bool,
    },
    /// A line for syslog; children have no socket of their own after chroot.
    Log {
        severity: u8,
        text: String,
    },
    /// The worker has released everything and will exit.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAddress {
    pub interface: String,
    /// `ADDR/LEN`.
    pub address: String,
}

/// An address that left this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departed {
    pub address: IpAddr,
    /// When its connections end here, on the monotonic clock.
    pub until_us: u64,
}

/// A packet ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FarewellPacket {
    pub interface: String,
    pub source: IpAddr,
    pub destination: IpAddr,
    /// For IPv4 the whole packet, for IPv6 what follows the IP header.
    pub bytes: Vec<u8>,
}
