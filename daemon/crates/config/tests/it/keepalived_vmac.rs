//! Virtual link addresses, and announcements for the sake of switches.

use crate::said::{errors, keepalived, valid};
use std::time::Duration;

fn instance(lines: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {{\n  \
         10.0.0.100/24\n }}\n{lines}\n}}\n"
    )
}

#[test]
fn an_interface_may_have_a_name_and_a_link_address_of_its_own() {
    let config = valid(keepalived(&instance(
        " use_vmac virt0 02:00:5e:00:01\n vmac_xmit_base",
    )));
    let vmac = config.instances[0].vmac.clone().unwrap();
    assert_eq!(vmac.name.unwrap().value, "virt0");
    assert_eq!(vmac.address.unwrap().value, [2, 0, 0x5e, 0, 1]);
    assert!(vmac.xmit_base);
    let config = valid(keepalived(&instance(" use_vmac 02:00:5e:00:01:7")));
    assert_eq!(
        config.instances[0]
            .vmac
            .clone()
            .unwrap()
            .address
            .unwrap()
            .value
            .len(),
        6
    );
}

#[test]
fn what_is_no_name_and_no_link_address_is_said() {
    let help = "write six octets such as 02:00:5e:00:01:33, or five and the virtual_router_id is the sixth";
    for (line, wanted) in [
        ("use_vmac 01:00:5e:00:01:07", format!("error 7:11 '01:00:5e:00:01:07' is not a link address of one interface [01:00:5e:00:01:07] => {help}")),
        ("use_vmac 02:00:5e", format!("error 7:11 '02:00:5e' is not a link address of one interface [02:00:5e] => {help}")),
        ("use_vmac averyverylongname", "error 7:11 'averyverylongname' is not the name of an interface [averyverylongname] => write at most 15 characters".to_owned()),
        ("garp_extra_if all", "error 7:19 'garp_extra_if' needs a value [] => write e.g. 'garp_extra_if all 100'".to_owned()),
    ] {
        assert_eq!(errors(&keepalived(&instance(&format!(" {line}")))), [wanted], "{line}");
    }
}

#[test]
fn extra_announcements_are_of_the_instance_or_of_all() {
    let text = format!(
        "global_defs {{\n vrrp_garp_extra_if 100\n vmac_prefix virt\n}}\n{}",
        instance("")
    );
    let config = valid(keepalived(&text));
    let extra = config.instances[0].garp.extra;
    assert_eq!(
        (extra.every, extra.on_all),
        (Some(Duration::from_secs(100)), false)
    );
    assert_eq!(config.global.vmac_prefix.unwrap().value, "virt");
    let config = valid(keepalived(&instance(" garp_extra_if all 5\n track_src_ip")));
    let extra = config.instances[0].garp.extra;
    assert_eq!(
        (extra.every, extra.on_all),
        (Some(Duration::from_secs(5)), true)
    );
    assert!(config.instances[0].track_source);
    let config = valid(keepalived(&instance(" garp_extra_if 0")));
    assert_eq!(config.instances[0].garp.extra.every, None);
}
