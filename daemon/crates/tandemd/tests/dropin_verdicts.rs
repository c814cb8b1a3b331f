//! `tandemd keepalived` beside keepalived: what the same command line says and ends with.

mod dropin;

use dropin::faults::{FAULTS, GOOD};
use dropin::{Bench, Who};

#[test]
fn a_test_of_a_file_ends_with_keepaliveds_status() {
    require_bench!();
    let bench = Bench::new("faults");
    let mut differ = Vec::new();
    for (name, text, theirs, ours) in FAULTS {
        let file = bench.write(&format!("{name}.conf"), &text.replace('@', GOOD));
        let line = format!("-t -f {}", file.display());
        for (who, expected) in [(Who::Keepalived, *theirs), (Who::Tandemd, *ours)] {
            let output = bench.run(who, &line);
            if output.status.code() != Some(expected) {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                differ.push(format!(
                    "{name}: {who:?} {:?}, not {expected}: {said}",
                    output.status
                ));
            }
        }
        // Where keepalived has doubts nothing is let through here.
        assert!(*theirs == 0 || *ours != 0, "{name}");
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn command_lines_are_read_alike() {
    require_bench!();
    let bench = Bench::new("lines");
    bench.write("k.conf", GOOD);
    bench.write(
        "ids.conf",
        &format!(
            "@one {}",
            GOOD.replacen("vrrp", "bogus", 1).replace('\n', "\n@one ")
        ),
    );
    bench.write("include.conf", &format!("include none/*.conf\n{GOOD}"));
    for (line, theirs, ours) in [
        ("-t -f k.conf", 0, 0),
        ("-t -fk.conf", 0, 0),
        ("-t --use-file k.conf", 0, 0),
        ("-t --use-file=k.conf", 0, 0),
        ("--config-test --use-file=k.conf", 0, 0),
        ("-t -f k.conf -P", 0, 0),
        ("-t -f k.conf --vrrp -C -B --all", 0, 0),
        ("-nlD -t -f k.conf", 0, 0),
        ("-t -S 3 -f k.conf", 0, 0),
        ("-t -d -f k.conf", 0, 0),
        ("-t -X -I -R -m -f k.conf", 0, 0),
        ("-t -p a -r b -c c -b d -f k.conf", 0, 0),
        ("-t -a -x -A sock -f k.conf", 0, 0),
        ("-t -M -f k.conf", 0, 0),
        ("-t -i one -f ids.conf", 5, 5),
        ("-t -i two -f ids.conf", 0, 0),
        ("-t -f include.conf", 0, 0),
        ("-t -e -f include.conf", 6, 6),
        ("-t -f k.conf extra words", 0, 0),
        ("-v", 0, 0),
        ("--version", 0, 0),
        ("-h", 0, 0),
        ("--help", 0, 0),
        ("--signum=STOP", 0, 0),
        ("--signum=FOO", 1, 1),
        ("-Q", 1, 1),
        ("--bogus", 1, 1),
        ("-f", 1, 1),
        ("-A", 1, 1),
        ("-i", 1, 1),
        ("-T -h", 1, 0),
        // A name that keepalived of this release takes for a bad number.
        ("-t -S local3 -f k.conf", 5, 0),
        // A facility that is none is refused, not replaced.
        ("-t -S bogus -f k.conf", 5, 1),
        // Without a file there is nothing to be content with.
        ("-t -f none.conf", 0, 6),
        // The Debian build has no log files.
        ("-t -f k.conf --log-file=l", 1, 0),
    ] {
        for (who, expected) in [(Who::Keepalived, theirs), (Who::Tandemd, ours)] {
            let output = bench.run(who, line);
            assert_eq!(
                output.status.code(),
                Some(expected),
                "{who:?} {line}: {output:?}"
            );
        }
    }
}

#[test]
fn numbers_of_signals_are_keepaliveds() {
    require_bench!();
    let bench = Bench::new("signum");
    for name in ["STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON"] {
        let line = format!("--signum={name}");
        let [theirs, ours] =
            [Who::Keepalived, Who::Tandemd].map(|who| bench.run(who, &line).stdout);
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn findings_go_to_the_file_that_is_named() {
    require_bench!();
    let bench = Bench::new("findings");
    bench.write("k.conf", &GOOD.replace("interface", "interfaec"));
    for (who, file) in [(Who::Keepalived, "theirs"), (Who::Tandemd, "ours")] {
        let output = bench.run(who, &format!("-t{file} -f k.conf"));
        assert!(output.stderr.is_empty(), "{output:?}");
        let text = bench.read(file).unwrap();
        assert!(
            text.contains("nknown keyword 'interfaec'"),
            "{who:?}: {text}"
        );
    }
    let ours = bench.read("ours").unwrap();
    assert!(ours.contains("k.conf:2:2"), "{ours}");
    assert!(ours.contains("did you mean 'interface'?"), "{ours}");
}

#[test]
fn what_cannot_be_done_is_said() {
    require_bench!();
    let bench = Bench::new("cannot");
    bench.write("k.conf", GOOD);
    bench.write(
        "vs.conf",
        "virtual_server 10.0.0.1 80 {\n lb_algo rr\n real_server 10.0.0.2 80 {\n }\n}\n",
    );
    for (line, expected) in [
        ("-n -V -f k.conf", "it is always released"),
        ("-n -C -f k.conf", "virtual servers (IPVS) are not done yet"),
        (
            "-T -f k.conf",
            "checksums of web pages are not computed here",
        ),
        (
            "-n -l -f vs.conf",
            "start it with --vrrp if another program does the virtual servers",
        ),
        (
            "-n -s no-such-namespace -f k.conf",
            "the network namespace 'no-such-namespace' cannot be entered",
        ),
        ("-n -u 999 -f k.conf", "write up to three octal digits"),
    ] {
        let output = bench.run(Who::Tandemd, line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
    }
    let output = bench.run(Who::Tandemd, "-t -x -f k.conf");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("SNMP is not spoken"),
        "{output:?}"
    );
}
