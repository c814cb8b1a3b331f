//! Top-level keywords of keepalived.conf, and `global_defs`.

use super::table::entries;
use super::{Entry, Status};
use Status::{Accepted, Ignored, Label, NotYet, Supported};

const LVS: Status = NotYet("the layer 4 director is not executed yet");

pub(super) static GLOBALS: &[Entry] = entries! {
    "top" ALL {
        Supported => "global_defs" "vrrp_script" "vrrp_instance" "vrrp_sync_group";
        Supported => "track_file" "vrrp_track_file" "vrrp_track_process" "static_ipaddress";
        Supported => "static_routes" "static_rules" "track_group";
        NotYet("BFD is not spoken") => "bfd_instance";
        Accepted("the kernel tells the state of links") => "linkbeat_interfaces";
        LVS => "virtual_server" "virtual_server_group" "SSL";
        Supported => "net_namespace";
        Accepted("no ipsets are made") => "namespace_with_ipsets";
        NotYet("one configuration is one instance") => "instance";
        Accepted("this daemon has its own directory") => "use_pid_dir" "linkbeat_use_polling";
        Supported => "garp_group";
    }
    "global_defs" ALL {
        Label => "router_id";
        Supported => "vrrp_version" "vrrp_mcast_group4" "vrrp_mcast_group6"
            "script_user" "vrrp_garp_master_delay" "vrrp_garp_master_repeat" "vrrp_garp_master_refresh"
            "vrrp_garp_master_refresh_repeat" "vrrp_garp_lower_prio_delay"
            "vrrp_garp_lower_prio_repeat" "vrrp_startup_delay" "vrrp_rt_priority"
            "default_interface" "dynamic_interfaces" "vrrp_lower_prio_no_advert"
            "vrrp_down_timer_adverts";
        Supported => "enable_script_security";
        Supported => "vrrp_garp_extra_if" "vmac_prefix";
        Supported => "vrrp_garp_interval" "vrrp_gna_interval" "notify_fifo" "vrrp_notify_fifo";
        Supported => "vrrp_notify_priority_changes";
        Supported => "process_names" "process_name" "vrrp_process_name";
        Supported => "vrrp_strict";
        Accepted("the addresses of every advert are looked at") => "vrrp_skip_check_adv_addr";
        Accepted("a master that yields always sends an advert first")
            => "vrrp_higher_prio_send_advert";
        Accepted("unicast is taken from the listed peers only") => "vrrp_check_unicast_src";
        Accepted("the VRRP process always runs with real-time priority and locked memory")
            => "vrrp_priority" "vrrp_no_swap" "max_auto_priority";
        Supported => "notification_email" "notification_email_from" "smtp_server"
            "smtp_connect_timeout" "smtp_helo_name" "no_email_faults" "smtp_alert"
            "smtp_alert_vrrp";
        Accepted("has an effect once the layer 4 director runs") => "smtp_alert_checker";
        Accepted("no_accept and use_vmac always use a table of their own in nf_tables: tandem_vrrp")
            => "vrrp_iptables" "nftables" "nftables_priority" "nftables_counters"
            "nftables_ifindex" "vrrp_ipsets" "iptables";
        Supported => "notify_fifo_script" "vrrp_notify_fifo_script";
        Accepted("has an effect once the layer 4 director runs") => "lvs_notify_fifo"
            "lvs_notify_fifo_script";
        Accepted("the supervisor checks a new configuration before it takes it up")
            => "reload_check_config" "reload_file" "reload_time_file" "reload_repeat"
            "reload_date_specific" "include_check" "config_save_dir";
        Accepted("this daemon has its own processes and sockets") => "checker_process_name" "bfd_process_name"
            "child_wait_time" "disable_local_igmp" "umask" "tmp_config_directory"
            "state_dump_file" "stats_dump_file" "json_version" "data_use_instance"
            "vrrp_netlink_cmd_rcv_bufs" "vrrp_netlink_cmd_rcv_bufs_force"
            "vrrp_netlink_monitor_rcv_bufs" "vrrp_netlink_monitor_rcv_bufs_force"
            "process_monitor_rcv_bufs" "process_monitor_rcv_bufs_force" "vrrp_rx_bufs_policy"
            "vrrp_rx_bufs_multiplier" "rs_init_notifies" "no_checker_emails"
            "vrrp_owner_ignore_adverts" "iproute_etc_dir" "iproute_usr_dir"
            "vrrp_cpu_affinity" "checker_cpu_affinity" "bfd_cpu_affinity" "vrrp_rlimit_rttime"
            "vrrp_rlimit_rtime" "keep_script_alive" "vmac_addr_prefix"
            "random_seed" "use_symlink_paths" "script_security_legacy_symlinks";
        Ignored("it is not run; name it in the systemd unit") => "shutdown_script"
            "shutdown_script_timeout" "startup_script" "startup_script_timeout";
        Accepted("values of the state are asked from tandemd status") => "snmp_socket"
            "enable_snmp_keepalived" "enable_snmp_vrrp" "enable_snmp_checker"
            "enable_snmp_rfc" "enable_snmp_rfcv2" "enable_snmp_rfcv3" "enable_traps"
            "snmp_vrrp_jitter" "snmp_server" "enable_dbus" "dbus_service_name" "dbus_no_interface_name";
        Accepted("has an effect once the layer 4 director runs") => "lvs_timeouts" "lvs_flush"
            "lvs_flush_on_stop" "lvs_flush_onstop" "lvs_sync_daemon" "checker_priority"
            "checker_rt_priority" "checker_rlimit_rttime" "checker_rlimit_rtime"
            "checker_no_swap" "lvs_netlink_cmd_rcv_bufs" "lvs_netlink_cmd_rcv_bufs_force"
            "lvs_netlink_monitor_rcv_bufs" "lvs_netlink_monitor_rcv_bufs_force" "checker_log_all_failures"
            "bfd_priority" "bfd_no_swap" "bfd_rt_priority" "bfd_rlimit_rttime" "bfd_rlimit_rtime";
        Supported => "net_namespace";
        Accepted("has an effect once the layer 4 director runs") => "net_namespace_ipvs";
        Accepted("no ipsets are made") => "namespace_with_ipsets";
        Ignored("keepalived 2 does not know it any more; write router_id") => "lvs_id";
        Accepted("unused addresses are told apart by the kernel") => "vrrp_min_garp"
            "fifo_write_vrrp_states_on_reload" "disable_ipv6_autoconf";
    }
};
