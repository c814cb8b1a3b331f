//! `tandemd keepalived` and keepalived under the same hands: started, signalled, stopped.

mod dropin;

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use dropin::{Bench, VIP, Who, instance, lives, signal, wait};

const FLAGS: &str = "-P -f k.conf -p main.pid -r vrrp.pid";

fn absolute(bench: &Bench, line: &str) -> String {
    let mut words: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
    for word in &mut words {
        if word.contains('.') {
            *word = bench.folder.join(&word).display().to_string();
        }
    }
    words.join(" ")
}

#[test]
fn it_goes_into_the_background_answers_signals_and_leaves_nothing() {
    require_bench!();
    for who in [Who::Keepalived, Who::Tandemd] {
        let bench = Bench::new(&format!("life-{who:?}"));
        bench.write("k.conf", &instance(""));
        // Only one of them has a log file.
        let log = if who == Who::Tandemd {
            "-g log.txt"
        } else {
            ""
        };
        let output = bench.run(who, &absolute(&bench, &format!("{FLAGS} {log}")));
        assert_eq!(output.status.code(), Some(0), "{who:?}: {output:?}");
        wait("pid files", || {
            bench.pid("main.pid").is_some() && bench.pid("vrrp.pid").is_some()
        });
        let (main, vrrp) = (
            bench.pid("main.pid").unwrap(),
            bench.pid("vrrp.pid").unwrap(),
        );
        assert_ne!(main, vrrp);
        let name = std::fs::read_to_string(format!("/proc/{main}/comm")).unwrap();
        assert_eq!(name, "keepalived\n", "{who:?}");
        wait("the address", || bench.host.has(VIP));

        dumps(&bench, who, main);

        bench.write("k.conf", &instance("").replace(VIP, "10.79.0.101"));
        signal(main, "HUP");
        wait("the other address", || {
            bench.host.has("10.79.0.101") && !bench.host.has(VIP)
        });
        assert_eq!(
            bench.pid("vrrp.pid"),
            Some(vrrp),
            "{who:?}: the same process goes on: {:?}",
            bench.read("log.txt")
        );

        signal(main, "TERM");
        wait("the end", || !lives(main) && !lives(vrrp));
        assert!(!bench.host.has("10.79.0.101"), "{who:?}");
        assert_eq!(
            (bench.pid("main.pid"), bench.pid("vrrp.pid")),
            (None, None),
            "{who:?}"
        );
    }
}

/// What the signals write, where both write it and for the owner alone.
fn dumps(bench: &Bench, who: Who, main: u32) {
    for (name, file, expected) in [
        (
            "USR1",
            "keepalived.data",
            &[
                " VRRP Instance = V",
                "   State = MASTER",
                "   Virtual Router ID = 79",
                "   Effective priority = 255",
                "   Virtual IP (1):",
            ][..],
        ),
        (
            "USR2",
            "keepalived.stats",
            &[
                "VRRP Instance: V",
                "  Became master: 1",
                "  Released master: 0",
            ][..],
        ),
        ("36", "keepalived.json", &[][..]),
    ] {
        // A trap where the file goes: what it leads to must not be touched here.
        let victim = bench.write("victim", "precious");
        let path = bench.folder.join(file);
        if who == Who::Tandemd {
            std::os::unix::fs::symlink(&victim, &path).unwrap();
        }
        signal(main, name);
        let written = || {
            std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() > 0)
        };
        wait(file, written);
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{who:?} {file}");
        let all = || {
            let text = bench.read(file).unwrap();
            expected
                .iter()
                .all(|line| text.lines().any(|one| one == *line))
        };
        wait(&format!("{who:?} {file} is whole"), all);
    }
    wait("the document is whole", || {
        let text = bench.read("keepalived.json").unwrap();
        let Ok(document) = serde_json::from_str::<serde_json::Value>(&text) else {
            return false;
        };
        assert_eq!(document[0]["data"]["iname"], "V", "{who:?}");
        assert_eq!(document[0]["data"]["state"], 2, "{who:?}");
        assert_eq!(document[0]["stats"]["become_master"], 1, "{who:?}");
        true
    });
}

#[test]
fn a_start_that_fails_is_told_by_the_status() {
    require_bench!();
    let bench = Bench::new("fails");
    bench.write("k.conf", &instance("").replace("eth0", "eth7"));
    let output = bench.run(Who::Tandemd, &absolute(&bench, FLAGS));
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("interface 'eth7' does not exist"), "{said}");
    assert_eq!(bench.pid("main.pid"), None);

    bench.write("k.conf", &instance(""));
    let first = bench.run(Who::Tandemd, &absolute(&bench, FLAGS));
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let second = bench.run(Who::Tandemd, &absolute(&bench, FLAGS));
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("daemon is already running"), "{said}");
    let main = bench.pid("main.pid").unwrap();
    signal(main, "TERM");
    wait("the end", || !lives(main));
}

#[test]
fn without_respawn_it_ends_with_its_vrrp_process_and_in_the_namespace_it_was_told() {
    require_bench!();
    let bench = Bench::new("respawn");
    bench.write("k.conf", &instance(""));
    // Started outside: the flag leads it to the host.
    let line = format!("-n -l -G -R -s {} {FLAGS}", bench.host.namespace.name());
    let mut child = std::process::Command::new(bench.program(Who::Tandemd))
        .args(absolute(&bench, &line).split_whitespace())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait("the address", || bench.host.has(VIP));
    signal(bench.pid("vrrp.pid").unwrap(), "KILL");
    let mut status = None;
    wait("the end", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().code(), Some(1));
    wait("nothing is left", || !bench.host.has(VIP));
}

#[test]
fn a_service_manager_is_told_how_it_goes() {
    require_bench!();
    let bench = Bench::new("unit");
    bench.write("k.conf", &instance(""));
    let path = bench.folder.join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(15)))
        .unwrap();
    let heard = |wanted: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length = socket
                .recv(&mut buffer)
                .unwrap_or_else(|error| panic!("{wanted}: {error}"));
            if String::from_utf8_lossy(&buffer[..length])
                .lines()
                .any(|line| line == wanted)
            {
                return;
            }
        }
    };
    let line = absolute(
        &bench,
        &format!("--dont-fork --log-console --no-syslog -i unit -d {FLAGS}"),
    );
    let log = std::fs::File::create(bench.folder.join("log")).unwrap();
    let mut child = bench
        .command(Who::Tandemd, &line)
        .env("NOTIFY_SOCKET", &path)
        .stderr(log)
        .spawn()
        .unwrap();
    heard("READY=1");
    let log = bench.read("log").unwrap();
    assert!(log.contains("VRRP Instance = V"), "--dump-conf: {log}");
    let with_id = format!(
        "{}@unit {}",
        instance(""),
        instance("")
            .replace("V {", "W {")
            .replace(VIP, "10.79.0.102")
            .replace("79\n", "80\n")
            .replace('\n', "\n@unit ")
    );
    bench.write("k.conf", &with_id);
    signal(child.id(), "HUP");
    heard("READY=1");
    wait("the instance of this id", || bench.host.has("10.79.0.102"));
    // A file that is wrong changes nothing.
    bench.write("k.conf", "vrrp_instance V {\n priority\n}\n");
    signal(child.id(), "HUP");
    heard("READY=1");
    assert!(bench.host.has(VIP) && bench.host.has("10.79.0.102"));
    assert!(
        bench
            .read("log")
            .unwrap()
            .contains("'priority' needs a value")
    );
    signal(child.id(), "TERM");
    heard("STOPPING=1");
    assert!(child.wait().unwrap().success());
    assert!(!bench.host.has(VIP));
}
