//! State and counters as JSON, with the members of keepalived's document that tools read.

use config::keepalived::Config;
use config::keepalived::model::{AcceptMode, AuthKind, InitialState, Instance, Version};
use serde_json::{Value, json};

use super::configuration::written;
use super::{counted, instances};

pub fn json(config: &Config, vrrp: &Value, base: &Value) -> String {
    let all: Vec<Value> = config
        .instances
        .iter()
        .map(|one| {
            let mut states = instances(vrrp).iter();
            let state = states.find(|state| state["name"] == one.name.value.0.as_str());
            let state = state.unwrap_or(&Value::Null);
            json!({ "data": data(one, state), "stats": stats(state, base) })
        })
        .collect();
    Value::from(all).to_string()
}

/// keepalived's numbers of states.
fn number(state: &Value) -> u8 {
    match state.as_str() {
        Some("BACKUP") => 1,
        Some("MASTER") => 2,
        Some("FAULT") => 3,
        _ => 0,
    }
}

fn data(one: &Instance, state: &Value) -> Value {
    let texts = |vips: &[config::keepalived::model::Vip]| -> Vec<String> {
        vips.iter().map(written).collect()
    };
    let interval = one.advert_int.as_secs_f64();
    let since = state["since"].as_u64().unwrap_or(0);
    let since = f64::from(u32::try_from(since / 1000).unwrap_or(u32::MAX))
        + f64::from(u16::try_from(since % 1000).unwrap_or(0)) / 1000.0;
    json!({
        "iname": one.name.value.0,
        "dont_track_primary": u8::from(one.dont_track_primary),
        "skip_check_adv_addr": u8::from(one.skip_check_adv_addr),
        "strict_mode": u8::from(one.strict),
        "ifp_ifname": one.interface.value,
        "master_priority": state["master"]["priority"].as_u64().unwrap_or(0),
        "last_transition": since,
        "garp_delay": one.garp.master_delay.as_secs(),
        "garp_refresh": one.garp.master_refresh.unwrap_or_default().as_secs(),
        "garp_rep": one.garp.master_repeat,
        "garp_refresh_rep": one.garp.refresh_repeat,
        "garp_lower_prio_delay": one.garp.lower_prio_delay.as_secs(),
        "garp_lower_prio_rep": one.garp.lower_prio_repeat,
        "lower_prio_no_advert": u8::from(one.lower_prio_no_advert),
        "higher_prio_send_advert": u8::from(one.higher_prio_send_advert),
        "vrid": one.vrid.value.0,
        "base_priority": one.priority.value.0,
        "effective_priority": state["effectivePriority"].as_u64().unwrap_or(0),
        "vipset": state["held"].as_array().is_some_and(|held| !held.is_empty()),
        "promote_secondaries": one.promote_secondaries,
        "adver_int": interval,
        "master_adver_int": state["advertIntervalMs"].as_f64().map_or(interval, |ms| ms / 1000.0),
        "accept": u8::from(one.accept == AcceptMode::Accept),
        "nopreempt": one.nopreempt,
        "preempt_delay": one.preempt_delay.as_secs_f64(),
        "state": number(&state["state"]),
        "wantstate": if one.state.value == InitialState::Master { 2 } else { 1 },
        "version": if one.version.value == Version::V3 { 3 } else { 2 },
        "smtp_alert": one.notify.mail,
        "vips": texts(&one.vips),
        "evips": texts(&one.vips_excluded),
        "auth_type": match one.auth.as_ref().map(|auth| auth.kind.value) {
            None => 0,
            Some(AuthKind::Pass) => 1,
            Some(AuthKind::Ah) => 2,
        },
    })
}

fn stats(state: &Value, base: &Value) -> Value {
    let of = |names: &[&str]| counted(state, base, names);
    json!({
        "advert_rcvd": of(&["adverts_received"]),
        "advert_sent": of(&["adverts_sent"]),
        "become_master": of(&["became_master"]),
        "release_master": of(&["released_master"]),
        "packet_len_err": of(&["length_errors"]),
        "advert_interval_err": of(&["interval_errors"]),
        "ip_ttl_err": of(&["ttl_errors"]),
        "invalid_type_rcvd": of(&["type_errors"]),
        "addr_list_err": of(&["address_list_differs"]),
        "authtype_mismatch": of(&["authentication_type_errors"]),
        "auth_failure": of(&["authentication_failures", "replayed"]),
        "pri_zero_rcvd": of(&["priority_zero_received"]),
        "pri_zero_sent": of(&["priority_zero_sent"]),
    })
}
