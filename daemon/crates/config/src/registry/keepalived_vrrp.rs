//! Blocks of the VRRP half: scripts, instances, groups, addresses, trackers.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, NotYet, Supported};

const TRACKED: Status = NotYet("is not watched yet; use a vrrp_script");

pub(super) static VRRP: &[Entry] = entries! {
    "vrrp_script" ALL {
        Supported => "script" "interval" "timeout" "weight" "rise" "fall" "user" "init_fail";
    }
    "vrrp_instance" ALL {
        Supported => "state" "interface" "virtual_router_id" "priority" "advert_int" "version"
            "authentication" "virtual_ipaddress" "virtual_ipaddress_excluded" "nopreempt"
            "preempt" "preempt_delay" "track_script" "track_interface" "unicast_src_ip"
            "unicast_peer" "unicast_ttl" "mcast_src_ip" "mcast_dst_ip" "garp_master_delay"
            "garp_master_repeat" "garp_master_refresh" "garp_master_refresh_repeat"
            "garp_lower_prio_delay" "garp_lower_prio_repeat"
            "notify" "notify_master" "notify_backup" "notify_fault" "notify_stop"
            "notify_master_rx_lower_pri" "dont_track_primary" "accept" "lower_prio_no_advert"
            "interface_up_down_delays" "down_timer_adverts" "v3_checksum_as_v2"
            "no_virtual_ipaddress" "#tandem:track_proxy" "#tandem:witness";
        Supported => "garp_interval" "gna_interval" "use_vmac" "vmac_xmit_base";
        Supported => "notify_deleted" "notify_priority_changes" "no_accept" "strict_mode"
            "track_file" "track_process" "promote_secondaries";
        Accepted("the addresses of every advert are looked at") => "skip_check_adv_addr";
        Accepted("a master that yields always sends an advert first")
            => "higher_prio_send_advert";
        Accepted("unicast is taken from the listed peers only") => "check_unicast_src";
        Accepted("the log level is chosen when the daemon starts") => "debug";
        Supported => "smtp_alert";
        NotYet("addresses of other interfaces get no virtual link address; give each interface an instance with use_vmac")
            => "use_vmac_addr";
        NotYet("an ipvlan shares the MAC of the interface, so nothing is gained over plain addresses: remove it, or write use_vmac")
            => "use_ipvlan" "ipvlan_type";
        NotYet("an instance works on an interface; name the interface that is in the VRF") => "vrf";
        Supported => "virtual_routes" "virtual_rules";
        Supported => "track_src_ip" "garp_extra_if";
        TRACKED => "track_bfd";
        Accepted("the kernel tells the state of links") => "linkbeat_use_polling";
        Accepted("the kernel tells the state of links") => "linkbeat_interfaces";
        Accepted("has an effect once the layer 4 director runs") => "lvs_sync_daemon_interface";
        NotYet("authentication of later releases is not spoken") => "auth_hmac";
        Supported => "old_unicast_checksum";
        Accepted("multicast is joined on the interface itself") => "disable_local_igmp"
            "native_ipv6" "unicast_fault_no_peer" "flow_label" "rtt_min_rx" "kernel_rx_buf_size"
            "thread_timer_expired";
    }
    "authentication" ALL {
        Supported => "auth_type" "auth_pass";
    }
    "virtual_ipaddress" ALL {
        Supported => "brd" "broadcast" "dev" "scope" "label" "peer" "preferred_lft"
            "-nodad" "home" "mngtmpaddr" "noprefixroute" "autojoin" "nodad";
        Supported => "no_track";
        Supported => "track_group";
        NotYet("only an instance has a virtual link address; give the interface an instance with use_vmac")
            => "use_vmac";
        NotYet("the kernel's own routes of an address keep their metric; use virtual_routes") => "metric";
    }
    "virtual_routes" ALL {
        Supported => "src" "from" "to" "via" "gw" "or" "dev" "oif" "table" "metric" "priority"
            "preference" "proto" "protocol" "tos" "dsfield" "scope" "realms" "nexthop" "weight"
            "onlink" "pervasive" "mtu" "window" "rtt" "rttvar" "ssthresh" "cwnd" "advmss"
            "reordering" "hoplimit" "initcwnd" "initrwnd" "features" "rto_min" "quickack"
            "congctl" "fastopen_no_cookie" "lock" "pref" "expires" "ttl-propagate" "append"
            "prepend" "inet" "inet6" "default" "unicast" "local" "broadcast" "anycast"
            "multicast" "blackhole" "unreachable" "prohibit" "throw" "no_track" "track_group";
        NotYet("routes with an encapsulation are set with the system's own network service")
            => "encap" "as";
        NotYet("write the table of the vrf: table NUMBER") => "vrf";
    }
    "virtual_rules" ALL {
        Supported => "from" "to" "not" "tos" "dsfield" "fwmark" "iif" "dev" "oif" "preference"
            "priority" "order" "table" "lookup" "goto" "nop" "blackhole" "unreachable" "prohibit"
            "realms" "l3mdev" "uidrange" "ipproto" "ip_proto" "sport" "dport" "tun_id"
            "suppress_prefixlength" "suppress_prefixlen" "suppress_ifgroup" "suppress_group"
            "protocol" "inet" "inet6" "no_track" "track_group";
        NotYet("translate addresses with nf_tables") => "nat" "map-to";
    }
    "garp_group" ALL {
        Supported => "garp_interval" "gna_interval" "interface" "interfaces";
    }
    "track_group" ALL {
        Supported => "group";
    }
    "vrrp_sync_group" ALL {
        Supported => "group" "track_script" "track_interface" "notify" "notify_master"
            "notify_backup" "notify_fault" "notify_stop"
            "sync_group_tracking_weight" "global_tracking";
        Supported => "notify_priority_changes";
        Supported => "smtp_alert";
        Supported => "track_file" "track_process";
        TRACKED => "track_bfd";
    }
    "track_file" ALL {
        Supported => "file" "weight" "init_file";
    }
    "vrrp_track_process" ALL {
        Supported => "process" "weight" "quorum" "quorum_max" "delay" "fork_delay"
            "terminate_delay" "full_command" "param_match";
    }
};
