//! Every code of a finding, and why it matters. `docs/config-codes.md` is generated from here; a
//! test fails when the source uses a code that is not listed.

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

/// Codes of haproxy.cfg, by name.
pub const HAPROXY: &[(&str, &str)] = &[
    (
        "haproxy/bad-address",
        "An address, port or port range cannot be read, or a name stands where an address must",
    ),
    (
        "haproxy/bad-byte",
        "The file holds a byte that is not UTF-8 text, or a NUL",
    ),
    (
        "haproxy/bad-condition",
        "A condition after `if` or `unless` is incomplete",
    ),
    (
        "haproxy/bad-escape",
        "`\\x` is not followed by two hexadecimal digits",
    ),
    (
        "haproxy/bad-expression",
        "A sample expression or format string lacks a bracket",
    ),
    (
        "haproxy/bad-header-name",
        "A header name has characters that RFC 9110 does not allow",
    ),
    (
        "haproxy/bad-name",
        "The name of a section, server or ACL has a character that is not allowed",
    ),
    (
        "haproxy/bad-negation",
        "`no` or `default` stands in front of something that cannot be taken back",
    ),
    ("haproxy/bad-unit", "A time has a unit that does not exist"),
    (
        "haproxy/bad-value",
        "A value is not one of those that the keyword takes",
    ),
    (
        "haproxy/bad-variable",
        "A `$` in double quotes is not followed by a variable name",
    ),
    (
        "haproxy/check-port",
        "A checked server has no port of its own that could be checked",
    ),
    (
        "haproxy/double-bind",
        "Two places listen on one address; the kernel would share connections out at random",
    ),
    (
        "haproxy/duplicate-name",
        "Two sections of a side, or two servers of a backend, have one name",
    ),
    (
        "haproxy/extra-words",
        "More words stand on the line than the keyword takes",
    ),
    (
        "haproxy/host-name",
        "A server is given by name, which is resolved when the proxy runs",
    ),
    ("haproxy/missing-value", "The keyword needs a value"),
    (
        "haproxy/mode-mismatch",
        "Something needs HTTP in a section that relays bytes, or two sections have different modes",
    ),
    (
        "haproxy/no-backend",
        "A frontend sends its requests nowhere",
    ),
    ("haproxy/no-bind", "A frontend has no address"),
    (
        "haproxy/no-check",
        "Servers are not checked, or a check is described that never runs",
    ),
    (
        "haproxy/no-effect",
        "Accepted, but it does nothing in this daemon; the message says why",
    ),
    (
        "haproxy/no-final-newline",
        "The last line has no line end; HAProxy takes the file for truncated",
    ),
    (
        "haproxy/no-pattern",
        "A test has nothing to compare with, so it never matches",
    ),
    (
        "haproxy/no-server",
        "A backend has no server that could get a request",
    ),
    (
        "haproxy/no-timeout",
        "A timeout is missing or 0, so dead connections stay for ever",
    ),
    ("haproxy/not-utf8", "Escapes give bytes that are not UTF-8"),
    (
        "haproxy/not-yet",
        "Known, but this daemon does not do it; a warning with `--tolerant`",
    ),
    ("haproxy/nothing-to-do", "No section listens"),
    (
        "haproxy/outside-section",
        "A line stands in front of the first section",
    ),
    (
        "haproxy/removed",
        "The keyword was taken out of HAProxy; the suggestion names its successor",
    ),
    (
        "haproxy/unclosed-quote",
        "A quote is not closed on its line",
    ),
    (
        "haproxy/unknown-acl",
        "A condition names an ACL that is not defined above it",
    ),
    (
        "haproxy/unknown-backend",
        "A rule or `default_backend` names no backend",
    ),
    (
        "haproxy/unknown-defaults",
        "`from` names a defaults section that is not above",
    ),
    (
        "haproxy/unknown-keyword",
        "No such keyword; a warning with `--tolerant`",
    ),
    (
        "haproxy/unknown-parameter",
        "No such parameter of this keyword",
    ),
    (
        "haproxy/unknown-variable",
        "No such `%` variable of format strings",
    ),
    (
        "haproxy/unset-variable",
        "A variable of the environment is not set",
    ),
    (
        "haproxy/wrong-section",
        "The keyword has no place, or no effect, in this kind of section",
    ),
];

/// Codes of keepalived.conf, by name.
pub const KEEPALIVED: &[(&str, &str)] = &[
    (
        "keepalived/auth-ah",
        "An instance with AH starts as BACKUP, whatever `state` says",
    ),
    (
        "keepalived/auth-in-v3",
        "VRRP version 3 has no authentication",
    ),
    (
        "keepalived/bad-byte",
        "The file holds a byte that is not UTF-8 text, or a NUL",
    ),
    (
        "keepalived/bad-command",
        "A command cannot be split into words",
    ),
    (
        "keepalived/bad-interval",
        "An advert interval that the version of the protocol cannot carry",
    ),
    ("keepalived/bad-sequence", "`~SEQ` or `~LST` cannot be read"),
    (
        "keepalived/bad-value",
        "A value is not one of those that the keyword takes",
    ),
    (
        "keepalived/bad-weight",
        "A weight that cannot do what it says: out of range, beyond the priorities, or dropped by a group",
    ),
    (
        "keepalived/circular-definition",
        "A definition contains itself",
    ),
    ("keepalived/circular-include", "A file includes itself"),
    (
        "keepalived/duplicate-address",
        "A virtual address stands in two places",
    ),
    (
        "keepalived/duplicate-member",
        "An instance is a member of two groups",
    ),
    (
        "keepalived/duplicate-name",
        "Two blocks of a kind have one name; keepalived uses the first",
    ),
    (
        "keepalived/duplicate-peer",
        "A unicast peer is listed twice",
    ),
    (
        "keepalived/duplicate-vrid",
        "Two instances on one interface share a virtual_router_id",
    ),
    (
        "keepalived/empty-group",
        "A sync group without members, or with one",
    ),
    (
        "keepalived/extra-words",
        "Words behind a value that keepalived ignores",
    ),
    (
        "keepalived/family-mismatch",
        "IPv4 and IPv6 addresses in one advert, or a peer of the other family",
    ),
    (
        "keepalived/long-password",
        "Only the first bytes of a password travel, so two long ones may match",
    ),
    (
        "keepalived/missing-block",
        "The keyword needs a block in braces",
    ),
    ("keepalived/missing-include", "No file matches an include"),
    (
        "keepalived/missing-value",
        "A keyword, or a block, lacks something it cannot do without",
    ),
    (
        "keepalived/no-effect",
        "Accepted, but it does nothing in this daemon; the message says why",
    ),
    (
        "keepalived/no-peer",
        "An empty list of unicast peers: nobody hears the adverts",
    ),
    (
        "keepalived/nopreempt",
        "`nopreempt` or `preempt_delay` that has no effect with the state or priority",
    ),
    (
        "keepalived/not-yet",
        "Known, but this daemon does not do it; a warning with `--tolerant`",
    ),
    (
        "keepalived/peer-is-self",
        "A unicast peer is the node itself",
    ),
    (
        "keepalived/peer-is-vip",
        "A unicast peer is a virtual address",
    ),
    (
        "keepalived/random",
        "A random value would make both nodes and each reload differ",
    ),
    ("keepalived/removed", "Not part of the language any more"),
    (
        "keepalived/second-entry",
        "A second entry on a line of a block, which keepalived loses",
    ),
    (
        "keepalived/second-keyword",
        "A second keyword on a line, which keepalived ignores",
    ),
    (
        "keepalived/shell-syntax",
        "A command uses signs of a shell, but none is involved",
    ),
    (
        "keepalived/stray-brace",
        "A brace without its counterpart or keyword",
    ),
    (
        "keepalived/too-deep",
        "Blocks are nested deeper than any keyword has",
    ),
    (
        "keepalived/too-long",
        "Definitions or sequences expand beyond any real file",
    ),
    (
        "keepalived/too-many-addresses",
        "An advert carries 255 addresses",
    ),
    (
        "keepalived/unclosed-block",
        "A block is not closed before the file ends",
    ),
    (
        "keepalived/unclosed-quote",
        "A double quote is not closed on its line",
    ),
    (
        "keepalived/unexpected-block",
        "A block stands behind a keyword that has none",
    ),
    (
        "keepalived/unknown-instance",
        "A sync group names an instance that does not exist",
    ),
    (
        "keepalived/unknown-keyword",
        "No such keyword; its block is skipped whole; a warning with `--tolerant`",
    ),
    (
        "keepalived/unknown-script",
        "A tracked script is not defined above; keepalived would stay master without the check",
    ),
    (
        "keepalived/unknown-tracker",
        "A tracked file or process is not defined above",
    ),
    (
        "keepalived/unquoted-command",
        "Words of a command behind the first are lost without quotes",
    ),
    (
        "keepalived/unset-variable",
        "A variable of the environment is not set",
    ),
    ("keepalived/version-mismatch", "IPv6 needs version 3"),
];
