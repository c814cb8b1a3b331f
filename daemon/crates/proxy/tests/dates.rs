//! Dates far from today beside haproxy: `utime`, `ltime` and `http_date` beyond the year 9999, and of
//! negative counts.

mod support;

use support::{Beside, Client};

/// Seconds since 1970.
const INSTANTS: [i64; 11] = [
    0,
    -1,
    253_402_300_799,
    253_402_300_800,
    1 << 40,
    1 << 50,
    (1 << 55) - 1,
    -62_135_596_800,
    -(1 << 40),
    (1 << 55) + 5,
    1 << 62,
];

const LETTERS: &str = "%Y %m %d %H %M %S %j %a %b %C %y %G %g %V %U %W %u %w %F %D %e %c %s";

#[test]
fn dates_far_from_today_are_shown_as_haproxy_shows_them() {
    use std::fmt::Write as _;
    let mut text = "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\nfrontend web\n bind 127.0.0.1:PORT\n".to_owned();
    for (n, at) in INSTANTS.iter().enumerate() {
        let letters = LETTERS.replace(' ', "_");
        let _ = writeln!(
            text,
            " http-request return status 200 hdr X-Utc %[int({at}),utime({letters})] hdr X-Local %[int({at}),ltime(%F_%T)] hdr X-Http \"%[int({at}),http_date]\" if {{ path /{n} }}"
        );
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for (n, at) in INSTANTS.iter().enumerate() {
        let said = both.agree(&at.to_string(), |port| {
            let (head, _) = Client::connect(port).get(&format!("/{n}"));
            let lines = head
                .lines()
                .filter(|line| line.to_ascii_lowercase().starts_with("x-"));
            lines.map(str::to_ascii_lowercase).collect::<Vec<_>>()
        });
        assert_eq!(said.len(), 3, "{said:?}");
    }
}
