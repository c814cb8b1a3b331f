//! Counters, rates and tags of stick tables beside haproxy: every fetch and converter about them.

mod support;

use std::fmt::Write as _;
use std::io::Write;
use support::{Beside, Client, Origin, read_head};

/// Counters that both must agree on.
const COUNTERS: &[&str] = &[
    "conn_cnt",
    "conn_cur",
    "conn_rate",
    "sess_cnt",
    "sess_rate",
    "http_req_cnt",
    "http_req_rate",
    "http_err_cnt",
    "http_err_rate",
    "http_fail_cnt",
    "http_fail_rate",
    "gpc0_rate",
    "gpc1_rate",
];

/// What is counted in bytes counts heads as each writes them: there, or not.
const BYTES: &[&str] = &["kbytes_in", "kbytes_out", "bytes_in_rate", "bytes_out_rate"];

/// Of the tables alone.
const TABLE_ONLY: &[&str] = &["gpc0", "gpc1", "gpt0"];

fn shown() -> Vec<String> {
    let mut shown = Vec::new();
    for counter in COUNTERS {
        shown.push(format!(
            "%[sc0_{counter}] %[sc_{counter}(0)] %[src_{counter}(per_ip)] %[src,table_{counter}(per_ip)] %[sc0_{counter}(per_ip)] %[sc1_{counter}] %[sc_{counter}(1)] %[sc2_{counter}]"
        ));
    }
    for counter in BYTES {
        // Once so much has gone by that both have counted a kilobyte.
        shown.push(format!(
            "%[sc_{counter}(0),bool,and(txn.many)] %[src_{counter}(per_ip),bool,and(txn.many)] %[src,table_{counter}(per_ip),bool,and(txn.many)]"
        ));
    }
    for counter in TABLE_ONLY {
        shown.push(format!(
            "%[src,table_{counter}(per_ip)] %[str(9.9.9.9),table_{counter}(per_ip)]"
        ));
    }
    shown.extend(
        [
            "%[sc0_get_gpc0] %[sc0_get_gpc1] %[sc_get_gpc0(0)] %[src_get_gpc0(per_ip)] %[src_get_gpc1(per_ip)] %[sc_get_gpt0(0)] %[sc0_get_gpt0] %[src_get_gpt0(per_ip)]",
            "%[sc0_tracked] %[sc1_tracked] %[sc2_tracked] %[sc_tracked(1)] %[sc0_trackers] %[sc_trackers(1)] %[src,in_table(per_ip)] %[str(9.9.9.9),in_table(per_ip)]",
            "%[sc_get_gpc(0,1)] %[sc_get_gpc(1,1)] %[sc_get_gpc(2,1)] %[sc_get_gpc(3,1)] %[sc_get_gpt(0,1)] %[sc_get_gpt(1,1)] %[sc_gpc_rate(1,1)]",
            "%[path,table_gpc(1,arrays)] %[path,table_gpt(1,arrays)] %[path,table_gpc_rate(1,arrays)] %[path,table_gpc(7,arrays)]",
            "%[table_cnt(per_ip)] %[table_avl(per_ip)] %[table_cnt(arrays)] %[table_cnt(stuck)]",
            "%[sc0_inc_gpc0] %[sc_inc_gpc1(0)] %[src_inc_gpc0(per_ip)] %[src_inc_gpc1(per_ip)] %[sc_inc_gpc(2,1)]",
            "%[sc0_clr_gpc0] %[sc_clr_gpc1(0)] %[sc_clr_gpc(2,1)] %[sc0_get_gpc0] %[sc0_get_gpc1]",
            "%[src_clr_gpc0(per_ip)] %[src_clr_gpc1(per_ip)] %[src_updt_conn_cnt(per_ip)]",
            "%[src,table_expire(per_ip),bool] %[src,table_idle(per_ip),div(50000)] %[str(9.9.9.9),table_expire(per_ip,77)] %[str(9.9.9.9),table_idle(per_ip,78)]",
            "%[urlp(id),table_server_id(stuck)] %[urlp(id),in_table(stuck)]",
        ]
        .map(str::to_owned),
    );
    shown
}

fn config(origin: u16) -> String {
    let mut text = (
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
         frontend web\n bind 127.0.0.1:PORT\n\
         \x20 tcp-request connection track-sc0 src table per_ip\n\
         \x20 http-request track-sc1 path table arrays if { path_beg /t }\n\
         \x20 http-request sc-inc-gpc0(0) if { urlp(do) inc0 }\n\
         \x20 http-request sc-inc-gpc1(0) if { urlp(do) inc1 }\n\
         \x20 http-request sc-set-gpt0(0) int(7),add(1) if { urlp(do) tag }\n\
         \x20 http-request sc-set-gpt0(0) 99 if { urlp(do) tag99 }\n\
         \x20 http-request sc-inc-gpc(1,1) if { urlp(do) array }\n\
         \x20 http-request sc-set-gpt(1,1) 5 if { urlp(do) array }\n\
         \x20 http-response sc-inc-gpc(0,1) if { status 404 }\n\
         \x20 http-response sc-set-gpt(0,1) 404 if { status 404 }\n\
         \x20 http-response track-sc2 src table late if { status 404 }\n\
         \x20 http-request set-var(txn.late) src,table_conn_cnt(late)\n\
         \x20 http-response set-header X-Late %[sc2_tracked]:%[var(txn.late)]\n\
         \x20 http-request set-var(txn.many) int(0)\n\
         \x20 http-request set-var(txn.many) int(1) if { sc0_http_req_cnt gt 100 }\n\
         \x20 http-request deny if { path /deny }\n")
    .to_owned();
    for (n, shown) in shown().iter().enumerate() {
        let _ = writeln!(
            text,
            "  http-request return status 200 content-type text/plain lf-string \"{shown}\" if {{ urlp(case) {n} }}"
        );
    }
    let _ = write!(
        text,
        "  use_backend stuck if {{ path /stick }}\n  default_backend app\n\
         backend app\n server s 127.0.0.1:{origin}\n\
         backend stuck\n balance roundrobin\n stick-table type string size 1k expire 100s\n stick on urlp(id)\n\
         \x20 server one 127.0.0.1:{origin} id 11\n server two 127.0.0.1:{origin} id 22\n\
         backend late\n stick-table type ip size 100 expire 100s store conn_cnt\n\
         backend per_ip\n stick-table type ip size 1k expire 100s store gpc0,gpc1,gpc0_rate(100s),gpc1_rate(100s),gpt0,conn_cnt,conn_cur,conn_rate(100s),sess_cnt,sess_rate(100s),http_req_cnt,http_req_rate(100s),http_err_cnt,http_err_rate(100s),http_fail_cnt,http_fail_rate(100s),bytes_in_cnt,bytes_in_rate(100s),bytes_out_cnt,bytes_out_rate(100s)\n\
         backend arrays\n stick-table type string size 1k expire 100s store gpc(3),gpc_rate(3,100s),gpt(2),http_req_cnt,http_req_rate(100s),http_err_cnt,http_fail_cnt,conn_cnt,conn_rate(100s),sess_cnt\n"
    );
    text
}

/// Answers with the status that the path ends with.
fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let target = head.split(' ').nth(1).unwrap_or("");
            let path = target.split('?').next().unwrap_or("");
            let status: u16 = path
                .rsplit('/')
                .next()
                .and_then(|s| s.parse().ok())
                .unwrap_or(200);
            let answer = format!(
                "HTTP/1.1 {status} Told\r\nContent-Length: 2000\r\n\r\n{}",
                "x".repeat(2000)
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

const STEPS: &[&str] = &[
    "/",
    "/?do=inc0",
    "/?do=inc0",
    "/?do=inc1",
    "/?do=tag",
    "/t/404?do=array",
    "/t/x?do=array",
    "/t/500",
    "/503",
    "/t/501",
    "/deny",
    "/404",
    "/?do=tag99",
    "/t/404",
    "/stick?id=a",
    "/stick?id=b",
    "/stick?id=a",
];

#[test]
fn every_counter_counts_as_in_haproxy() {
    let origin = origin();
    let Some(beside) = Beside::start(&config(origin.port)) else {
        return;
    };
    // The start looked whether haproxy listens; that counts.
    drop(Client::connect(beside.ours.port));
    let mut sides = [&beside.theirs, &beside.ours].map(|side| Client::connect(side.port));
    let mut ask = |target: &str| {
        let [theirs, ours] = &mut sides;
        [theirs, ours].map(|client| {
            let (head, body) = client.get(target);
            let late = head.lines().find_map(|l| {
                l.to_ascii_lowercase()
                    .strip_prefix("x-late: ")
                    .map(str::to_owned)
            });
            let text = if body.len() < 1000 {
                String::from_utf8_lossy(&body).into_owned()
            } else {
                String::new()
            };
            if support::status_of(&head) == 403 {
                // A refusal of the original keeps the connection; its text is its own.
                return format!("403 {late:?}");
            }
            format!("{} {late:?} {text}", support::status_of(&head))
        })
    };
    let mut differ = Vec::new();
    for step in STEPS {
        if let Some(bytes) = step.strip_prefix('!') {
            for side in [&beside.theirs, &beside.ours] {
                let mut client = Client::connect(side.port);
                client.send(bytes);
                if !bytes.is_empty() {
                    client.rest();
                }
            }
            continue;
        }
        let [theirs, ours] = ask(step);
        if theirs != ours {
            differ.push(format!("{step}\n  haproxy: {theirs}\n  ours:    {ours}"));
        }
        for (n, shown) in shown().iter().enumerate() {
            for path in ["/t/404", "/stick"] {
                let [theirs, ours] = ask(&format!("{path}?case={n}&id=a"));
                if theirs != ours {
                    differ.push(format!(
                        "{shown} of {path} after {step}\n  haproxy: {theirs}\n  ours:    {ours}"
                    ));
                }
            }
        }
    }
    let some: Vec<_> = differ.iter().take(30).cloned().collect();
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        some.join("\n")
    );
}
