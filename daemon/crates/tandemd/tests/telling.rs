//! Programs that are told of changes: readers of FIFOs and notify scripts, beside keepalived.

mod pair;

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use pair::daemon::signal_process;
use pair::{Daemon, Keepalived, Pair, wait};

/// Either daemon on host a, with a folder of its own.
enum Either {
    Ours(Daemon),
    Theirs(Keepalived),
}

impl Either {
    fn reload(&self) {
        match self {
            Self::Ours(daemon) => assert!(daemon.tell(["reload"]).status.success()),
            Self::Theirs(keepalived) => keepalived.signal("HUP"),
        }
    }

    fn stop(self) {
        match self {
            Self::Ours(daemon) => {
                daemon.signal("TERM");
                assert_eq!(daemon.wait_end().code(), Some(0), "{}", daemon.log());
            }
            Self::Theirs(keepalived) => keepalived.stop(),
        }
    }
}

struct Case {
    folder: PathBuf,
    conf: PathBuf,
    either: Either,
}

fn start(pair: &Pair, ours: bool, text: impl Fn(&Path) -> String) -> Case {
    let name = if ours { "ours" } else { "theirs" };
    let folder = pair.directory.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let conf = folder.join("keepalived.conf");
    std::fs::write(&conf, text(&folder)).unwrap();
    let either = if ours {
        Either::Ours(Daemon::start(pair, &pair.a, None, Some(&conf)))
    } else {
        Either::Theirs(Keepalived::start(&pair.b, &conf))
    };
    Case {
        folder,
        conf,
        either,
    }
}

fn program(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// An instance that becomes master alone.
fn instance(vrid: u8, more: &str) -> String {
    format!(
        "vrrp_instance VI_1 {{\n  interface eth0\n  virtual_router_id {vrid}\n  priority 100\n  version 3\n  advert_int 0.1\n  virtual_ipaddress {{\n    10.77.0.{vrid}/24\n  }}\n{more}}}\n"
    )
}

/// Says what it reads, and when it is asked to end. A writable file by the test is its output.
fn reader(folder: &Path) -> String {
    let out = folder.join("read");
    std::fs::write(&out, "").unwrap();
    std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o666)).unwrap();
    let out = out.display();
    let perl = format!(
        "#!/usr/bin/perl\n$| = 1; open O, '>>', '{out}'; O->autoflush(1);\n\
         print O \"start $> @ARGV\\n\";\n\
         $SIG{{TERM}} = sub {{ print O \"asked to end\\n\"; exit 0 }};\n\
         open F, '<', $ARGV[-1] or die;\nwhile (<F>) {{ print O $_ }}\nprint O \"end of file\\n\";\n"
    );
    program(folder, "reader.pl", &perl)
}

fn fifo_text(folder: &Path, vrid: u8) -> String {
    let (dir, reader) = (folder.display(), reader(folder));
    format!(
        "global_defs {{\n  script_user nobody\n  vrrp_notify_fifo {dir}/fifo\n  vrrp_notify_fifo_script \"{reader} one 'two three'\"\n}}\n{}",
        instance(vrid, "")
    )
}

fn has(folder: &Path, line: &str, times: usize) -> bool {
    lines(folder, "read")
        .iter()
        .filter(|it| *it == line)
        .count()
        >= times
}

#[test]
fn the_reader_of_a_fifo_begins_ends_and_begins_again_as_keepalived_s_does() {
    require_pair!();
    let pair = Pair::new("fifo");
    let mut told = Vec::new();
    for ours in [false, true] {
        let case = start(&pair, ours, |folder| {
            fifo_text(folder, if ours { 81 } else { 82 })
        });
        let folder = &case.folder;
        let fifo = folder.join("fifo");
        let begun = format!("start 65534 one two three {}", fifo.display());
        wait("it reads of the master", || {
            has(folder, "INSTANCE \"VI_1\" MASTER 100", 1)
        });
        assert!(has(folder, &begun, 1), "{:?}", lines(folder, "read"));
        let found = std::fs::metadata(&fifo).unwrap();
        assert_eq!(found.uid(), 65534, "its reader's");
        assert_eq!(found.mode() & 0o007, 0, "nobody else's");
        case.either.reload();
        wait("a reload begins it again", || has(folder, &begun, 2));
        case.either.stop();
        assert!(!fifo.exists(), "what was made is removed again");
        let fifo = fifo.display().to_string();
        let read = lines(folder, "read").into_iter();
        told.push(
            read.map(|line| line.replace(&fifo, "FIFO"))
                .collect::<Vec<_>>(),
        );
    }
    let stop = told[1].iter().position(|line| line.contains("STOP"));
    let stop = stop.unwrap_or_else(|| panic!("the last line is read: {:?}", told[1]));
    assert!(told[1][stop + 1..] == ["end of file"] || told[1][stop + 1..] == ["asked to end"]);
    // keepalived's reader is asked to end with it and may miss the end; before it they agree.
    let before = |told: &[String]| {
        let end = told
            .iter()
            .rposition(|line| line.starts_with("start"))
            .unwrap();
        told[..=end].to_vec()
    };
    assert_eq!(before(&told[0]), before(&told[1]));
}

#[test]
fn a_reader_that_dies_is_started_again_and_reads_what_it_missed() {
    require_pair!();
    let pair = Pair::new("dies");
    let case = start(&pair, true, |folder| fifo_text(folder, 83));
    let (folder, dir) = (&case.folder, case.folder.display());
    wait("it reads of the master", || {
        has(folder, "INSTANCE \"VI_1\" MASTER 100", 1)
    });
    let reader = format!("{dir}/reader.pl");
    let pid = pair::daemon::processes_on(&pair.a).into_iter().find(|pid| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        line.is_ok_and(|line| line.contains(&reader))
    });
    signal_process(pid.unwrap(), "KILL");
    // The link goes and comes while nobody reads.
    pair.a.set_link(false);
    wait("fault", || !pair.a.has("10.77.0.83"));
    pair.a.set_link(true);
    wait("the next one reads all of it", || {
        has(folder, "INSTANCE \"VI_1\" FAULT 100", 1)
            && has(folder, "INSTANCE \"VI_1\" MASTER 100", 2)
    });
    let Either::Ours(daemon) = &case.either else {
        unreachable!()
    };
    let log = daemon.log();
    assert!(
        log.contains("was ended by signal 9; it is started again in 1 s"),
        "{log}"
    );
    // A reload without it ends it, and the FIFO goes.
    let text = std::fs::read_to_string(&case.conf).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.contains("fifo")).collect();
    std::fs::write(&case.conf, without.join("\n")).unwrap();
    case.either.reload();
    wait("it is asked to end", || {
        has(folder, "asked to end", 1) || has(folder, "end of file", 1)
    });
    wait("the fifo is gone", || !folder.join("fifo").exists());
}

/// Writes arguments, user, groups, standard streams and whether the environment is the daemon's.
fn recorder(folder: &Path) -> String {
    let out = folder.join("calls");
    std::fs::write(&out, "").unwrap();
    std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o666)).unwrap();
    let text = format!(
        "#!/bin/sh\nin=$(readlink /proc/$$/fd/0); err=$(readlink /proc/$$/fd/2)\nn=$#; words=\nfor w in \"$@\"; do words=\"$words[$w]\"; done\necho \"$n $words $(id -u):$(id -g):$(id -G) $in $err ${{PATH:+path}} ${{NOTIFY_SOCKET:-none}}\" >> {}\n",
        out.display()
    );
    program(folder, "notify.sh", &text)
}

#[test]
fn notify_scripts_get_what_keepalived_gives_them() {
    require_pair!();
    let pair = Pair::new("argv");
    let mut calls = Vec::new();
    for ours in [false, true] {
        let case = start(&pair, ours, |folder| {
            let script = recorder(folder);
            let own = format!(
                "  notify \"{script} any 'x y' \\x41\\102\"\n  notify_master \"{script} master\" nobody\n  notify_backup \"{script} backup\" daemon nogroup\n  notify_stop \"{script} stop\"\n"
            );
            let group = format!(
                "vrrp_sync_group G {{\n  group {{\n    VI_1\n  }}\n  notify \"{script} of-group\"\n  notify_master \"{script} group-master\"\n}}\n"
            );
            format!(
                "global_defs {{\n  script_user root\n}}\n{group}{}",
                instance(if ours { 84 } else { 85 }, &own)
            )
        });
        let folder = case.folder.clone();
        let called = |part: &str| {
            lines(&folder, "calls")
                .iter()
                .any(|line| line.contains(part))
        };
        wait("all are told of the master", || {
            called("[VI_1][MASTER]")
                && called("[G][MASTER]")
                && called("[master]")
                && called("[group-master]")
        });
        case.either.stop();
        wait("and of the stop", || {
            called("[VI_1][STOP]") && called("[stop]")
        });
        let mut told = lines(&folder, "calls");
        // Ours hands over before it stops, keepalived does not.
        told.retain(|line| {
            !line.contains("[BACKUP]") && !line.contains("[backup]") && !line.contains("STOP]")
        });
        told.sort();
        told.dedup();
        calls.push(told);
    }
    assert_eq!(calls[0], calls[1]);
    let any = "7 [any][x y][AB][INSTANCE][VI_1][MASTER][100] 0:0:0 /dev/null /dev/null path none";
    assert!(calls[1].contains(&any.to_owned()), "{:?}", calls[1]);
    let master = "1 [master] 65534:65534:65534 /dev/null /dev/null path none";
    assert!(calls[1].contains(&master.to_owned()), "{:?}", calls[1]);
}

#[test]
fn notify_scripts_of_an_instance_run_in_the_order_of_its_events() {
    require_pair!();
    let pair = Pair::new("order");
    let case = start(&pair, true, |folder| {
        let out = folder.join("calls");
        // The sooner it happened the longer it takes.
        let text = format!(
            "#!/bin/sh\ncase $1 in BACKUP) sleep 0.6;; MASTER) sleep 0.3;; esac\necho $1 >> {}\n",
            out.display()
        );
        let script = program(folder, "slow.sh", &text);
        let own = ["master", "backup", "fault", "stop"]
            .map(|word| format!("  notify_{word} \"{script} {}\"\n", word.to_uppercase()));
        instance(86, &own.concat())
    });
    wait("it is master", || pair.a.has("10.77.0.86"));
    pair.a.set_link(false);
    wait("it is not", || !pair.a.has("10.77.0.86"));
    pair.a.set_link(true);
    wait("it is master", || pair.a.has("10.77.0.86"));
    let folder = case.folder.clone();
    case.either.stop();
    let told = lines(&folder, "calls");
    let expected = [
        "BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "BACKUP", "STOP",
    ];
    assert_eq!(told, expected);
}
