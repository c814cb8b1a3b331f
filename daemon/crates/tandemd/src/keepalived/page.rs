//! The table of flags in `docs/keepalived-drop-in.md` is this program's.
//! `UPDATE_DOCS=1 cargo test -p tandemd page` writes it.

use std::fmt::Write as _;
use std::path::Path;

use super::flags::{Effect, FLAGS};

const BEGIN: &str = "<!-- flags: generated -->\n";
const END: &str = "<!-- flags: end -->";

fn table() -> String {
    let mut out = String::from("| flag | meaning | here |\n|---|---|---|\n");
    for flag in FLAGS {
        let here = match flag.effect {
            Effect::Honoured => "done".to_owned(),
            Effect::Needless(why) => format!("accepted: {why}"),
            Effect::Said(why) => format!("**said at start**: {why}"),
            Effect::Refused(why) => format!("**refused**: {why}"),
        };
        let _ = writeln!(out, "| `{}` | {} | {here} |", flag.usage(), flag.text);
    }
    out
}

#[test]
fn the_page_has_every_flag() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/keepalived-drop-in.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("the begin of the table");
    let (_, tail) = rest.split_once(END).expect("the end of the table");
    let wanted = format!("{head}{BEGIN}{}{END}{tail}", table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert!(
            text == wanted,
            "docs/keepalived-drop-in.md is out of date: run UPDATE_DOCS=1 cargo test -p tandemd page"
        );
    }
}
