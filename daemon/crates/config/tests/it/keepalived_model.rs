use crate::said::{keepalived, valid};
use config::keepalived::model::*;
use std::net::IpAddr;
use std::time::Duration;

const PAIR: &str = r#"
global_defs {
    router_id lb-a
    vrrp_version 3
    script_user keepalived_script
    enable_script_security
    vrrp_garp_master_refresh 60
    vrrp_garp_master_repeat 3
    notification_email { ops@example.com on-call@example.com }
}
vrrp_script web {
    script "/usr/bin/curl -fs 'http://127.0.0.1/up ok'"
    interval 0.5
    fall 3
    rise 2
    weight -20
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 254
    advert_int 0.1
    virtual_ipaddress {
        10.0.0.100/24 brd 10.0.0.255 dev eth0 label eth0:vip scope global
        10.0.0.101
    }
    virtual_ipaddress_excluded { 2001:db8::100/64 }
    unicast_src_ip 10.0.0.11
    unicast_peer {
        10.0.0.12 min_ttl 250
    }
    track_script { web }
    track_interface {
        eth0
        eth1 weight -10 reverse
    }
    #tandem: track_proxy weight -30
    notify_master "/usr/local/bin/up.sh a" root adm
    notify /usr/local/bin/any.sh
    garp_master_delay 1
}
vrrp_sync_group G {
    group { VI_1 }
}
"#;

#[test]
fn a_pair_is_read_with_globals_folded_in() {
    let config = valid(keepalived(PAIR));
    let one = &config.instances[0];
    assert_eq!(one.state.value, InitialState::Master);
    assert_eq!(
        (one.vrid.value, one.priority.value),
        (Vrid(51), Priority(254))
    );
    assert_eq!(one.advert_int.value, Duration::from_millis(100));
    assert_eq!(one.version.value, Version::V3);
    assert_eq!(
        one.source.unwrap().value,
        "10.0.0.11".parse::<IpAddr>().unwrap()
    );
    assert_eq!(one.garp.master_refresh, Some(Duration::from_mins(1)));
    assert_eq!((one.garp.master_repeat, one.garp.lower_prio_repeat), (3, 3));
    assert_eq!(
        (one.garp.master_delay, one.garp.lower_prio_delay),
        (Duration::from_secs(1), Duration::from_secs(5))
    );
    assert_eq!(config.global.mail.to.len(), 2);
    let Transport::Unicast { peers, ttl } = &one.transport else {
        panic!("unicast")
    };
    assert_eq!(
        (peers.len(), peers[0].min_ttl.unwrap().value, *ttl),
        (1, 250, 255)
    );
}

#[test]
fn addresses_keep_their_parameters() {
    let config = valid(keepalived(PAIR));
    let one = &config.instances[0];
    let [first, second] = one.vips.as_slice() else {
        panic!("two addresses")
    };
    assert_eq!((first.prefix, second.prefix), (24, 32));
    assert_eq!(first.label.as_ref().unwrap().value, "eth0:vip");
    assert_eq!(
        first.broadcast,
        Some(Broadcast::Address("10.0.0.255".parse().unwrap()))
    );
    assert_eq!(first.scope.unwrap().value, Scope(0));
    assert_eq!(one.vips_excluded[0].prefix, 64);
    assert!(!one.is_ipv6());
}

#[test]
fn trackers_take_their_effective_weights() {
    let config = valid(keepalived(PAIR));
    let one = &config.instances[0];
    assert_eq!(
        one.track_scripts[0].weight.value,
        Weight {
            value: -20,
            reverse: false
        }
    );
    assert_eq!(one.track_interfaces[0].weight.value, Weight::default());
    assert_eq!(
        one.track_interfaces[1].weight.value,
        Weight {
            value: -10,
            reverse: true
        }
    );
    assert_eq!(
        one.track_proxy.unwrap().weight,
        Weight {
            value: -30,
            reverse: false
        }
    );
}

#[test]
fn commands_are_split_and_know_who_runs_them() {
    let config = valid(keepalived(PAIR));
    let script = &config.scripts[0];
    assert_eq!(
        script.argv.value,
        ["/usr/bin/curl", "-fs", "http://127.0.0.1/up ok"]
    );
    assert_eq!(
        script.user.as_ref().unwrap().user.value,
        "keepalived_script"
    );
    assert_eq!(script.interval.value, Duration::from_millis(500));
    let notify = &config.instances[0].notify;
    let master = notify.master.as_ref().unwrap();
    assert_eq!(master.argv.value, ["/usr/local/bin/up.sh", "a"]);
    let user = master.user.as_ref().unwrap();
    assert_eq!(
        (
            user.user.value.as_str(),
            user.group.as_ref().unwrap().value.as_str()
        ),
        ("root", "adm")
    );
    let any = notify.any.as_ref().unwrap();
    assert_eq!(any.user.as_ref().unwrap().user.value, "keepalived_script");
}

#[test]
fn mail_follows_the_closest_word_and_what_is_no_address_is_told() {
    let text = |instance: &str| {
        format!(
            "global_defs {{\n  smtp_alert on\n  no_email_faults\n  notification_email {{ root a@b.example ops@ }}\n}}\nvrrp_instance VI_1 {{\n  interface eth0\n  virtual_router_id 1\n  {instance}\n  virtual_ipaddress {{\n    10.0.0.1/24\n  }}\n}}\n"
        )
    };
    for (instance, mails) in [("", true), ("smtp_alert off", false), ("smtp_alert", true)] {
        let parsed = keepalived(&text(instance));
        let told: Vec<&str> = parsed
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.as_str())
            .filter(|message| message.contains("mail"))
            .collect();
        assert_eq!(
            told,
            ["'ops@' is no mail address; nothing can be sent to it"]
        );
        let notify = &parsed.config.instances[0].notify;
        assert_eq!((notify.mails(), notify.mail_faults), (mails, false));
    }
}

#[test]
fn the_reader_of_a_fifo_is_its_own_keyword_s() {
    let text = "global_defs {\n  notify_fifo_script /bin/all x nobody\n  notify_fifo /run/all\n  vrrp_notify_fifo /run/vrrp\n  lvs_notify_fifo /run/lvs\n}\n";
    let config = valid(keepalived(text));
    let readers: Vec<(&str, &[String])> = config
        .global
        .fifo_readers()
        .map(|(path, command)| (path, command.argv.value.as_slice()))
        .collect();
    assert_eq!(readers, [("/run/all", &["/bin/all".to_owned()][..])]);
    let alone = "global_defs {\n  vrrp_notify_fifo_script /bin/read\n}\n";
    let config = valid(keepalived(alone));
    let idle: Vec<&str> = config.global.idle_fifo_scripts().collect();
    assert_eq!(idle, ["vrrp_notify_fifo_script"]);
}

#[test]
fn defaults_are_those_of_the_manual() {
    let config = valid(keepalived(
        "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n",
    ));
    let one = &config.instances[0];
    assert_eq!(
        (one.state.value, one.priority.value),
        (InitialState::Backup, Priority(100))
    );
    assert_eq!(
        (one.version.value, one.advert_int.value),
        (Version::V2, Duration::from_secs(1))
    );
    let Transport::Multicast { group } = &one.transport else {
        panic!("multicast")
    };
    assert_eq!(group.value, "224.0.0.18".parse::<IpAddr>().unwrap());
    assert_eq!((one.garp.master_repeat, one.garp.master_refresh), (5, None));
    assert_eq!(
        (one.down_timer_adverts, one.accept),
        (3, AcceptMode::Accept)
    );
}

#[test]
fn an_unset_state_follows_the_priority_and_the_reverse() {
    let one = |lines: &str| {
        let text = format!(
            "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n {lines}\n virtual_ipaddress {{\n 10.0.0.1\n }}\n}}\n"
        );
        let config = valid(keepalived(&text));
        (
            config.instances[0].state.value,
            config.instances[0].priority.value.0,
        )
    };
    assert_eq!(one("state MASTER"), (InitialState::Master, 255));
    assert_eq!(one("priority 255"), (InitialState::Master, 255));
    assert_eq!(one("priority 100"), (InitialState::Backup, 100));
}

#[test]
fn ipv6_addresses_mean_version_three_and_its_group() {
    let config = valid(keepalived(
        "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n fe80::1\n 2001:db8::1/64\n }\n}\n",
    ));
    let one = &config.instances[0];
    assert!(one.is_ipv6());
    assert_eq!(one.version.value, Version::V3);
    let Transport::Multicast { group } = &one.transport else {
        panic!("multicast")
    };
    assert_eq!(group.value, "ff02::12".parse::<IpAddr>().unwrap());
}

#[test]
fn a_password_is_padded_and_never_printed() {
    let config = valid(keepalived(
        "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n authentication {\n auth_type PASS\n auth_pass hunter2\n }\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n",
    ));
    let auth = config.instances[0].auth.as_ref().unwrap();
    assert_eq!(&auth.field(), b"hunter2\0");
    assert!(
        !format!("{config:?}").contains("104, 117") && !format!("{config:?}").contains("hunter2")
    );
}

const TWO: &str = "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.1\n }\n}\nvrrp_instance B {\n interface eth1\n garp_interval 2\n virtual_router_id 2\n virtual_ipaddress {\n 10.1.0.1\n }\n}\n";

#[test]
fn a_garp_group_is_what_its_interfaces_follow() {
    let text = format!(
        "global_defs {{\n vrrp_gna_interval 0.5\n}}\ngarp_group {{\n garp_interval 0.25\n interfaces {{\n eth0\n eth1\n }}\n}}\n{TWO}"
    );
    let config = valid(keepalived(&text));
    let [a, b] = &config.instances[..] else {
        panic!("{:?}", config.instances)
    };
    assert_eq!((a.garp_group, b.garp_group), (Some(0), Some(0)));
    assert_eq!(a.garp.interval, Duration::from_millis(250));
    // What the instance says counts more, and what the group leaves open is as in global_defs.
    assert_eq!(b.garp.interval, Duration::from_secs(2));
    assert_eq!(a.garp.gna_interval, Duration::from_millis(500));
}

#[test]
fn mistakes_in_a_garp_group_are_named() {
    let parsed = keepalived(
        "garp_group {\n garp_interval 1\n}\ngarp_group {\n interface eth0\n}\ngarp_group {\n interface eth0\n intervall 1\n}\n",
    );
    assert_eq!(
        crate::said::errors(&parsed),
        [
            "error 1:1 the garp_group names no interface, so it says nothing [garp_group] => write interface eth0, or interfaces { eth0 eth1 } inside",
            "error 8:12 'eth0' is in a garp_group above [eth0] => an interface belongs to one group",
            "error 9:2 unknown keyword 'intervall' in garp_group [intervall] => did you mean 'interface'?",
        ]
    );
}

#[test]
fn a_group_tells_of_changed_priorities_for_its_members() {
    let text = format!(
        "{TWO}vrrp_sync_group G {{\n group {{\n A\n B\n }}\n notify_priority_changes true\n}}\n"
    );
    let config = valid(keepalived(&text));
    assert!(
        config
            .instances
            .iter()
            .all(|one| one.notify.priority_changes)
    );
}

#[test]
fn processes_have_the_names_that_are_asked_for() {
    let names = |lines: &str| {
        let config = valid(keepalived(&format!("global_defs {{\n{lines}\n}}\n{TWO}")));
        let text = |name: Option<config::Spanned<String>>| name.map(|name| name.value);
        (
            text(config.global.process_name),
            text(config.global.vrrp_process_name),
        )
    };
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(names(""), (None, None));
    assert_eq!(
        names("process_names"),
        (some("keepalived"), some("keepalived_vrrp"))
    );
    assert_eq!(
        names("vrrp_process_name mine\nprocess_names"),
        (some("keepalived"), some("mine"))
    );
}
