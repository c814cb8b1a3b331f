//! The predicates that a condition may ask.

use crate::haproxy::context::Context;
use crate::haproxy::environment::LANGUAGE_VERSION;
use crate::registry::{self, Status};
use crate::source::Span;
use crate::suggest::nearest;
use std::cmp::Ordering;

pub struct Predicate {
    name: &'static str,
    pub arguments: usize,
    pub example: &'static str,
    pub holds: fn(&mut Context<'_>, Span, &str, &str) -> bool,
}

/// `openssl_version_*` speak of a library that is not linked: its interface counts as 3.0.0.
const OPENSSL: &str = "3.0.0";

static PREDICATES: [Predicate; 10] = [
    Predicate {
        name: "defined",
        arguments: 1,
        example: "write e.g. 'defined(SITE)'",
        holds: |cx, _, name, _| cx.environment.get(name).is_some(),
    },
    Predicate {
        name: "feature",
        arguments: 1,
        example: "write e.g. 'feature(OPENSSL)'",
        holds: feature,
    },
    Predicate {
        name: "streq",
        arguments: 2,
        example: "write e.g. 'streq(\"$SITE\",blue)'",
        holds: |_, _, one, two| one == two,
    },
    Predicate {
        name: "strneq",
        arguments: 2,
        example: "write e.g. 'strneq(\"$SITE\",blue)'",
        holds: |_, _, one, two| one != two,
    },
    Predicate {
        name: "strstr",
        arguments: 2,
        example: "write e.g. 'strstr(\"$SITES\",blue)'",
        holds: |_, _, text, part| text.contains(part),
    },
    Predicate {
        name: "version_atleast",
        arguments: 1,
        example: "write e.g. 'version_atleast(2.4)'",
        holds: |cx, span, version, _| compare(cx, span, LANGUAGE_VERSION, version).is_ge(),
    },
    Predicate {
        name: "version_before",
        arguments: 1,
        example: "write e.g. 'version_before(2.4)'",
        holds: |cx, span, version, _| compare(cx, span, LANGUAGE_VERSION, version).is_lt(),
    },
    Predicate {
        name: "openssl_version_atleast",
        arguments: 1,
        example: "write e.g. 'openssl_version_atleast(1.1.1)'",
        holds: |cx, span, version, _| compare(cx, span, OPENSSL, version).is_ge(),
    },
    Predicate {
        name: "openssl_version_before",
        arguments: 1,
        example: "write e.g. 'openssl_version_before(1.1.1)'",
        holds: |cx, span, version, _| compare(cx, span, OPENSSL, version).is_lt(),
    },
    Predicate {
        name: "enabled",
        arguments: 1,
        example: "write e.g. 'enabled(EPOLL)'",
        holds: enabled,
    },
];

pub fn find(name: &str) -> Option<&'static Predicate> {
    PREDICATES.iter().find(|predicate| predicate.name == name)
}

pub fn names() -> impl Iterator<Item = &'static str> {
    PREDICATES.iter().map(|predicate| predicate.name)
}

/// Features that stand for keywords: there when the keyword does what the manual says.
const BY_KEYWORD: &[(&str, &str, &str)] = &[
    ("OPENSSL", "bind", "ssl"),
    ("LUA", "global", "lua-load"),
    ("SLZ", "proxy", "compression"),
    ("NS", "bind", "namespace"),
];

/// Features that this daemon has, and those that it never will.
const PRESENT: &[&str] = &[
    "ACCEPT4",
    "CRYPT_H",
    "EPOLL",
    "LIBCRYPT",
    "LINUX_SPLICE",
    "LINUX_TPROXY",
    "NETFILTER",
    "PRCTL",
    "RT",
    "SYSTEMD",
    "TFO",
    "THREAD",
    "TPROXY",
];
const ABSENT: &[&str] = &[
    "51DEGREES",
    "BACKTRACE",
    "CLOSEFROM",
    "CPU_AFFINITY",
    "DEVICEATLAS",
    "DL",
    "ENGINE",
    "EVPORTS",
    "GETADDRINFO",
    "KQUEUE",
    "MEMORY_PROFILING",
    "OBSOLETE_LINKER",
    "OT",
    "PCRE",
    "PCRE2",
    "PCRE2_JIT",
    "PCRE_JIT",
    "POLL",
    "PROCCTL",
    "PROMEX",
    "QUIC",
    "STATIC_PCRE",
    "STATIC_PCRE2",
    "THREAD_DUMP",
    "WURFL",
    "ZLIB",
];

fn feature(cx: &mut Context<'_>, span: Span, name: &str, _: &str) -> bool {
    if let Some((_, group, keyword)) = BY_KEYWORD.iter().find(|row| row.0 == name) {
        let entry = registry::haproxy().find(group, keyword);
        return entry.is_some_and(|entry| entry.status == Status::Supported);
    }
    if PRESENT.contains(&name) {
        return true;
    }
    if !ABSENT.contains(&name) {
        let named = BY_KEYWORD.iter().map(|row| row.0);
        let all = named.chain(PRESENT.iter().chain(ABSENT).copied());
        let help = match all.clone().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => format!("features are written in capitals: '{known}'"),
            None => nearest(name, all).map_or_else(
                || "'haproxy -vv' lists the names of features".to_owned(),
                |near| format!("did you mean '{near}'?"),
            ),
        };
        let message = format!("there is no feature '{name}', so this is false");
        cx.warning("haproxy/bad-predicate", span, message)
            .suggest(help);
    }
    false
}

/// Switches of the original's engine, by what this one does.
fn enabled(cx: &mut Context<'_>, span: Span, name: &str, _: &str) -> bool {
    match name {
        "EPOLL" | "SPLICE" | "REUSEPORT" | "FAST-FORWARD" => true,
        "POLL" | "KQUEUE" | "EVPORTS" | "GETADDRINFO" | "SERVER-SSL-VERIFY-NONE" => false,
        _ => {
            let message = format!("there is no switch '{name}', so this is false");
            cx.warning("haproxy/bad-predicate", span, message)
                .suggest("write EPOLL, SPLICE, REUSEPORT, POLL, KQUEUE, EVPORTS or GETADDRINFO");
            false
        }
    }
}

fn compare(cx: &mut Context<'_>, span: Span, ours: &str, theirs: &str) -> Ordering {
    if !theirs.starts_with(|c: char| c.is_ascii_digit()) {
        let message = format!("'{theirs}' is not a version and counts as 0");
        cx.warning("haproxy/bad-predicate", span, message)
            .suggest("write e.g. 2.4, 2.6.12 or 2.8-dev3");
    }
    Version::read(ours).cmp(&Version::read(theirs))
}

/// `MAJOR.MINOR.PATCH-devN`: missing numbers are nought, `-dev` and `-rc` stand before the
/// release, and a letter or `-N` behind it after.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    numbers: [u32; 3],
    stage: (u8, u32),
}

impl Version {
    fn read(text: &str) -> Self {
        let mut rest = text;
        let mut number = |first: bool| {
            if !first {
                match rest.strip_prefix('.') {
                    Some(behind) => rest = behind,
                    None => return 0,
                }
            }
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let value = rest[..digits].parse().unwrap_or(0);
            rest = &rest[digits..];
            value
        };
        let numbers = [number(true), number(false), number(false)];
        let count = |text: &str| {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            text[..digits].parse().unwrap_or(0)
        };
        let stage = if let Some(dev) = rest.strip_prefix("-dev") {
            (0, count(dev))
        } else if let Some(candidate) = rest.strip_prefix("-rc") {
            (1, count(candidate))
        } else if let Some(behind) = rest.strip_prefix('-') {
            (2, count(behind))
        } else {
            // OpenSSL's patch letters: 1.1.1k
            (
                2,
                rest.bytes()
                    .next()
                    .filter(u8::is_ascii_lowercase)
                    .map_or(0, u32::from),
            )
        };
        Self { numbers, stage }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_ordered_as_they_were_released() {
        let ordered = [
            "",
            "1.9",
            "2",
            "2.4-dev1",
            "2.4-dev19",
            "2.4-rc1",
            "2.4",
            "2.4.1",
            "2.6.12",
            "2.6.12-1",
            "2.6.13",
            "2.10",
            "3.0-dev1",
        ];
        for pair in ordered.windows(2) {
            assert!(Version::read(pair[0]) < Version::read(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::read("2.4"), Version::read("2.4.0"));
        assert!(Version::read("1.1.1") < Version::read("1.1.1k"));
    }
}
