//! `retry-on KEYWORD|STATUS…`

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::RetryOn;
use crate::haproxy::section::Section;

const FAILURES: &str = "none, conn-failure, empty-response, junk-response, response-timeout, \
                        0rtt-rejected, all-retryable-errors, or a status of 401, 403, 404, 408, \
                        425, 500, 501, 502, 503, 504";

/// Each line replaces what was said before.
pub fn retry_on(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    if args.peek().is_none() {
        return cx.missing(args, "the failure", "retry-on conn-failure empty-response");
    }
    let mut on = RetryOn::NONE;
    let alone = args.rest().len() == 1;
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "none" if alone => {}
            "none" => {
                let message =
                    "'none' says that nothing is tried again, and more follows".to_owned();
                cx.error("haproxy/bad-value", word.span, message)
                    .suggest("write 'retry-on none' alone, or leave 'none' out");
            }
            "conn-failure" => on.connection = true,
            "empty-response" => on.empty = true,
            "junk-response" => on.junk = true,
            "response-timeout" => on.timeout = true,
            "0rtt-rejected" => {}
            "all-retryable-errors" => {
                on = RetryOn {
                    connection: true,
                    empty: true,
                    junk: true,
                    timeout: true,
                    statuses: [&on.statuses[..], &[500, 502, 503, 504]].concat(),
                };
            }
            text => match text.parse().ok().filter(|s| RetryOn::STATUSES.contains(s)) {
                Some(status) => on.statuses.push(status),
                None => cx.bad(
                    word,
                    "a failure after which a request can be tried again",
                    &format!("write {FAILURES}"),
                ),
            },
        }
    }
    on.statuses.sort_unstable();
    on.statuses.dedup();
    section.proxy.retry_on = on;
}
