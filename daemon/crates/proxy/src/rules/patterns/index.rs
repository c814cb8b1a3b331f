//! Patterns of a file, found without walking over all of them: by hash where texts are compared
//! whole or at their ends and parts, by prefix length where addresses are.

use super::method::{Kind, Method};
use crate::rules::matcher::{self, Matcher, delimits_directory, delimits_domain, network_of};
use crate::rules::value::Value;
use config::haproxy::model::{IntTest, MatchKind};
use regex::bytes::Regex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// From patterns to the number of their entry. Of equal patterns the first entry counts.
#[derive(Debug)]
pub struct Index {
    method: Method,
    texts: HashMap<Box<[u8]>, u32>,
    /// How many texts have a length; the longest first.
    lengths: BTreeMap<Reverse<usize>, usize>,
    /// For each prefix length, the narrowest first, the networks with their host bits cleared.
    networks: BTreeMap<Reverse<u8>, HashMap<IpAddr, u32>>,
    numbers: HashMap<i64, u32>,
    ranges: Vec<(IntTest, u32)>,
    parts: Vec<(Matcher, u32)>,
    regexes: Vec<(Regex, u32)>,
}

impl Index {
    pub fn new(method: Method) -> Self {
        Self {
            method,
            texts: HashMap::new(),
            lengths: BTreeMap::new(),
            networks: BTreeMap::new(),
            numbers: HashMap::new(),
            ranges: Vec::new(),
            parts: Vec::new(),
            regexes: Vec::new(),
        }
    }

    /// Adds an entry; says why its text is no pattern. Whether an equal pattern was there.
    pub fn insert(&mut self, pattern: &str, entry: u32) -> Result<bool, String> {
        let ignore_case = self.method.ignore_case;
        let mut kind = self.method.kind.empty();
        config::haproxy::add_pattern(&mut kind, pattern)
            .map_err(|why| format!("'{pattern}' is {why}"))?;
        Ok(match &kind {
            MatchKind::Int(tests) | MatchKind::Length(tests) => self.insert_numbers(tests, entry),
            MatchKind::Ip(nets) => nets.iter().fold(false, |twice, net| {
                let networks = self.networks.entry(Reverse(net.prefix)).or_default();
                twice | first(networks, network_of(net.address, net.prefix), entry)
            }),
            MatchKind::Reg(_) => {
                self.regexes
                    .push((matcher::regex(pattern, ignore_case)?, entry));
                false
            }
            MatchKind::Sub(_) => {
                self.parts
                    .push((Matcher::compile(&kind, ignore_case)?, entry));
                false
            }
            MatchKind::Bin(list) => match list.first() {
                Some(bytes) => first(&mut self.texts, bytes.clone().into(), entry),
                None => false,
            },
            _ => {
                let text = self.text(pattern.as_bytes());
                let length = text.len();
                let twice = first(&mut self.texts, text, entry);
                if !twice {
                    *self.lengths.entry(Reverse(length)).or_default() += 1;
                }
                twice
            }
        })
    }

    fn insert_numbers(&mut self, tests: &[IntTest], entry: u32) -> bool {
        let mut twice = false;
        for test in tests {
            match test {
                IntTest::Eq(n) => twice |= first(&mut self.numbers, *n, entry),
                other => self.ranges.push((*other, entry)),
            }
        }
        twice
    }

    /// A text as it is compared: parts without the delimiters around them.
    fn text(&self, pattern: &[u8]) -> Box<[u8]> {
        let delimits = match self.method.kind {
            Kind::Dir => delimits_directory,
            Kind::Dom => delimits_domain,
            _ => |_: u8| false,
        };
        let from = pattern.iter().position(|b| !delimits(*b));
        let to = pattern.iter().rposition(|b| !delimits(*b));
        let mut text = match (from, to) {
            (Some(from), Some(to)) => pattern[from..=to].to_vec(),
            _ => Vec::new(),
        };
        if self.method.ignore_case {
            text.make_ascii_lowercase();
        }
        text.into()
    }

    /// The entry that matches: of networks and beginnings the narrowest, else the first.
    pub fn find(&self, value: &Value<'_>) -> Option<u32> {
        match self.method.kind {
            Kind::Ip => self.network(value.ip()?.to_canonical()),
            Kind::Int => self.number(value.int()?),
            Kind::Len => self.number(i64::try_from(value.text().len()).ok()?),
            Kind::Reg => self.regex(&value.text()).map(|(_, entry)| *entry),
            Kind::Sub => {
                let hit = |(matcher, _): &&(Matcher, u32)| matcher.matches(value);
                self.parts.iter().find(hit).map(|(_, entry)| *entry)
            }
            Kind::Bin => self.texts.get(&*value.text()).copied(),
            _ if self.method.ignore_case => self.by_text(&value.text().to_ascii_lowercase()),
            _ => self.by_text(&value.text()),
        }
    }

    /// The first expression that matches.
    pub fn regex(&self, text: &[u8]) -> Option<&(Regex, u32)> {
        self.regexes.iter().find(|(regex, _)| regex.is_match(text))
    }

    fn network(&self, ip: IpAddr) -> Option<u32> {
        let of = |(prefix, networks): (&Reverse<u8>, &HashMap<IpAddr, u32>)| {
            networks.get(&network_of(ip, prefix.0)).copied()
        };
        self.networks.iter().find_map(of)
    }

    fn number(&self, n: i64) -> Option<u32> {
        let ranges = self.ranges.iter().filter(|(test, _)| test.holds(n));
        let exact = self.numbers.get(&n).copied();
        ranges.map(|(_, entry)| *entry).chain(exact).min()
    }

    fn by_text(&self, text: &[u8]) -> Option<u32> {
        let fitting = || {
            self.lengths
                .keys()
                .map(|n| n.0)
                .filter(|n| *n <= text.len())
        };
        match self.method.kind {
            Kind::Beg => fitting().find_map(|n| self.texts.get(&text[..n]).copied()),
            Kind::End => {
                let ends = fitting().filter_map(|n| self.texts.get(&text[text.len() - n..]));
                ends.copied().min()
            }
            Kind::Dir => self.whole_part(text, delimits_directory),
            Kind::Dom => self.whole_part(text, delimits_domain),
            _ => self.texts.get(text).copied(),
        }
    }

    /// The first entry that stands between two delimiters or ends.
    fn whole_part(&self, text: &[u8], delimits: fn(u8) -> bool) -> Option<u32> {
        let edge = |at: &usize| text.get(*at).is_none_or(|b| delimits(*b));
        let starts = (0..text.len()).filter(|at| *at == 0 || delimits(text[at - 1]));
        let parts = starts.flat_map(|start| {
            let ends = (start + 1..=text.len()).filter(edge);
            ends.map(move |end| (start, end))
        });
        let known = parts.filter(|(start, end)| self.lengths.contains_key(&Reverse(end - start)));
        let found = known.filter_map(|(start, end)| self.texts.get(&text[start..end]));
        found.copied().min()
    }

    /// Takes an entry out; false when only building it anew can say what is left.
    pub fn remove(&mut self, pattern: &str, entry: u32) -> bool {
        self.regexes.retain(|(_, known)| *known != entry);
        self.parts.retain(|(_, known)| *known != entry);
        self.ranges.retain(|(_, known)| *known != entry);
        match self.method.kind {
            Kind::Reg | Kind::Sub => true,
            Kind::Exact | Kind::Beg | Kind::End | Kind::Dir | Kind::Dom => {
                let text = self.text(pattern.as_bytes());
                let own = self.texts.get(&text) == Some(&entry);
                if own {
                    self.texts.remove(&text);
                    self.forget_length(text.len());
                }
                own
            }
            Kind::Ip => {
                let mut kind = self.method.kind.empty();
                let _ = config::haproxy::add_pattern(&mut kind, pattern);
                let MatchKind::Ip(nets) = kind else {
                    return false;
                };
                nets.iter().all(|net| {
                    let networks = self.networks.get_mut(&Reverse(net.prefix));
                    let key = network_of(net.address, net.prefix);
                    let gone = networks.and_then(|all| all.remove(&key));
                    gone == Some(entry)
                })
            }
            Kind::Int | Kind::Len | Kind::Bin => false,
        }
    }

    fn forget_length(&mut self, length: usize) {
        if let Some(count) = self.lengths.get_mut(&Reverse(length)) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&Reverse(length));
            }
        }
    }
}

/// Whether the key was there; then it keeps its entry.
fn first<K: std::hash::Hash + Eq>(map: &mut HashMap<K, u32>, key: K, entry: u32) -> bool {
    let mut twice = true;
    map.entry(key).or_insert_with(|| {
        twice = false;
        entry
    });
    twice
}
