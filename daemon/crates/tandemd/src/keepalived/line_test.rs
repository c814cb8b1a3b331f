use super::*;

fn parsed(text: &str) -> Result<Line, String> {
    read(text.split_whitespace().map(OsString::from))
}

/// `long=value` of each flag, in order.
fn given(text: &str) -> Vec<String> {
    let line = parsed(text).unwrap();
    let one = |(flag, value): &(&Flag, Option<OsString>)| match value {
        Some(value) => format!("{}={}", flag.long, value.to_string_lossy()),
        None => flag.long.to_owned(),
    };
    line.given.iter().map(one).collect()
}

#[test]
fn flags_are_read_as_getopt_reads_them() {
    for (text, expected) in [
        ("-n -l -D", vec!["dont-fork", "log-console", "log-detail"]),
        (
            "-nlDf k.conf",
            vec!["dont-fork", "log-console", "log-detail", "use-file=k.conf"],
        ),
        ("-fk.conf", vec!["use-file=k.conf"]),
        ("--use-file k.conf", vec!["use-file=k.conf"]),
        ("--use-file=k.conf", vec!["use-file=k.conf"]),
        ("--use-fil=k.conf", vec!["use-file=k.conf"]),
        ("-t", vec!["config-test"]),
        ("-tlog", vec!["config-test=log"]),
        ("-t -f k", vec!["config-test", "use-file=k"]),
        ("--config-test=log", vec!["config-test=log"]),
        ("--vrrp", vec!["vrrp"]),
        ("--vrrp_pid=x", vec!["vrrp_pid=x"]),
    ] {
        assert_eq!(given(text), expected, "{text}");
    }
}

#[test]
fn words_that_are_no_flags_are_kept() {
    let line = parsed("a -n -- -l b").unwrap();
    assert_eq!(line.rest, ["a", "-l", "b"]);
    assert!(line.has("dont-fork") && !line.has("log-console"));
}

#[test]
fn the_last_value_counts() {
    let line = parsed("-f a -f b").unwrap();
    assert_eq!(line.text("use-file").as_deref(), Some("b"));
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("-Q", "Unknown option -Q"),
        ("-nQ", "Unknown option -Q"),
        ("--bogus-thing", "Unknown option --bogus-thing"),
        (
            "--config-tset",
            "Unknown option --config-tset; did you mean --config-test?",
        ),
        ("-f", "Missing parameter for option -f"),
        ("--use-file", "Missing parameter for option --use-file"),
        (
            "--dont-fork=yes",
            "Unexpected parameter for option --dont-fork",
        ),
        (
            "--log=x",
            "Option --log is ambiguous: --log-console --log-detail --log-facility --log-file",
        ),
    ] {
        assert_eq!(parsed(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn no_two_flags_have_one_name() {
    for (at, flag) in FLAGS.iter().enumerate() {
        for other in &FLAGS[..at] {
            assert_ne!(flag.long, other.long);
            assert!(
                flag.short.is_none() || flag.short != other.short,
                "{}",
                flag.long
            );
        }
    }
}
