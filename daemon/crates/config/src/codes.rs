//! Every code of a finding, and why it matters. `docs/config-codes.md` is generated from here; a
//! test fails when the source uses a code that is not listed.

mod haproxy;
mod keepalived;

pub use haproxy::HAPROXY;
pub use keepalived::KEEPALIVED;

/// What a code means; `None` when there is no such code.
pub fn explain(code: &str) -> Option<&'static str> {
    HAPROXY
        .iter()
        .chain(KEEPALIVED)
        .find(|(known, _)| *known == code)
        .map(|(_, text)| *text)
}

/// The document.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Codes of findings in configuration files\n\n<!-- Generated from the code; \
         `UPDATE_DOCS=1 cargo test -p config --test docs` writes it. -->\n",
    );
    for (title, codes) in [("haproxy.cfg", HAPROXY), ("keepalived.conf", KEEPALIVED)] {
        out.push_str("\n## ");
        out.push_str(title);
        out.push_str("\n\n| code | meaning |\n|---|---|\n");
        for (code, text) in codes {
            out.push_str("| `");
            out.push_str(code);
            out.push_str("` | ");
            out.push_str(text);
            out.push_str(" |\n");
        }
    }
    out
}
