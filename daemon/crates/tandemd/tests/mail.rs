//! Mails on changes of state and alarms: to a real server, beside keepalived, and to servers
//! that are slow, absent or break off.

#[path = "mail/exim.rs"]
mod exim;
#[path = "mail/ill.rs"]
mod ill;
mod pair;

use std::path::PathBuf;

use exim::{Exim, PORT, header};
use ill::Ill;
use pair::daemon::signal_process;
use pair::{Daemon, Keepalived, Pair, VIP, wait};

const SERVER: &str = "10.77.0.14";

macro_rules! require {
    () => {
        require_pair!();
        if let Some(reason) = exim::unavailable() {
            eprintln!("skipped: {reason}");
            return;
        }
    };
}

/// What a host's configuration says about mail; `alert` goes into the instance.
struct Wish<'a> {
    from: &'a str,
    to: &'a str,
    server: &'a str,
    global: &'a str,
    alert: &'a str,
}

const PLAIN: Wish<'static> = Wish {
    from: "lb-a@example.org",
    to: "ops@example.org\n        noc@example.org",
    server: "10.77.0.14 2525",
    global: "",
    alert: "    smtp_alert\n",
};

fn write(pair: &Pair, name: &str, vrid: u8, wish: &Wish) -> PathBuf {
    let Wish {
        from,
        to,
        server,
        global,
        alert,
    } = wish;
    let text = format!(
        "global_defs {{\n    router_id LB_A\n    notification_email {{\n        {to}\n    }}\n    notification_email_from {from}\n    smtp_server {server}\n    smtp_connect_timeout 10\n    smtp_helo_name lb.example.org\n{global}}}\nvrrp_instance VI_1 {{\n    state BACKUP\n    interface eth0\n    virtual_router_id {vrid}\n    priority 200\n    version 3\n    advert_int 0.1\n    virtual_ipaddress {{\n        10.77.0.{vrid}/24\n    }}\n{alert}}}\n"
    );
    pair.write(name, &text)
}

fn mail_status(daemon: &Daemon) -> serde_json::Value {
    daemon.status()["mail"].clone()
}

#[test]
fn changes_of_state_are_mailed_as_keepalived_does_with_more_to_read() {
    require!();
    let pair = Pair::new("mail");
    let exim = Exim::start(&pair.web, SERVER, &pair.directory);
    let ours = write(&pair, "ours.conf", 71, &PLAIN);
    let wish = Wish {
        from: "lb-k@example.org",
        ..PLAIN
    };
    let theirs = write(&pair, "theirs.conf", 72, &wish);
    let keepalived = Keepalived::start(&pair.b, &theirs);
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&ours));
    let both = |exim: &Exim| {
        (
            exim.subjects("lb-a@example.org"),
            exim.subjects("lb-k@example.org"),
        )
    };
    wait("two mails of each", || {
        let (a, k) = both(&exim);
        a.len() >= 2 && k.len() >= 2
    });
    let (mut a, mut k) = both(&exim);
    // The server may take two of a kind in any order.
    a.sort();
    k.sort();
    assert_eq!(a, k, "{}\n{:?}", daemon.log(), exim.mails());
    assert_eq!(
        a,
        [
            "[LB_A] VRRP Instance VI_1 - Entering BACKUP state",
            "[LB_A] VRRP Instance VI_1 - Entering MASTER state"
        ]
    );
    let of = |from: &str| {
        let mails = exim.mails();
        let found = mails.into_iter().find(|mail| {
            header(mail, "From").as_deref() == Some(from) && mail.contains("MASTER state")
        });
        found.unwrap()
    };
    let (mail, other) = (of("lb-a@example.org"), of("lb-k@example.org"));
    assert_eq!(header(&mail, "To"), header(&other, "To"));
    assert!(header(&mail, "Date").is_some() && header(&other, "Date").is_some());
    assert_eq!(header(&mail, "Auto-Submitted").unwrap(), "auto-generated");
    for part in [
        "VRRP instance VI_1 (virtual router 71 on eth0) is MASTER.",
        "Before:           BACKUP for 0.",
        "Reason:           no other router was heard",
        "Previous master:  none was heard",
        "Addresses:        10.77.0.71/24",
    ] {
        assert!(mail.contains(part), "{part}\n{mail}");
    }
    drop(keepalived);
    // The server has a mail before it says so.
    wait("all are counted", || mail_status(&daemon)["sent"] == 4);

    let pid = daemon.worker("vrrp");
    signal_process(pid, "KILL");
    wait("the alarm", || {
        exim.subjects("lb-a@example.org").iter().any(|subject| {
            subject == &format!("[LB_A] tandemd - the vrrp process {pid} was ended by signal 9")
        })
    });
    wait("master again", || pair.a.has("10.77.0.71"));
    daemon.signal("TERM");
    assert_eq!(daemon.wait_end().code(), Some(0), "{}", daemon.log());
    wait("the last word", || {
        exim.subjects("lb-a@example.org")
            .last()
            .is_some_and(|subject| subject == "[LB_A] VRRP Instance VI_1 - Entering STOP state")
    });
}

#[test]
fn who_is_told_follows_the_closest_word_and_faults_may_be_left_out() {
    require!();
    let pair = Pair::new("told");
    let exim = Exim::start(&pair.web, SERVER, &pair.directory);
    // Everybody by default, this instance not; its group nevertheless.
    let wish = Wish {
        global: "    smtp_alert on\n    no_email_faults\n",
        alert: "    smtp_alert off\n",
        ..PLAIN
    };
    let quiet = write(&pair, "quiet.conf", 73, &wish);
    let second = "vrrp_instance VI_2 {\n    interface eth0\n    virtual_router_id 74\n    priority 100\n    version 3\n    advert_int 0.1\n    virtual_ipaddress {\n        10.77.0.74/24\n    }\n    track_interface {\n        up0\n    }\n}\nvrrp_sync_group G {\n    group {\n        VI_2\n    }\n}\n";
    let text = std::fs::read_to_string(&quiet).unwrap();
    std::fs::write(&quiet, format!("{text}{second}")).unwrap();
    pair.a.namespace.add_link("up0");
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&quiet));
    daemon.wait_ready();
    wait("the first is master", || pair.a.has("10.77.0.73"));
    pair.a.namespace.ip(&["link", "set", "up0", "up"]);
    wait("both are told", || {
        exim.subjects("lb-a@example.org").len() >= 4
    });
    pair.a.namespace.ip(&["link", "set", "up0", "down"]);
    wait("fault", || !pair.a.has("10.77.0.74"));
    pair.a.namespace.ip(&["link", "set", "up0", "up"]);
    wait("all are told", || {
        exim.subjects("lb-a@example.org").len() >= 8
    });
    let mut subjects = exim.subjects("lb-a@example.org");
    subjects.sort();
    subjects.dedup();
    assert_eq!(
        subjects,
        [
            "[LB_A] VRRP Group G - Entering BACKUP state",
            "[LB_A] VRRP Group G - Entering MASTER state",
            "[LB_A] VRRP Instance VI_2 - Entering BACKUP state",
            "[LB_A] VRRP Instance VI_2 - Entering MASTER state"
        ]
    );
}

#[test]
fn who_is_refused_is_told_and_who_is_put_off_gets_it_later() {
    require!();
    let pair = Pair::new("grey");
    let exim = Exim::start(&pair.web, SERVER, &pair.directory);
    let wish = Wish {
        to: "ops@example.org grey@example.org nobody@example.org root",
        ..PLAIN
    };
    let file = write(&pair, "grey.conf", 75, &wish);
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&file));
    wait("it is put off and refused", || {
        let log = daemon.log();
        log.contains("waits, next attempt in 2 s: the server said 451 come back later")
            && log.contains("is refused for nobody@example.org: the server said 550 there is no such person here")
            && log.contains("is sent to ops@example.org")
    });
    exim.let_grey_pass();
    wait("the rest comes", || {
        daemon.log().contains("is sent to grey@example.org")
    });
    wait("nothing is left", || mail_status(&daemon)["queued"] == 0);
    let status = mail_status(&daemon);
    // Twice each: BACKUP and MASTER. A bare name is one of this host, whose mail is not relayed.
    assert_eq!(
        (&status["sent"], &status["refused"]),
        (&4.into(), &4.into()),
        "{status}"
    );
    assert_eq!(status["dropped"], 0);
}

#[test]
fn a_server_that_is_silent_holds_up_nothing_and_its_mail_is_kept() {
    require!();
    let pair = Pair::new("slow");
    let ill = Ill::silent(&pair.web, SERVER, PORT);
    let wish = Wish {
        global: "    smtp_connect_timeout 20\n",
        ..PLAIN
    };
    let file = write(&pair, "slow.conf", 100, &wish);
    let peer = write(&pair, "peer.conf", 100, &Wish { alert: "", ..PLAIN });
    let text = std::fs::read_to_string(&peer).unwrap();
    std::fs::write(&peer, text.replace("priority 200", "priority 100")).unwrap();
    let a = Daemon::start(&pair, &pair.a, None, Some(&file));
    wait("a is master", || pair.a.has(VIP));
    let b = Daemon::start(&pair, &pair.b, None, Some(&peer));
    b.wait_ready();
    wait("the silent server was called", || ill.calls() > 0);
    let mailer = pair::daemon::processes_on(&pair.a).into_iter().find(|pid| {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
        name.is_ok_and(|name| name == "tandemd-mail\n")
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", mailer.unwrap())).unwrap();
    for line in [
        "Uid:\t65534\t65534\t65534\t65534",
        "CapEff:\t0000000000000000",
        "CapBnd:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Groups:\t ",
    ] {
        assert!(status.contains(line), "{line}\n{status}");
    }
    pair.hand_over(&a, VIP);
    assert!(mail_status(&a)["queued"].as_u64().unwrap() >= 2);
}

#[test]
fn servers_that_are_absent_break_off_or_cannot_be_found_are_tried_again() {
    require!();
    let pair = Pair::new("ill");
    let file = write(&pair, "ill.conf", 76, &PLAIN);
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&file));
    let said = |text: &str| {
        wait(text, || {
            daemon
                .log()
                .lines()
                .any(|line| line.contains("waits, next attempt") && line.contains(text))
        });
    };
    said("10.77.0.14:2525: Connection refused");
    let ill = Ill::breaking_off(&pair.web, SERVER, PORT);
    said("10.77.0.14:2525: incomplete response");
    assert!(ill.calls() > 0);
    let wish = Wish {
        server: "relay.invalid 2525",
        ..PLAIN
    };
    write(&pair, "ill.conf", 76, &wish);
    assert!(daemon.tell(["reload"]).status.success());
    assert!(daemon.tell(["handover", "--timeout-ms", "50"]).stdout.len() > 2);
    said("relay.invalid: ");
    drop(ill);
    let exim = Exim::start(&pair.web, SERVER, &pair.directory);
    write(&pair, "ill.conf", 76, &PLAIN);
    assert!(daemon.tell(["reload"]).status.success());
    wait("everything arrives in the end", || {
        let subjects = exim.subjects("lb-a@example.org");
        subjects
            .iter()
            .any(|subject| subject.contains("Entering BACKUP"))
            && subjects
                .iter()
                .any(|subject| subject.contains("Entering MASTER"))
    });
    assert_eq!(mail_status(&daemon)["dropped"], 0);
}
