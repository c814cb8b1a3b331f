//! What the codes of keepalived.conf mean.

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
        "keepalived/missing-parameter",
        "A keyword stands without the value that it needs; keepalived reads no further",
    ),
    (
        "keepalived/missing-value",
        "A keyword, or a block, lacks something it cannot do without",
    ),
    (
        "keepalived/no-address",
        "A vrrp_instance without virtual addresses; a warning with `--tolerant`",
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
        "keepalived/not-done",
        "Accepted, but it asks for something this daemon does not do yet; the message says what",
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
        "A sync group or a track_group names an instance that does not exist",
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
        "A tracked file or process is not defined above, or a track_group nowhere",
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
