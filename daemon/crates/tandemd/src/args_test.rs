use super::*;

fn parsed(line: &str) -> Result<Command, String> {
    parse(line.split_whitespace().map(OsString::from))
}

#[test]
fn run_takes_files_and_a_directory() {
    let expected = Command::Run(RunArgs {
        haproxy: vec!["a.cfg".into(), "b.cfg".into()],
        keepalived: Some("k.conf".into()),
        run_dir: "/tmp/r".into(),
        tolerant: true,
        foreground: false,
    });
    let line =
        "run --haproxy a.cfg --haproxy=b.cfg --keepalived k.conf --run-dir /tmp/r --tolerant";
    assert_eq!(parsed(line), Ok(expected));
}

#[test]
fn the_run_directory_has_a_default() {
    let expected = Command::Status {
        run_dir: "/run/tandem".into(),
        json: true,
    };
    assert_eq!(parsed("status --json"), Ok(expected));
}

#[test]
fn addresses_to_probe_may_carry_a_prefix() {
    let expected = Command::ProbeAddress {
        interface: "eth0".into(),
        addresses: vec![
            "10.0.0.100".parse().unwrap(),
            "2001:db8::1".parse().unwrap(),
        ],
        timeout: Duration::from_millis(500),
        json: true,
    };
    let line = "probe-address --interface eth0 10.0.0.100/24 2001:db8::1 --json";
    assert_eq!(parsed(line), Ok(expected));
}

#[test]
fn who_shall_lead_is_found_by_its_run_directory() {
    let expected = Command::Lead {
        run_dir: "/tmp/r".into(),
    };
    assert_eq!(parsed("lead --run-dir /tmp/r"), Ok(expected));
}

#[test]
fn a_worker_learns_its_rights() {
    let expected = Command::ProxyWorker(WorkerArgs {
        parent: 7,
        uid: Some(99),
        gid: Some(98),
        groups: vec![5, 6],
        chroot: Some("/empty".into()),
        raw: true,
    });
    let line = "proxy-worker --parent 7 --uid 99 --gid 98 --groups 5,6 --chroot /empty --raw";
    assert_eq!(parsed(line), Ok(expected));
    let without = parsed("vrrp-worker --parent 7 --groups");
    assert_eq!(without, Err("vrrp-worker: --groups needs a value".into()));
}

#[test]
fn mistakes_are_answered_with_what_to_write() {
    for (line, expected) in [
        ("", "a command is missing; see `tandemd --help`"),
        ("stauts", "unknown command 'stauts'; did you mean 'status'?"),
        (
            "frobnicate",
            "unknown command 'frobnicate'; see `tandemd --help`",
        ),
        (
            "status --jsno",
            "status: unknown option '--jsno'; did you mean '--json'?",
        ),
        (
            "status extra",
            "status: unexpected word 'extra'; see `tandemd --help`",
        ),
        ("status --json=yes", "status: --json takes no value"),
        (
            "run",
            "run: nothing to run: give --haproxy FILE, --keepalived FILE or both",
        ),
        (
            "parse --meaning",
            "parse: nothing to read: give --haproxy FILE, --keepalived FILE or both",
        ),
        ("check --haproxy", "check: --haproxy needs a value"),
        (
            "handover --timeout-ms soon",
            "handover: --timeout-ms: 'soon' is no number",
        ),
        (
            "run --keepalived a --keepalived b",
            "run: --keepalived is given more than once",
        ),
        (
            "probe-address --interface eth0 lb.example",
            "probe-address: 'lb.example' is no IP address; names are not resolved here",
        ),
        (
            "vrrp-worker",
            "this command is started by `tandemd run` alone",
        ),
    ] {
        assert_eq!(parsed(line), Err(expected.into()), "{line}");
    }
}
