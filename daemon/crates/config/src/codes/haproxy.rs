//! What the codes of haproxy.cfg mean.

/// Codes of haproxy.cfg, by name.
pub const HAPROXY: &[(&str, &str)] = &[
    (
        "haproxy/agent-port",
        "A server has `agent-check` without `agent-port`",
    ),
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
        "A condition after `if`, `unless`, `.if` or `.elif` cannot be read",
    ),
    (
        "haproxy/bad-block",
        "`.elif`, `.else` or `.endif` has no `.if`, or an `.if` has no `.endif` in its file",
    ),
    (
        "haproxy/bad-predicate",
        "A predicate of `.if` names a feature, switch or version that does not exist",
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
    ("haproxy/bad-regex", "A regular expression cannot be read"),
    (
        "haproxy/bad-name",
        "The name of a section, server or ACL has a character that is not allowed",
    ),
    (
        "haproxy/bad-negation",
        "`no` or `default` stands in front of something that cannot be taken back",
    ),
    (
        "haproxy/message",
        "What the file itself says by `.notice`, `.warning`, `.alert` or `.diag`",
    ),
    ("haproxy/bad-unit", "A time has a unit that does not exist"),
    (
        "haproxy/bad-value",
        "A value is not one of those that the keyword takes",
    ),
    (
        "haproxy/bad-variable",
        "A `$` in double quotes is not followed by a variable that can be read",
    ),
    (
        "haproxy/check-order",
        "Steps of an HTTP check stand in an order that cannot be done",
    ),
    (
        "haproxy/check-port",
        "A checked server has no port of its own that could be checked",
    ),
    (
        "haproxy/crt-list",
        "A line of a `crt-list` file cannot be read",
    ),
    (
        "haproxy/double-bind",
        "Two places listen on one address; the kernel would share connections out at random",
    ),
    (
        "haproxy/duplicate-id",
        "Two sections, or two sockets or servers of a section, have one `id`",
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
        "haproxy/external-check",
        "What checks by programs need is missing, or differs from what HAProxy does",
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
        "haproxy/no-name-server",
        "A resolvers section has nobody to ask",
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
        "haproxy/not-done",
        "Accepted, but it asks for something this daemon does not do yet; the message says what",
    ),
    (
        "haproxy/not-there",
        "An expression looks at something that is not there when the line applies, e.g. at the response in a rule for requests",
    ),
    (
        "haproxy/never-matches",
        "A condition looks at something that is not there when the rule applies, so that it never matches",
    ),
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
        "haproxy/proto-mode",
        "'proto' needs 'mode http', and 'check-proto' checks of HTTP: other bytes go by without being understood.",
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
        "A rule, an expression or `default_backend` names no backend or frontend",
    ),
    (
        "haproxy/unknown-server",
        "A rule or an expression names a server that its backend does not have",
    ),
    (
        "haproxy/unknown-defaults",
        "`from` names a defaults section that is not above",
    ),
    (
        "haproxy/unknown-file",
        "A rule changes the entries of a file that no map and no acl is read from",
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
        "haproxy/unknown-mailers",
        "A section sends mails by a mailers section that is not there",
    ),
    (
        "haproxy/unknown-peers",
        "A stick table is shared by a peers section that is not there",
    ),
    (
        "haproxy/unknown-ring",
        "A `log` line names a ring that is no section",
    ),
    (
        "haproxy/bad-key",
        "A rule keeps a value in a stick table whose type of key has no form for it: entries would never be found",
    ),
    (
        "haproxy/unknown-table",
        "A rule or an expression names a stick table, userlist or `http-errors` section that is not there",
    ),
    (
        "haproxy/unknown-resolvers",
        "A server or a rule names a resolvers section that is not there",
    ),
    (
        "haproxy/unknown-user",
        "A group of a userlist names a user that is not there",
    ),
    (
        "haproxy/unknown-variable",
        "No such `%` variable of format strings",
    ),
    (
        "haproxy/track",
        "A server tracks one that is not there, that has no state of its own, or in a circle",
    ),
    (
        "haproxy/unset-variable",
        "A variable of the environment is not set",
    ),
    (
        "haproxy/wrong-section",
        "The keyword has no place, or no effect, in this kind of section",
    ),
    (
        "haproxy/no-authority",
        "Certificates are to be verified, but nobody is named who may have signed them",
    ),
    (
        "haproxy/no-certificate",
        "An encrypted address has no certificate to show",
    ),
    (
        "haproxy/tls-cipher",
        "A list of cipher suites or curves names some, or only such, that are not spoken",
    ),
    (
        "haproxy/tls-version",
        "Versions of TLS are asked for that are not spoken, or none is left",
    ),
];
