//! Names that iproute2 has for numbers: routing tables, protocols, realms, services, groups.

use crate::keepalived::context::Context;

/// Where names stand: the host's own come before the usual ones.
const FOLDERS: [&str; 2] = ["/etc/iproute2", "/usr/share/iproute2"];

/// Patterns of all files that names are looked up in, for whoever parses without a disk.
pub fn patterns() -> Vec<String> {
    let all = [TABLES, PROTOCOLS, REALMS, SERVICES, GROUPS];
    all.into_iter().flat_map(Names::files).collect()
}

/// One kind of names.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    pub file: &'static str,
    /// For messages: what it is, and an example.
    pub what: &'static str,
    pub example: &'static str,
    /// Known without any file.
    known: &'static [(&'static str, u32)],
}

pub const TABLES: Names = Names {
    file: "rt_tables",
    what: "a routing table",
    example: "write main, local, default or a number, or name it in /etc/iproute2/rt_tables",
    known: &[
        ("unspec", 0),
        ("default", 253),
        ("main", 254),
        ("local", 255),
    ],
};

pub const PROTOCOLS: Names = Names {
    file: "rt_protos",
    what: "a routing protocol",
    example: "write static, boot, bird or a number up to 255",
    known: &[
        ("unspec", 0),
        ("redirect", 1),
        ("kernel", 2),
        ("boot", 3),
        ("static", 4),
        ("ra", 9),
        ("zebra", 11),
        ("bird", 12),
        ("dhcp", 16),
        ("keepalived", 18),
        ("bgp", 186),
        ("isis", 187),
        ("ospf", 188),
        ("rip", 189),
    ],
};

pub const REALMS: Names = Names {
    file: "rt_realms",
    what: "a realm",
    example: "write a number up to 65535, or name it in /etc/iproute2/rt_realms",
    known: &[("cosmos", 0)],
};

pub const SERVICES: Names = Names {
    file: "rt_dsfield",
    what: "a type of service",
    example: "write a number such as 0x10",
    known: &[("default", 0), ("EF", 0xb8), ("AF11", 0x28), ("AF21", 0x48)],
};

pub const GROUPS: Names = Names {
    file: "group",
    what: "a group of interfaces",
    example: "write a number, or name it in /etc/iproute2/group",
    known: &[("default", 0)],
};

impl Names {
    /// The number that a word stands for: itself in any base of C, or a name.
    pub fn number(self, cx: &Context<'_>, word: &str) -> Option<u32> {
        if let Some(number) = number(word) {
            return u32::try_from(number).ok();
        }
        for pattern in self.files() {
            for (_, text) in cx.options.files.load(&pattern, "/") {
                if let Some(number) = text.lines().find_map(|line| named(line, word)) {
                    return Some(number);
                }
            }
        }
        let known = self.known.iter().find(|(name, _)| *name == word);
        known.map(|(_, number)| *number)
    }
}

impl Names {
    fn files(self) -> impl Iterator<Item = String> {
        FOLDERS.into_iter().flat_map(move |folder| {
            let file = self.file;
            [
                format!("{folder}/{file}"),
                format!("{folder}/{file}.d/*.conf"),
            ]
        })
    }
}

/// `NUMBER NAME`, with comments behind `#`.
fn named(line: &str, wanted: &str) -> Option<u32> {
    let mut words = line.split('#').next()?.split_ascii_whitespace();
    let (number_word, name) = (words.next()?, words.next()?);
    (name == wanted)
        .then(|| number(number_word))?
        .and_then(|it| u32::try_from(it).ok())
}

/// Decimal, `0x` hexadecimal or `0` octal, as the C library reads it.
pub fn number(text: &str) -> Option<u64> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok();
    }
    match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u64::from_str_radix(octal, 8).ok(),
        _ => text.parse().ok().filter(|_| !text.starts_with('+')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_bases_of_c() {
        assert_eq!(number("10"), Some(10));
        assert_eq!(number("0x10"), Some(16));
        assert_eq!(number("010"), Some(8));
        assert_eq!(number("0"), Some(0));
        for wrong in ["", "-1", "+1", "0x", "09", "1x", "18446744073709551616"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_stand_behind_their_numbers() {
        assert_eq!(named("100 small # of the lab", "small"), Some(100));
        assert_eq!(named("0x64\tsmall", "small"), Some(100));
        assert_eq!(named("# 100 small", "small"), None);
        assert_eq!(named("100", "100"), None);
    }
}
