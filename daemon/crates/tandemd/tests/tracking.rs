//! What is tracked, as a whole: files and processes of the machine, and checks that cannot run.

mod pair;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pair::{Daemon, Keepalived, Pair, wait};

fn instance(vrid: u8, more: &str) -> String {
    format!(
        "vrrp_instance VI_1 {{\n  interface eth0\n  virtual_router_id {vrid}\n  priority 100\n  version 3\n  advert_int 0.1\n  virtual_ipaddress {{\n    10.77.0.{vrid}/24\n  }}\n{more}}}\n"
    )
}

fn state(daemon: &Daemon) -> (String, String) {
    let instance = daemon.status()["vrrp"]["instances"][0].clone();
    let state = instance["state"].as_str().unwrap_or_default().to_owned();
    (state, instance["reasons"].to_string())
}

#[test]
fn files_and_processes_of_the_machine_move_the_priority() {
    require_pair!();
    let pair = Pair::new("watch");
    let file = pair.directory.join("weight");
    let program = pair.directory.join("tdm-tracked");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let trackers = format!(
        "track_file F {{\n  file {}\n  init_file 3\n}}\nvrrp_track_process P {{\n  process tdm-tracked\n}}\n",
        file.display()
    );
    let more = "  track_file {\n    F weight 2\n  }\n  track_process {\n    P weight 20\n  }\n";
    let conf = pair.write("watch.conf", &format!("{trackers}{}", instance(61, more)));
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&conf));
    daemon.wait_ready();
    let priority = || daemon.status()["vrrp"]["instances"][0]["effectivePriority"].clone();
    wait("the file counts", || priority() == 106);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "3\n");
    let mut child = std::process::Command::new(&program)
        .arg("100")
        .spawn()
        .unwrap();
    wait("the process counts", || priority() == 126);
    std::fs::write(&file, "-10\n").unwrap();
    wait("the file counts less", || priority() == 100);
    // A VRRP process that begins anew is told again.
    pair::daemon::signal_process(daemon.worker("vrrp"), "KILL");
    wait("as before", || {
        daemon.find_worker("vrrp").is_some() && priority() == 100
    });
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "-10\n",
        "init_file only once"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    wait("the process is gone", || priority() == 80);
}

/// A program in the test's folder.
fn program(folder: &Path, name: &str, text: &str, mode: u32) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path.display().to_string()
}

/// What makes a check unusable, what ours says of it, and whether keepalived serves nevertheless.
struct Unusable {
    what: &'static str,
    command: String,
    user: &'static str,
    said: &'static str,
    served_by_keepalived: bool,
}

fn unusable(folder: &Path) -> Vec<Unusable> {
    let case = |what, command: String, user, said, served_by_keepalived| Unusable {
        what,
        command,
        user,
        said,
        served_by_keepalived,
    };
    vec![
        case(
            "missing",
            "/nonexistent/check".into(),
            "root",
            "/nonexistent/check does not exist",
            true,
        ),
        case(
            "insecure",
            program(folder, "loose", "#!/bin/sh\n", 0o777),
            "root",
            "may be changed by others than root",
            true,
        ),
        case(
            "not executable",
            program(folder, "plain", "#!/bin/sh\n", 0o644),
            "root",
            "may not be executed",
            true,
        ),
        case(
            "no interpreter",
            program(folder, "lost", "#!/usr/bin/perl7\n", 0o755),
            "root",
            "begins with an interpreter that does not exist",
            false,
        ),
        case(
            "not its user's",
            program(folder, "own", "#!/bin/sh\n", 0o700),
            "nobody",
            "may not be executed by user 65534",
            true,
        ),
    ]
}

fn check_conf(case: &Unusable, vrid: u8) -> String {
    let Unusable { command, user, .. } = case;
    format!(
        "global_defs {{\n  enable_script_security\n  script_user root\n}}\nvrrp_script chk {{\n  script \"{command}\"\n  interval 1\n  user {user}\n}}\n{}",
        instance(vrid, "  track_script {\n    chk\n  }\n")
    )
}

#[test]
fn a_check_that_cannot_run_is_fault_with_its_reason_where_keepalived_serves() {
    require_pair!();
    let pair = Pair::new("unus");
    let folder: PathBuf = pair.directory.join("checks");
    std::fs::create_dir_all(&folder).unwrap();
    let cases = unusable(&folder);
    let first = check_conf(&cases[0], 62);
    let conf = pair.write("ours.conf", &first);
    let daemon = Daemon::start(&pair, &pair.a, None, Some(&conf));
    daemon.wait_ready();
    for case in &cases {
        let Unusable { what, said, .. } = case;
        pair.write("ours.conf", &check_conf(case, 62));
        assert!(
            daemon.tell(["reload"]).status.success(),
            "{what}: {}",
            daemon.log()
        );
        let theirs = pair.write("theirs.conf", &check_conf(case, 63));
        let keepalived = Keepalived::start(&pair.b, &theirs);
        wait(what, || daemon.log().contains(said));
        let (state, reasons) = state(&daemon);
        assert_eq!(state, "FAULT", "{what}: {reasons}");
        assert!(
            reasons.contains("script chk cannot be run"),
            "{what}: {reasons}"
        );
        assert!(!pair.a.has("10.77.0.62"), "{what}");
        if case.served_by_keepalived {
            wait(&format!("{what}: keepalived serves"), || {
                pair.b.has("10.77.0.63")
            });
        }
        keepalived.stop();
    }
    // One that is repaired serves without anybody's help.
    let repaired = cases
        .iter()
        .find(|case| case.what == "not its user's")
        .unwrap();
    std::fs::set_permissions(&repaired.command, std::fs::Permissions::from_mode(0o755)).unwrap();
    wait("it serves", || pair.a.has("10.77.0.62"));
    // A name that was mistyped is refused before anything changes.
    let text = check_conf(repaired, 62).replace("    chk\n", "    chkk\n");
    pair.write("ours.conf", &text);
    let output = daemon.tell(["reload"]);
    assert_eq!(output.status.code(), Some(1));
    let verdict = String::from_utf8(output.stdout).unwrap();
    assert!(verdict.contains("chkk"), "{verdict}");
    assert_eq!(state(&daemon).0, "MASTER");
}
