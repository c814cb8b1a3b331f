//! Exact messages.

use crate::said::{errors, keepalived, said};
use config::{Options, Source};

fn instance(lines: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{\n  10.0.0.100/24\n }}\n{lines}\n}}\n"
    )
}

#[test]
fn unknown_keywords_get_a_suggestion_and_blocks_are_skipped_whole() {
    let parsed = keepalived(&instance(
        " priorty 100\n foo {\n  bar 1\n }\n auth_type PASS;\n nopreempt\n state BACKUP;",
    ));
    assert_eq!(
        errors(&parsed),
        [
            "error 7:2 unknown keyword 'priorty' in vrrp_instance [priorty] => did you mean 'priority'?",
            "error 8:2 unknown keyword 'foo' in vrrp_instance, so its block is skipped [foo]",
            "error 11:2 unknown keyword 'auth_type' in vrrp_instance [auth_type] => 'auth_type' belongs into authentication",
            "error 13:8 'BACKUP;' is not a state [BACKUP;] => write MASTER or BACKUP",
        ]
    );
    assert!(
        parsed.config.instances[0].nopreempt,
        "the instance goes on behind the unknown block"
    );
}

#[test]
fn a_second_keyword_on_a_line_is_an_error() {
    let parsed = keepalived(&instance(
        " nopreempt garp_master_delay 1\n priority 100 high",
    ));
    assert_eq!(
        said(&parsed),
        [
            "error 7:12 'garp_master_delay' stands behind 'nopreempt' on one line, where keepalived ignores it [garp_master_delay 1] => write each keyword on a line of its own",
            "warning 8:15 'high' behind 'priority' is ignored [high] => remove it",
        ]
    );
}

#[test]
fn a_second_address_on_a_line_is_an_error() {
    let parsed = keepalived(
        "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 10.0.0.2 }\n}\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 4:31 the address 10.0.0.2 stands behind another and would be lost [10.0.0.2] => write each address on a line of its own"
        ]
    );
}

#[test]
fn what_the_protocol_cannot_carry_is_refused() {
    let parsed = keepalived(&instance(" advert_int 0.5\n"));
    assert_eq!(
        errors(&parsed),
        [
            "error 7:13 an advert_int of 0.5 s cannot be sent in version 2 [0.5] => write whole seconds from 1 to 255, or 'version 3' (on both nodes)"
        ]
    );
    let parsed = keepalived(&instance(
        " version 3\n advert_int 41\n authentication {\n auth_type PASS\n auth_pass a\n }",
    ));
    assert_eq!(
        errors(&parsed),
        [
            "error 8:13 an advert_int of 41 s cannot be sent in version 3 [41] => write 0.01 to 40.95 seconds",
            "error 10:12 version 3 has no authentication, so the password is not used [PASS] => remove the block, or write 'version 2'",
        ]
    );
}

#[test]
fn a_long_password_is_cut_with_a_warning_that_does_not_repeat_it() {
    let parsed = keepalived(&instance(
        " authentication {\n auth_type PASS\n auth_pass muchtoolong\n }",
    ));
    assert_eq!(
        said(&parsed),
        [
            "warning 9:12 the password has 11 bytes; only the first 8 are used, so different passwords may match [muchtoolong] => shorten it to 8 bytes on both nodes"
        ]
    );
    let auth = parsed.config.instances[0].auth.as_ref().unwrap();
    assert_eq!(auth.password.value, b"muchtool");
}

#[test]
fn addresses_ids_and_names_are_unique() {
    let one = instance("");
    let two = one.replace("vrrp_instance V", "vrrp_instance W");
    let three = one.replace("10.0.0.100/24", "10.0.0.101");
    let parsed = keepalived(&format!("{one}{two}{three}"));
    assert_eq!(
        errors(&parsed),
        [
            "error 11:20 'V' has virtual_router_id 1 on eth0 already: each would take the other's adverts for its own [1] => give each instance of an interface its own id from 1 to 255",
            "error 13:3 10.0.0.100 is an address of 'V' already [10.0.0.100/24] => each virtual address belongs to one instance, once",
            "error 17:15 there is a vrrp_instance 'V' already; this one is not used [V] => give it another name and another virtual_router_id",
        ]
    );
}

#[test]
fn peers_that_cannot_hear_are_refused() {
    let parsed = keepalived(&instance(
        " unicast_src_ip 10.0.0.11\n unicast_peer {\n 10.0.0.11\n 10.0.0.100\n 10.0.0.12/24\n fe80::1\n }",
    ));
    assert_eq!(
        said(&parsed),
        [
            "error 9:2 the peer 10.0.0.11 is this node itself [10.0.0.11] => write the other node's address",
            "error 10:2 the peer 10.0.0.100 is a virtual address, which moves between the nodes [10.0.0.100] => write the other node's own address",
            "warning 11:2 a peer is an address, so the prefix length of '10.0.0.12/24' is ignored [10.0.0.12/24] => write 10.0.0.12",
            "error 12:2 the peer fe80::1 is of another family than the virtual addresses [fe80::1] => write the peer's address of the same family",
        ]
    );
}

#[test]
fn scripts_must_exist_above_and_need_no_shell() {
    let parsed = keepalived(&format!(
        "vrrp_script a {{\n script \"/usr/bin/pidof x > /dev/null\"\n}}\nvrrp_script b {{\n script killall -0 haproxy\n}}\n{}",
        instance(" track_script {\n  aa\n  later\n }")
    ));
    assert_eq!(
        said(&parsed),
        [
            "warning 2:9 '>' is for a shell, but commands are run without one: it becomes an argument and the check does not do what it says [\"/usr/bin/pidof x > /dev/null\"] => write \"/bin/sh -c '…'\", or put it into a script file",
            "error 5:17 '-0' and what follows is not part of the command [-0 haproxy] => write script \"killall -0 haproxy\"",
            "error 14:3 there is no vrrp_script 'aa' above this line; keepalived would leave the check out and stay master [aa] => did you mean 'a'?",
            "error 15:3 there is no vrrp_script 'later' above this line; keepalived would leave the check out and stay master [later] => write 'vrrp_script later { … }' above this block",
        ]
    );
}

#[test]
fn preemption_and_weights_without_effect_are_said() {
    let head = "vrrp_script s {\n script \"/bin/true\"\n weight 60\n}\n";
    let parsed = keepalived(&format!(
        "{head}{}",
        instance(" state MASTER\n priority 200\n nopreempt\n preempt_delay 5\n track_script { s }")
    ));
    assert_eq!(
        said(&parsed),
        [
            "warning 3:9 priority 200 with weight 60 would be 260; it stops at 254 [60] => choose them so that the sum stays from 1 to 254",
            "warning 13:2 nopreempt has no effect with state MASTER: the node takes the addresses back [nopreempt] => write 'state BACKUP' on both nodes, or remove nopreempt",
            "warning 14:16 preempt_delay has no effect with state MASTER [5] => write 'state BACKUP', without nopreempt",
        ]
    );
}

#[test]
fn missing_parts_are_named() {
    let parsed = keepalived("vrrp_instance V {\n}\nvrrp_instance {\n}\nvrrp_script s {\n}\n");
    assert_eq!(
        errors(&parsed),
        [
            "error 1:15 the vrrp_instance 'V' has no interface: it does not know where to speak [V] => add e.g. 'interface eth0'",
            "error 1:15 the vrrp_instance 'V' has no virtual_router_id: it cannot be told from others [V] => add e.g. 'virtual_router_id 51'",
            "error 1:15 the vrrp_instance 'V' has no address: there is nothing to hold [V] => add e.g. 'virtual_ipaddress { 10.0.0.100/24 }'",
            "error 3:14 'vrrp_instance' needs a name [] => write 'vrrp_instance NAME { … }'",
            "error 5:13 the vrrp_script 's' runs nothing [s] => add e.g. script \"/usr/bin/pgrep nginx\"",
        ]
    );
}

#[test]
fn groups_know_their_members() {
    let parsed = keepalived(&format!(
        "{}vrrp_sync_group G {{\n group {{\n VV\n V\n }}\n}}\n",
        instance("")
    ));
    assert_eq!(
        said(&parsed),
        [
            "warning 9:17 the vrrp_sync_group 'G' has one member: there is nothing to keep in step [G] => add the other instances, or remove the group",
            "error 11:2 there is no vrrp_instance 'VV' [VV] => did you mean 'V'?",
        ]
    );
}

#[test]
fn the_layer_four_half_is_refused_once_for_each_block() {
    let text =
        "virtual_server 10.0.0.1 80 {\n lb_algo rr\n real_server 10.0.0.2 80 {\n weight 1\n }\n}\n";
    let parsed = keepalived(text);
    assert_eq!(
        said(&parsed),
        [
            "error 1:1 'virtual_server' in the file is not supported yet [virtual_server] => the layer 4 director is not executed yet"
        ]
    );
    assert_eq!(parsed.config.lvs[0].title.value, "10.0.0.1 80");
    let options = Options {
        tolerant: true,
        ..Options::default()
    };
    let tolerant = config::keepalived::parse(&[Source::new("k", text)], &options);
    assert!(tolerant.is_valid());
}

#[test]
fn a_witness_is_a_gateway_the_neighbours_or_a_service() {
    let parsed = keepalived(&instance(
        " #tandem: witness gateway\n #tandem: witness gateway 10.0.0.1 strict\n #tandem: witness tcp [2001:db8::9]:7\n #tandem: witness neighbours # any",
    ));
    assert_eq!(said(&parsed), Vec::<String>::new());
    let witnesses = &parsed.config.instances[0].witnesses;
    let words: Vec<String> = witnesses
        .iter()
        .map(|witness| format!("{} {}", witness.value.kind, witness.value.strict))
        .collect();
    assert_eq!(
        words,
        [
            "gateway false",
            "gateway 10.0.0.1 true",
            "tcp [2001:db8::9]:7 false",
            "neighbours false"
        ]
    );
    let forms = "write gateway, gateway 10.0.0.1, neighbours, tcp 10.0.0.9:7 or udp 10.0.0.9:7";
    let parsed = keepalived(&instance(
        " #tandem: witness\n #tandem: witness gate\n #tandem: witness udp 10.0.0.9\n #tandem: witness neighbours often",
    ));
    assert_eq!(
        errors(&parsed),
        [
            format!("error 7:2 a witness is missing behind '#tandem: witness' [#tandem: witness] => {forms}"),
            format!("error 8:19 'gate' is not a witness [gate] => {forms}"),
            "error 9:23 '10.0.0.9' is not an address with a port [10.0.0.9] => write udp 10.0.0.9:7 or udp [2001:db8::9]:7".to_owned(),
            "error 10:30 'often' is not part of a witness [often] => write nothing or strict behind it".to_owned(),
        ]
    );
    let parsed = keepalived(&instance(" #tandem: witness gateway fd00::1"));
    assert_eq!(
        errors(&parsed),
        [
            "error 7:2 gateway fd00::1 is of another family than the adverts: it never answers [#tandem: witness gateway fd00::1] => name its address of the same family, or leave the address out"
        ]
    );
}
