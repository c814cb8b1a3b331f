//! The Debian packages' own checkers, where they are installed: what we accept as golden they
//! accept too, and what they refuse as a mistake of syntax we refuse.

use crate::said::{errors, haproxy, keepalived, said};
use std::io::Write;
use std::process::{Command, Stdio};

fn installed(program: &str) -> bool {
    let there = std::path::Path::new("/usr/sbin").join(program).exists();
    if !there {
        eprintln!("skipped: the Debian package '{program}' is not installed");
    }
    there
}

/// The verdict of `haproxy -c` on a text.
fn haproxy_accepts(text: &str) -> bool {
    let mut child = Command::new("/usr/sbin/haproxy")
        .args(["-c", "-f", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("haproxy starts");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(text.as_bytes())
        .expect("haproxy reads");
    child.wait().expect("haproxy ends").success()
}

const PROXY: &str = "listen l\n mode http\n bind 127.0.0.1:1\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n server s 127.0.0.1:80\n";

#[test]
fn haproxy_and_we_agree_about_lines() {
    if !installed("haproxy") {
        return;
    }
    let lines = [
        "http-request deny if TRUE",
        "http-request deny if nosuch",
        "http-request deny if { path /x",
        "http-request deny deny_status 418",
        "http-request deny foo",
        "http-request set-header X",
        "http-request set-header X %[src]",
        "http-request set-header X %[src",
        "http-request set-header X %[nosuch]",
        "http-request set-header X %zz",
        "http-request redirect location /x code 305",
        "http-request return status 200 content-type text/plain string ok if { path / }",
        "acl a src 10.0.0.0/8 ::1",
        "acl a src foo.invalid",
        "acl a dst_port 80 443:500 gt 5",
        "acl a req.hdr(host),lower -m sub x",
        "acl a*b path /",
        "balance roundrobin",
        "balance roundrobbin",
        "balance uri len 3 depth 2",
        "balance hdr(host)",
        "balance random(2)",
        "timeout queue 5s",
        "timeout queue 5x",
        "timeout queue",
        "timeout queue 5s extra",
        "retries 3",
        "option httplog",
        "option nosuch",
        "option forwardfor except 10.0.0.0/8 if-none header X-F",
        "option redispatch 2",
        "option httpchk GET /x HTTP/1.1",
        "http-check expect status 200-399",
        "http-check expect ! string error",
        "http-check send meth GET uri /x ver HTTP/1.1 hdr Host x",
        "server t 127.0.0.1:81 check inter 1s rise 2 fall 3 weight 10 maxconn 5 backup",
        "server t 127.0.0.1:81 weight 257",
        "server s 127.0.0.1:81",
        "server t 127.0.0.1:81 nosuch",
        "bind 127.0.0.1:2-4,127.0.0.1:9 name x",
        "bind 127.0.0.1",
        "bind :::7 v4v6",
        "default_backend nosuch",
        "errorfile 999 /x",
        "http-reuse always",
        "http-reuse nosuch",
        "log 127.0.0.1:514 local0 info",
        "log 127.0.0.1:514 local9",
        "log 127.0.0.1",
        "description \"open",
        "description \\xZZ",
        "mode http#comment",
        "no option httplog",
        "monitor-uri /alive",
        "hash-type consistent sdbm avalanche",
        "tcp-request connection reject if { src 192.0.2.1 }",
        "use-server s if { path / }",
    ];
    let mut differ = Vec::new();
    for line in lines {
        let text = format!(
            "{PROXY} {line}
"
        );
        let parsed = haproxy(&text);
        let theirs = haproxy_accepts(&text);
        if parsed.is_valid() != theirs {
            differ.push(format!(
                "haproxy says {theirs} to '{line}', we say {:?}",
                errors(&parsed)
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{}",
        differ.join(
            "
"
        )
    );
}

/// netdevice(7).
const IFF_MULTICAST: u32 = 0x1000;

#[test]
fn keepalived_accepts_what_we_call_clean() {
    if !installed("keepalived") {
        return;
    }
    // `-t` looks whether the interface exists and knows multicast.
    let mut interfaces = std::fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .flatten();
    let interface = interfaces.find(|entry| {
        let flags = std::fs::read_to_string(entry.path().join("flags")).unwrap_or_default();
        let flags = u32::from_str_radix(flags.trim().trim_start_matches("0x"), 16).unwrap_or(0);
        flags & IFF_MULTICAST != 0
    });
    let Some(interface) = interface.and_then(|entry| entry.file_name().into_string().ok()) else {
        eprintln!("skipped: this machine has no interface with multicast");
        return;
    };
    let text = format!(
        "global_defs {{\n router_id lb\n script_user root\n enable_script_security\n}}\n\
                vrrp_script s {{\n script \"/bin/true\"\n interval 1\n weight -10\n}}\n\
                vrrp_instance V {{\n state BACKUP\n interface {interface}\n virtual_router_id 51\n priority 100\n advert_int 1\n \
                authentication {{\n  auth_type PASS\n  auth_pass s3cret\n }}\n virtual_ipaddress {{\n  10.99.0.100/24\n }}\n \
                track_script {{\n  s\n }}\n #tandem: track_proxy weight -20\n}}\n"
    );
    let parsed = keepalived(&text);
    let said = said(&parsed);
    assert!(said.is_empty(), "{said:?}");
    let mut path = std::env::temp_dir();
    path.push(format!("tandem-config-{}.conf", std::process::id()));
    std::fs::write(&path, &text).expect("a temporary file");
    let output = Command::new("/usr/sbin/keepalived")
        .args(["-t", "-f"])
        .arg(&path)
        .output();
    let _ = std::fs::remove_file(&path);
    let output = output.expect("keepalived starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
