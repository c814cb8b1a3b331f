//! What a host that takes packets for an address has beside the address itself.

use testkit::segment::Host;

pub fn text(host: &Host, program: &str, arguments: &[&str]) -> String {
    let output = host.namespace.command(program).args(arguments).output();
    String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
}

/// Routes of addresses whose connections go on, and all tables of nf_tables.
pub fn traces(host: &Host) -> String {
    let route = ["route", "show", "table", "local", "proto", "keepalived"];
    let (v4, v6) = (text(host, "ip", &route), {
        let six: Vec<&str> = std::iter::once("-6").chain(route).collect();
        text(host, "ip", &six)
    });
    v4 + &v6 + &text(host, "nft", &["list", "ruleset"])
}
