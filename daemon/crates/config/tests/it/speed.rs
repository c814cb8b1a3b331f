//! 100,000 lines are read in under a second of processor time by a release build; a debug build
//! gets ten. Processor time, because other tests run beside.

use crate::said::{haproxy, keepalived};
use std::fmt::Write;
use std::time::Duration;

fn limit() -> Duration {
    Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 })
}

/// Processor time of this thread so far.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a time since the start")
}

#[test]
fn a_haproxy_file_of_100_000_lines_is_read_in_time() {
    let mut text = String::from(
        "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n\
         frontend web\n bind :80\n default_backend b0\n",
    );
    for n in 0..7100 {
        let _ = write!(text, " acl a{n} path_beg /{n}\n use_backend b{n} if a{n}\n");
    }
    for n in 0..7100 {
        let _ = write!(text, "backend b{n}\n balance leastconn\n");
        for s in 0..10 {
            let _ = writeln!(
                text,
                " server s{s} 10.0.{}.{s}:80 check inter 1s weight 10",
                n % 250
            );
        }
    }
    assert!(text.lines().count() > 99_000);
    let start = cpu();
    let parsed = haproxy(&text);
    let took = cpu().saturating_sub(start);
    assert!(parsed.is_valid());
    println!("haproxy: {} lines in {took:?}", text.lines().count());
    assert!(took < limit(), "{took:?}");
}

#[test]
fn a_keepalived_file_of_100_000_lines_is_read_in_time() {
    let mut text = String::new();
    for n in 0..7700 {
        let _ = write!(
            text,
            "vrrp_instance V{n} {{\n state BACKUP\n interface eth{}\n virtual_router_id {}\n priority 100\n \
             advert_int 1\n virtual_ipaddress {{\n  10.{}.{}.1/24\n }}\n garp_master_delay 1\n nopreempt\n}}\n\n",
            n / 255,
            n % 255 + 1,
            n / 256,
            n % 256
        );
    }
    assert!(text.lines().count() > 99_000);
    let start = cpu();
    let parsed = keepalived(&text);
    let took = cpu().saturating_sub(start);
    assert!(parsed.is_valid(), "{:?}", parsed.errors().next());
    println!("keepalived: {} lines in {took:?}", text.lines().count());
    assert!(took < limit(), "{took:?}");
}
