//! Conditional blocks, messages of the text and variables, beside Debian's haproxy.

use config::{Options, Parsed, Severity, Source, haproxy};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

/// What both programs get.
const VARIABLES: &[(&str, &str)] = &[
    ("SITE", "blue"),
    ("WORDS", "a b"),
    ("EMPTY", ""),
    ("YES", "1"),
];

/// Conditions that can be read; which of them hold is haproxy's to say.
const CONDITIONS: &[&str] = &[
    "",
    "0",
    "1",
    "00",
    "-1",
    "0x10",
    "0x0",
    "!0",
    "!1",
    "! 1",
    "!!1",
    "! ! 1",
    "(1)",
    "((0))",
    "!(0 || 1)",
    "1 || 0 && 0",
    "(0 || 1) && 0",
    "0 && 0 || 1",
    "0 || 0 || 1",
    "1&&1",
    "0||1",
    "\"1 \"",
    "\" 0\"",
    "1 # comment",
    "\"$YES\"",
    "\"$EMPTY\"",
    "defined(SITE)",
    "defined(NONE)",
    "defined(EMPTY)",
    "defined",
    "defined()",
    "defined( SITE )",
    "!defined(SITE)",
    "streq(\"$SITE\",blue)",
    "streq($SITE,blue)",
    "streq(\"$NONE\",)",
    "streq(,)",
    "streq(a b,a b)",
    "streq(a  b,a b)",
    "streq( a,a)",
    "streq(a ,a)",
    "streq(a,a )",
    "streq(\"a b\",a\\ b)",
    "streq(\"$WORDS\",a b)",
    "'streq(\"a,b\",\"a,b\")'",
    "'streq(\"a)\",\"a)\")'",
    "'streq(\"a\",a)'",
    "'streq(a\\ b,a b)'",
    "streq(é,é)",
    "strneq(\"$SITE\",blue)",
    "strneq(\"$SITE\",green)",
    "\"streq(a,b)\"  ||  \"1\"",
    "streq(a,a)&&streq(b,b)",
    "streq(a,b)||0",
    "feature(openssl)",
    "feature(NONE)",
    "feature( EPOLL)",
    "feature(EPOLL)",
    "feature(QUIC)",
    "feature(THREAD) && !feature(KQUEUE)",
    "version_atleast(2.4)",
    "version_atleast(2.6.12)",
    "version_atleast(2.6.13)",
    "version_atleast(2.6-dev1)",
    "version_atleast(2.7-dev0)",
    "version_atleast(2.6-rc1)",
    "version_atleast(3)",
    "version_atleast(2)",
    "version_atleast(abc)",
    "version_atleast()",
    "version_before(2.6.12)",
    "version_before(2.6.13)",
    "version_before(2.7)",
    "version_before(2.6.12-1)",
    "openssl_version_atleast(1.1.1k)",
    "openssl_version_atleast(3.0.0)",
    "openssl_version_before(1.1.1)",
    "openssl_version_before(4.0.0)",
    "streq(\"${.LINE}\",2)",
    "streq(\"${.SECTION}\",global)",
    "streq(\"$.SECTION\",web)",
];

/// Conditions that cannot be read.
const UNREADABLE: &[&str] = &[
    "foo",
    "foo(1)",
    "\"$SITE\"",
    "(",
    ")",
    "()",
    "(1",
    "1)",
    "1 2",
    "1 streq(a,a)",
    "1 &&",
    "&& 1",
    "1 ||",
    "1 && && 1",
    "1 & 1",
    "12abc",
    "!",
    "1 ! 1",
    "0 && foo",
    "1 || foo",
    "streq(a)",
    "streq(a,b,c)",
    "streq()",
    "streq(a,b",
    "defined(",
    "defined(A,B)",
    "defined (SITE)",
    "streq(\"a,b\",\"a,b\")",
    "streq(a\\,b,\"a,b\")",
    "DEFINED(SITE)",
    "version_atleast(2.6,3)",
    "\"streq('a,a)\"",
];

/// Whole texts about blocks, messages and variables.
const TEXTS: &[&str] = &[
    "global\n.else\n",
    "global\n.endif\n",
    "global\n.elif 1\n.endif\n",
    "global\n.if 1\n",
    "global\n.if 1\n.else\n.else\n.endif\n",
    "global\n.if 1\n.else\n.elif 1\n.endif\n",
    "global\n.if 0\n foo \"bar\n.endif\n",
    "global\n.if 0\n foo\n.if foo\n.notice x\n.else\n.notice y\n.endif\n.endif\n.notice end\n",
    ".if 1\n.notice a\n.else x\n.notice b\n.endif\n",
    ".if 1\n.notice a\n.elif foo\n.notice b\n.endif\n.notice c\n",
    ".if 0\n.elif 0\n.notice a\n.elif 1\n.notice b\n.elif 1\n.notice c\n.else\n.notice d\n.endif\n",
    ".if 0\n.alert no\n.unknown\n.else\n.notice yes\n.endif\n",
    ".foo\n",
    ".IF 1\n",
    ".notice a b\n",
    ".alert \"bad thing\"\n",
    ".notice\n",
    ".notice \"$.LINE ${.LINE} <${.SECTION}>\"\nglobal\n.notice \"${.SECTION}\"\ndefaults\n.notice \"${.SECTION}\"\ndefaults d1\n mode tcp\n.notice \"${.SECTION}\"\ndefaults d2 from d1\n.notice \"${.SECTION}\"\nbackend \"b${.LINE}\"\n.notice \"${.SECTION}\"\n",
    ".notice \"${.FOO}\"\n",
    ".notice \"${.line}\"\n",
    ".notice \"${SITE.X}\"\n",
    ".notice \"${SITE[1]}\"\n",
    ".notice \"${WORDS[*]}\"\n",
    "global\n.notice \"${NONE-a_b}|${EMPTY-x}|$SITE.X\"\n",
    "global\n localpeer lb-b\n.notice \"${HAPROXY_LOCALPEER}\"\n",
    "global\n setenv \"${WORDS[*]}\"\n.notice \"$a\"\n",
    "global\n setenv X \"a b\"\n.notice \"$X\"\n presetenv X c\n.notice \"$X\"\n presetenv Y c\n.notice \"$Y\"\n unsetenv X Y\n.notice \"${X-none}${Y-none}\"\n resetenv WORDS\n.notice \"${SITE-none} $WORDS\"\n",
    "global\n setenv\n",
    "global\n setenv A\n",
    "global\n setenv A b c d\n",
    "global\n presetenv A\n",
    "global\n unsetenv\n",
    "global\n setenv \"a=b\" c\n",
    "global\n setenv \"\" c\n",
    "global\n resetenv\n.notice \"${SITE-none}\"\n",
    "defaults\n setenv a b\n",
    "global\n setenv \"a-b\" c\n.notice ok\n",
];

pub fn ours(text: &str) -> Parsed<haproxy::Config> {
    let env: BTreeMap<String, String> = VARIABLES
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let options = Options {
        env: &env,
        ..Options::default()
    };
    haproxy::parse(&[Source::new("t.cfg", text)], &options)
}

/// What the text said by itself, and whether it was accepted.
pub fn said_by(parsed: &Parsed<haproxy::Config>) -> (Vec<String>, bool) {
    let said =
        |d: &config::Diagnostic| d.code == "haproxy/message" && d.severity != Severity::Error;
    let texts = parsed.diagnostics.iter().filter(|d| said(d));
    let texts = texts.map(|d| d.message.clone()).collect();
    (texts, parsed.is_valid())
}

struct Beside(PathBuf);

impl Beside {
    /// `None` where haproxy is not installed.
    fn new(name: &str) -> Option<Self> {
        if Command::new("haproxy").arg("-v").output().is_err() {
            eprintln!("skipped: the haproxy binary is not installed");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Some(Self(folder))
    }

    fn says(&self, text: &str) -> (Vec<String>, bool) {
        let path = self.0.join("t.cfg");
        std::fs::write(&path, text).unwrap();
        let out = Command::new("haproxy")
            .args(["-c", "-f", "t.cfg"])
            .current_dir(&self.0)
            .envs(VARIABLES.iter().copied())
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&out.stderr).into_owned();
        let texts = err
            .lines()
            .filter(|line| line.starts_with("[NOTICE]") || line.starts_with("[WARNING]"))
            .filter_map(|line| line.split_once("]: '")?.1.strip_suffix("'."))
            .map(str::to_owned)
            .collect();
        // 2: valid, but nothing listens.
        (texts, matches!(out.status.code(), Some(0 | 2)))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn conditions_hold_where_they_do_in_haproxy() {
    let Some(haproxy) = Beside::new("tandem-conditions") else {
        return;
    };
    let mut text = String::from("global\n");
    for (number, condition) in CONDITIONS.iter().enumerate() {
        let _ = write!(
            text,
            ".if {condition}\n.notice \"{number} yes\"\n.else\n.notice \"{number} no\"\n.endif\n"
        );
    }
    let (theirs, accepted) = haproxy.says(&text);
    assert!(accepted && theirs.len() == CONDITIONS.len(), "{theirs:?}");
    assert_eq!(said_by(&ours(&text)), (theirs, true));
}

#[test]
fn what_haproxy_cannot_read_is_refused_and_the_block_passed_over() {
    let Some(haproxy) = Beside::new("tandem-unreadable") else {
        return;
    };
    for condition in UNREADABLE {
        let text = format!("global\n.if {condition}\n.notice a\n.else\n.notice b\n.endif\n");
        let theirs = haproxy.says(&text);
        assert_eq!(theirs, (Vec::new(), false), "{condition}");
        assert_eq!(said_by(&ours(&text)), theirs, "{condition}");
    }
}

#[test]
fn blocks_messages_and_variables_are_read_as_haproxy_does() {
    let Some(haproxy) = Beside::new("tandem-blocks") else {
        return;
    };
    for text in TEXTS {
        let (said, accepted) = haproxy.says(text);
        let mine = said_by(&ours(text));
        assert_eq!(mine.1, accepted, "{text}");
        // What haproxy refuses, it does not read to its end.
        if accepted {
            assert_eq!(mine.0, said, "{text}");
        } else {
            assert!(mine.0.starts_with(&said), "{text}: {said:?} {mine:?}");
        }
    }
}
