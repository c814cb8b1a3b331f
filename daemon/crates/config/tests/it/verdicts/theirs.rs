//! What `haproxy -c` says to many lines at once: all stand in one text, each in sections of its
//! own, and whoever an alert names is refused. What is left is asked again until nothing is
//! refused any more, because some mistakes are only looked for when there are no others.

use super::case::{Case, PREAMBLE};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Which of the cases are refused, by their place in the list.
pub fn refused(cases: &[Case], folder: &Path) -> BTreeSet<usize> {
    let mut refused = BTreeSet::new();
    let mut left: Vec<usize> = (0..cases.len()).collect();
    while !left.is_empty() {
        let found = round(cases, &left, folder);
        if found.is_empty() {
            break;
        }
        left.retain(|number| !found.contains(number));
        refused.extend(found);
    }
    refused
}

/// Whom the alerts of one run name; whoever is to blame without being named is looked for in halves.
fn round(cases: &[Case], asked: &[usize], folder: &Path) -> BTreeSet<usize> {
    let mut text = PREAMBLE.replace("{DIR}", &folder.display().to_string());
    let mut lines = vec![None; text.lines().count() + 1];
    for number in asked {
        let case = cases[*number].text(*number, folder);
        lines.resize(lines.len() + case.lines().count(), Some(*number));
        text += &case;
    }
    let Some(said) = alerts(&text) else {
        return BTreeSet::new();
    };
    let named: BTreeSet<usize> = said
        .lines()
        .filter(|line| line.starts_with("[ALERT]"))
        .flat_map(|line| blamed(line, &lines))
        .filter(|number| asked.contains(number))
        .collect();
    match asked {
        _ if !named.is_empty() => named,
        [only] => BTreeSet::from([*only]),
        _ => {
            let (first, second) = asked.split_at(asked.len() / 2);
            let mut found = round(cases, first, folder);
            found.extend(round(cases, second, folder));
            assert!(
                !found.is_empty(),
                "refused together, but not apart:\n{said}"
            );
            found
        }
    }
}

/// What haproxy says; nothing when it accepts the text.
fn alerts(text: &str) -> Option<String> {
    let (accepted, said) = checked(text);
    (!accepted).then_some(said)
}

/// What haproxy says of a text, accepted or not.
pub fn said(text: &str) -> String {
    checked(text).1
}

fn checked(text: &str) -> (bool, String) {
    let mut child = Command::new("/usr/sbin/haproxy")
        .args(["-c", "-f", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("haproxy starts");
    let mut input = child.stdin.take().expect("a pipe");
    let text = text.to_owned();
    let feed = std::thread::spawn(move || {
        // It may end before it has read everything.
        let _ = input.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().expect("haproxy ends");
    feed.join().expect("the text is written");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

/// The cases whose line (`[/dev/stdin:45]`) or section (`'front45z'`) an alert names.
fn blamed<'l>(alert: &'l str, lines: &'l [Option<usize>]) -> Vec<usize> {
    let by_line = alert.split("/dev/stdin:").skip(1).filter_map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        *lines.get(digits.parse::<usize>().ok()?)?
    });
    let words = alert.split(|c: char| !c.is_ascii_alphanumeric());
    let by_name = words.filter_map(|word| {
        let name = word.strip_suffix('z')?;
        let number = name
            .strip_prefix("front")
            .or_else(|| name.strip_prefix("back"))?;
        number.parse().ok()
    });
    by_line.chain(by_name).collect()
}
