//! Exact findings about conditional blocks, messages of the text and variables.

use crate::haproxy_blocks::{ours, said_by};
use crate::said::{errors, said};
use config::{Options, Source, haproxy};

#[test]
fn a_condition_that_cannot_be_read_is_pointed_at() {
    let parsed = ours(
        "global\n.if streq(\"$SITE\",blue) && fetaure(OPENSSL)\n.endif\n.if 1 && (streq(a,b) || 0\n.endif\n\
         .if streq(a)\n.endif\n.if streq(\"$SITE\",\"b\n.endif\n.if 1 1\n.endif\n.if \"$SITE\"\n.endif\n\
         .if 1 ||\n.endif\n.if streq(a,'b\n.endif\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 2:28 'fetaure' is neither a number nor a predicate [fetaure] => did you mean 'feature'?",
            "error 4:10 the ')' that closes this '(' is missing [(streq(a,b) || 0] => write '&&', '||' or ')' between and behind the terms",
            "error 6:5 'streq' takes 2 arguments, and 1 are given [streq(a)] => write e.g. 'streq(\"$SITE\",blue)'",
            "error 8:19 the quote \" is never closed, so the line cannot be read [\"b] => close it with \" on the same line, or write \\\"",
            "error 9:1 there is no '.if' that this '.endif' belongs to [.endif] => write '.if CONDITION' above, or remove it",
            "error 10:7 '1' is not expected behind the condition [1] => join terms with '&&' or '||'",
            "error 12:5 'blue' is neither a number nor a predicate [\"$SITE\"] => a text is compared by 'streq(\"$NAME\",value)'; the predicates are defined, feature, streq, strneq, strstr, version_atleast, version_before, openssl_version_atleast, openssl_version_before, enabled",
            "error 14:9 a term of the condition is missing here [] => write e.g. '.if defined(SITE) && 1'",
            "error 16:13 the quote ' is never closed, so the line cannot be read ['b] => close it with ' on the same line, or write \\'",
            "error 17:1 there is no '.if' that this '.endif' belongs to [.endif] => write '.if CONDITION' above, or remove it",
        ]
    );
    let error = parsed.errors().next().unwrap();
    let shown = config::render::render(error, &parsed.sources);
    assert!(
        shown.contains("&& fetaure(OPENSSL)\n   |                            ^~~~~~~\n"),
        "{shown}"
    );
}

#[test]
fn blocks_and_messages_are_said_with_their_place() {
    let deep = format!(".if {}1{}\n.endif\n", "(".repeat(101), ")".repeat(101));
    assert!(errors(&ours(&deep))[0].contains("more than 100 parentheses inside each other"));
    let parsed = ours(
        "global\n.if 0\n bind \"$NONE\"\n.elif 1\n.else\n.elif 1\n.else\n.endif\n.endif x\n.if 1\n\
         .notice \"for you\"\n.warning w\n.alert \"not like this\"\n.alert a b\n.ntoice x\n.diag d\n\
         .if feature(openssl)\n.elif enabled(EPOL)\n.elif version_atleast(x)\n.endif\n",
    );
    assert_eq!(
        // The first is about the whole file: nothing listens.
        said(&parsed)[1..],
        [
            "error 6:1 '.elif' stands behind the '.else' of its block [.elif] => '.else' is the last branch: write '.endif' above, or move this up",
            "error 7:1 '.else' stands behind the '.else' of its block [.else] => '.else' is the last branch: write '.endif' above, or move this up",
            "error 9:1 there is no '.if' that this '.endif' belongs to [.endif] => write '.if CONDITION' above, or remove it",
            "error 9:8 unexpected 'x' behind '.endif' [x] => remove it, or put it on a line of its own",
            "error 10:1 this '.if' is never closed [.if] => write '.endif' below its last line, in the same file",
            "note 11:1 for you [.notice \"for you\"]",
            "warning 12:1 w [.warning w]",
            "error 13:1 not like this [.alert \"not like this\"] => the file itself refuses to be used like this; see the line above",
            "error 14:10 unexpected 'b' behind '.alert' [b] => put the whole message into double quotes",
            "error 15:1 unknown directive '.ntoice' [.ntoice] => did you mean '.notice'?",
            "warning 17:5 there is no feature 'openssl', so this is false [feature(openssl)] => features are written in capitals: 'OPENSSL'",
            "warning 18:7 there is no switch 'EPOL', so this is false [enabled(EPOL)] => write EPOLL, SPLICE, REUSEPORT, POLL, KQUEUE, EVPORTS or GETADDRINFO",
            "warning 19:7 'x' is not a version and counts as 0 [version_atleast(x)] => write e.g. 2.4, 2.6.12 or 2.8-dev3",
        ]
    );
}

#[test]
fn variables_that_cannot_be_read_are_said() {
    let parsed = ours(
        "global\n description \"${.FOO}\"\n description \"${SITE[1]}\"\n description \"${SITE\"\n \
         unsetenv\n setenv A\n setenv \"=\" b\n localpeer\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 2:15 there is no variable '.FOO' [${.FOO] => with a dot in front there are .FILE, .LINE and .SECTION",
            "error 3:15 '[1]' cannot follow the name of a variable [${SITE[1]}] => write \"${SITE}\", \"${SITE-default}\", or \"${SITE[*]}\" for a list of words",
            "error 4:15 '${SITE' lacks its brace [${SITE] => write \"${SITE}\"",
            "error 5:10 the name of a variable is missing [] => write e.g. 'unsetenv SITE'",
            "error 6:10 the name or the value of the variable is missing [] => write e.g. 'setenv SITE blue'",
            "error 7:9 '=' is not the name of a variable [\"=\"] => use letters, digits and underscores",
            "error 8:11 the name is missing [] => write e.g. 'localpeer lb-a'",
        ]
    );
}

#[test]
fn what_is_said_to_those_who_ask_and_what_the_language_gives() {
    let text = ".diag \"later\"\n.notice \"${.FILE}|${HAPROXY_CFGFILES}|$HAPROXY_STARTUP_VERSION\"\n\
                .if strstr(\"${HAPROXY_CFGFILES}\",b.cfg) && enabled(SPLICE)\n.notice both\n.endif\n";
    let files = [Source::new("a.cfg", text), Source::new("b.cfg", "")];
    let texts = |diagnostic| {
        let options = Options {
            diagnostic,
            ..Options::default()
        };
        said_by(&haproxy::parse(&files, &options)).0
    };
    let version = format!("a.cfg|a.cfg;b.cfg|{}", haproxy::LANGUAGE_VERSION);
    assert_eq!(texts(false), [version.as_str(), "both"]);
    assert_eq!(texts(true), ["later", version.as_str(), "both"]);
}

#[test]
fn samples_see_what_was_set_above_them() {
    let parsed = ours(
        "global\n setenv COLOUR green\nfrontend web\n bind :80\n mode http\n http-request return status 200 hdr x %[env(COLOUR)]\n",
    );
    assert!(format!("{:?}", parsed.config).contains("Env(\"green\")"));
}
