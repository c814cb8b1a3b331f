//! Checks that ask in HTTP/2: which servers are up as haproxy finds them.

use crate::origin::start;
use crate::script::script;
use crate::servers::{told, wait_for};
use crate::support::{Beside, free_port};
use crate::websockets::nghttpd;
use h2::Settings;

#[test]
fn checks_ask_as_traffic_does_or_as_they_are_told() {
    let (origin, _) = start(Settings::default(), script);
    let sealed = free_port();
    let Some(_nghttpd) = nghttpd(sealed) else {
        return;
    };
    let servers = |port: u16, words: &[&str]| -> String {
        let lines = (1..)
            .zip(words)
            .map(|(n, words)| format!("    server s{n} 127.0.0.1:{port} {words}\n"));
        lines.collect()
    };
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 3s\n    timeout server 3s\n    timeout connect 1s\n    \
         timeout check 1s\n    option httpchk\n    default-server check inter 100ms rise 1 fall 1\nfrontend web\n    bind 127.0.0.1:PORT\n    \
         http-request return status 200 content-type text/plain lf-string \
         \"%[srv_is_up(clear/s1)]%[srv_is_up(clear/s2)]%[srv_is_up(clear/s3)]%[srv_is_up(clear/s4)]\
         %[srv_is_up(clear/s5)] %[srv_is_up(sealed/s1)]%[srv_is_up(sealed/s2)]%[srv_is_up(sealed/s3)]\"\n\
         backend clear\n    http-check send meth GET uri /plain ver HTTP/1.1 hdr Host a.example\n{}\
         backend sealed\n    http-check send meth GET uri /curve.crt ver HTTP/1.1 hdr Host a.example\n{}",
        servers(
            origin.port,
            &[
                "proto h2",
                "check-proto h2",
                "weight 2",
                "proto h2 check-proto h1",
                "proto h2 weight 3"
            ]
        ),
        servers(
            sealed,
            &[
                "ssl verify none check-alpn h2",
                "ssl verify none alpn h2",
                "ssl verify none alpn h2 check-alpn h2"
            ]
        ),
    );
    let Some(both) = Beside::start(&config) else {
        return;
    };
    let found = |port: u16| told(port, "/").1;
    // Debian's haproxy asks nghttpd in vain by TLS, whatever is agreed on.
    let theirs = || found(both.theirs.port).starts_with("11001 ");
    assert!(wait_for(theirs), "{}", found(both.theirs.port));
    wait_for(|| found(both.ours.port) == "11001 101");
    assert_eq!(found(both.ours.port), "11001 101");
}
