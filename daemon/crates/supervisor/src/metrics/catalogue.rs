//! Every metric: its name, what it means, and where in the status it is found.

use serde_json::Value;

use super::samples::{
    addresses, announcement, checks, differs, errors, expiries, hears, held, info, instances,
    lateness, log_lines, number, of_instance, peer_adverts, restarts, results, sample, split,
    states,
};
use super::{Kind, Sample};

type Find = fn(&Value) -> Vec<Sample>;

#[derive(Debug, Clone, Copy)]
enum Place {
    /// A value of the document, by JSON pointer, and how many of it make a unit.
    Document(&'static str, f64),
    /// The same of each virtual router.
    Instance(&'static str, f64),
    Samples(Find),
}

#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
    /// Labels besides those of the place.
    pub labels: &'static [&'static str],
    place: Place,
}

/// Labels of every metric of a virtual router.
pub const INSTANCE_LABELS: [&str; 4] = ["instance", "interface", "vrid", "family"];

impl Metric {
    pub fn all_labels(&self) -> Vec<&'static str> {
        let of_instance = self.name.starts_with("tandemd_vrrp_instance_");
        let own = INSTANCE_LABELS.iter().filter(|_| of_instance);
        own.chain(self.labels).copied().collect()
    }

    pub(super) fn samples(&self, status: &Value) -> Vec<Sample> {
        match self.place {
            Place::Document(pointer, factor) => {
                let value = status.pointer(pointer).and_then(number);
                let sample = value.map(|value| sample(Vec::new(), value / factor));
                sample.into_iter().collect()
            }
            Place::Instance(pointer, factor) => instances(status)
                .filter_map(|instance| {
                    let value = number(instance.pointer(pointer)?)?;
                    Some(sample(of_instance(instance), value / factor))
                })
                .collect(),
            Place::Samples(find) => find(status),
        }
    }
}

macro_rules! metrics {
    ($($kind:ident $name:literal $([$($label:literal),*])? = $place:expr, $help:literal;)*) => {
        /// In the order of the exposition.
        pub const CATALOGUE: &[Metric] = &[$(Metric {
            name: $name,
            kind: Kind::$kind,
            help: $help,
            labels: &[$($($label),*)?],
            place: $place,
        },)*];
    };
}

use Place::{Document, Instance, Samples};

pub(super) const MS: f64 = 1e3;
pub(super) const US: f64 = 1e6;

metrics! {
    Gauge "tandemd_info" ["version", "commit"] = Samples(info), "Always 1; the running build is in the labels.";
    Gauge "tandemd_start_time_seconds" = Document("/startedAt", MS), "When the daemon started, in unix time.";
    Gauge "tandemd_configuration_generation" = Document("/configuration/generation", 1.0), "Configurations that were taken up since the start.";
    Gauge "tandemd_configuration_loaded_time_seconds" = Document("/configuration/loadedAt", MS), "When the running configuration was taken up, in unix time.";
    Counter "tandemd_process_restarts_total" ["process"] = Samples(restarts), "Times that a process died and was started again.";
    Gauge "tandemd_mail_queued" = Document("/mail/queued", 1.0), "Mails that wait to be sent.";
    Counter "tandemd_mail_sent_total" = Document("/mail/sent", 1.0), "Recipients that a server took a mail for.";
    Counter "tandemd_mail_refused_total" = Document("/mail/refused", 1.0), "Recipients that a server refused for good.";
    Counter "tandemd_mail_dropped_total" = Document("/mail/dropped", 1.0), "Mails that were never sent: too old, or too many.";
    Counter "tandemd_notify_dropped_total" = Document("/notify/dropped", 1.0), "Notify commands that were never run: too many waited.";
    Counter "tandemd_proxy_log_lines_total" ["target", "outcome"] = Samples(log_lines), "Log lines of the proxy, by target: sent, dropped (the target did not take them), limited (more than its limit in a second).";
    Gauge "tandemd_certificate_expiry_timestamp_seconds" ["path"] = Samples(expiries), "When a certificate that clients are shown ends, in unix time.";
    Gauge "tandemd_vrrp_instance_state" ["state"] = Samples(states), "1 for the state that the virtual router is in, 0 for the others.";
    Gauge "tandemd_vrrp_instance_priority" = Instance("/priority", 1.0), "Configured priority.";
    Gauge "tandemd_vrrp_instance_effective_priority" = Instance("/effectivePriority", 1.0), "Priority after tracking, as advertised.";
    Gauge "tandemd_vrrp_instance_addresses" = Samples(addresses), "Configured virtual addresses.";
    Gauge "tandemd_vrrp_instance_addresses_held" = Samples(held), "Virtual addresses on this host now.";
    Gauge "tandemd_vrrp_instance_state_since_seconds" = Instance("/since", MS), "When the state was entered, in unix time.";
    Counter "tandemd_vrrp_instance_transitions_total" = Instance("/transitions", 1.0), "Changes of state.";
    Counter "tandemd_vrrp_instance_became_master_total" = Instance("/counters/became_master", 1.0), "Times that the addresses were taken.";
    Counter "tandemd_vrrp_instance_released_master_total" = Instance("/counters/released_master", 1.0), "Times that the addresses were given up.";
    Counter "tandemd_vrrp_instance_adverts_sent_total" = Instance("/counters/adverts_sent", 1.0), "Adverts sent, those of priority 0 apart.";
    Counter "tandemd_vrrp_instance_adverts_received_total" = Instance("/counters/adverts_received", 1.0), "Adverts taken, of any priority.";
    Counter "tandemd_vrrp_instance_priority_zero_sent_total" = Instance("/counters/priority_zero_sent", 1.0), "Farewells sent: adverts of priority 0.";
    Counter "tandemd_vrrp_instance_priority_zero_received_total" = Instance("/counters/priority_zero_received", 1.0), "Farewells taken.";
    Counter "tandemd_vrrp_instance_packet_errors_total" ["kind"] = Samples(errors), "Packets that were not taken, by what was wrong with them.";
    Gauge "tandemd_vrrp_instance_last_advert_heard_seconds" = Instance("/lastAdvertHeardMs", MS), "Age of the last advert of another router; absent while none was heard.";
    Gauge "tandemd_vrrp_instance_heard_by_peer" = Instance("/heardByPeer", 1.0), "On a master: 1 when a backup says that it hears us, 0 when one ceased to; absent when none reports.";
    Gauge "tandemd_vrrp_instance_peer_hears_us" ["peer"] = Samples(hears), "The same for each peer that reports, on any host.";
    Gauge "tandemd_vrrp_instance_peer_last_advert_seconds" ["peer"] = Samples(peer_adverts), "Age of the last advert of each peer.";
    Gauge "tandemd_vrrp_instance_address_lists_differ" = Samples(differs), "1 while another router's adverts list other addresses.";
    Counter "tandemd_vrrp_instance_address_list_differs_total" = Instance("/counters/address_list_differs", 1.0), "Adverts taken that list other addresses.";
    Gauge "tandemd_vrrp_instance_split_brain" = Samples(split), "1 while somebody else serves what this master holds.";
    Counter "tandemd_vrrp_instance_split_brains_total" = Instance("/counters/split_brains", 1.0), "Times that this began.";
    Counter "tandemd_vrrp_instance_lower_priority_heard_total" = Instance("/counters/lower_priority_heard", 1.0), "Masters of lower priority that were answered.";
    Counter "tandemd_vrrp_instance_announcements_sent_total" = Instance("/counters/announcements_sent", 1.0), "Gratuitous ARP packets and unsolicited neighbour advertisements sent.";
    Gauge "tandemd_vrrp_instance_announcement" ["outcome"] = Samples(announcement), "1 for what became of the last announcement: verified, unverified, pending, nobody_known.";
    Counter "tandemd_vrrp_instance_announcements_verified_total" = Instance("/counters/announcements_verified", 1.0), "Announcements that the neighbours have shown to know.";
    Counter "tandemd_vrrp_instance_announcements_unverified_total" = Instance("/counters/announcements_unverified", 1.0), "Announcements that some address remained without proof of.";
    Gauge "tandemd_vrrp_instance_witness_answers" = Instance("/witness/answers", 1.0), "1 while a configured witness answers; absent without one.";
    Gauge "tandemd_vrrp_instance_waits_for_witness" = Instance("/witness/waits", 1.0), "1 while it would be master if a witness answered.";
    Counter "tandemd_vrrp_instance_addresses_restored_total" = Instance("/counters/addresses_restored", 1.0), "Addresses that somebody else removed and that were put back.";
    Gauge "tandemd_vrrp_check_up" ["check", "kind"] = Samples(checks), "1 for a tracked script, file, process or proxy that is well, 0 for one that is not or cannot be run.";
    Counter "tandemd_vrrp_check_results_total" ["check", "result"] = Samples(results), "Runs of a check script, by result.";
    Gauge "tandemd_vrrp_realtime_priority" = Document("/vrrp/process/hardening/realtimePriority", 1.0), "Real-time priority of the VRRP process; absent when none was granted.";
    Gauge "tandemd_vrrp_memory_locked" = Document("/vrrp/process/hardening/memoryLocked", 1.0), "1 when its memory cannot be paged out.";
    Histogram "tandemd_vrrp_wake_lateness_seconds" ["le"] = Samples(lateness), "How late the VRRP process was woken.";
    Gauge "tandemd_vrrp_wake_lateness_max_seconds" = Document("/vrrp/process/lateness/maxUs", US), "The latest that it was ever woken.";
    Counter "tandemd_vrrp_send_errors_total" = Document("/vrrp/process/sendErrors", 1.0), "Packets that could not be sent.";
    Counter "tandemd_vrrp_foreign_adverts_total" = Document("/vrrp/process/foreignAdverts", 1.0), "VRRP packets for no virtual router of ours.";
    Counter "tandemd_vrrp_unreadable_packets_total" = Document("/vrrp/process/unreadablePackets", 1.0), "Packets of the VRRP protocols without a whole IP or authentication header.";
}
