use super::*;
use proptest::prelude::*;

fn said(line: &str) -> (Option<bool>, Option<Wish>, Option<u32>, Option<u32>, String) {
    let words = AgentWords::read(line);
    let reason = words.result().reason();
    let reason = reason.replace(", check duration: 0ms", "");
    (words.up, words.wish, words.weight, words.maxconn, reason)
}

const NO_CHANGE: &str = "No status change";

// The reasons are those that HAProxy 2.6.12 gave for the same lines.
#[test]
fn every_word_is_known() {
    let up = "Layer7 check passed, code: 0, info: \"via agent : up\"";
    assert_eq!(said("up\n"), (Some(true), None, None, None, up.to_owned()));
    for word in ["down", "fail", "stopped"] {
        let reason = format!("Layer7 wrong status, code: 0, info: \"via agent : {word}\"");
        assert_eq!(said(word), (Some(false), None, None, None, reason));
    }
    for (word, wish) in [
        ("ready", Wish::Ready),
        ("drain", Wish::Drain),
        ("maint", Wish::Maintenance),
    ] {
        assert_eq!(
            said(word),
            (None, Some(wish), None, None, NO_CHANGE.to_owned())
        );
    }
    assert_eq!(
        said("75%"),
        (None, None, Some(75), None, NO_CHANGE.to_owned())
    );
    assert_eq!(
        said("maxconn:30"),
        (None, None, None, Some(30), NO_CHANGE.to_owned())
    );
}

#[test]
fn words_come_in_any_order_and_the_last_of_a_kind_counts() {
    let (up, wish, weight, maxconn, _) = said("down 50%,maxconn:3\tready up maint 75% # not read");
    assert_eq!(
        (up, wish, weight, maxconn),
        (Some(true), Some(Wish::Maintenance), Some(75), Some(3))
    );
}

#[test]
fn why_a_server_is_down_stands_behind_the_sharp() {
    for line in ["stopped # x y\r\nup\n", "stopped#x y\n"] {
        assert_eq!(
            said(line).4,
            "Layer7 wrong status, code: 0, info: \"via agent : stopped (x y)\""
        );
    }
}

#[test]
fn what_means_nothing_is_told_and_changes_nothing() {
    let (up, wish, weight, maxconn, reason) = said("bogus 10 % maxconn:x -5%\n");
    assert_eq!((up, wish, weight, maxconn), (None, None, None, None));
    assert_eq!(
        reason,
        "No status change, info: \"agent reports an error : bogus\""
    );
    assert_eq!(
        said("maxconn:\n").4,
        "No status change, info: \"agent warns : '' is no number of connections\""
    );
    assert_eq!(said(""), (None, None, None, None, NO_CHANGE.to_owned()));
}

proptest! {
    #[test]
    fn any_line_can_be_read(line in any::<String>()) {
        AgentWords::read(&line).result().reason();
    }
}
