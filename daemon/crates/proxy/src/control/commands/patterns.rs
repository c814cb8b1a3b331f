//! Maps and files of ACLs: shown, looked into, changed, replaced as a whole.

use super::word;
use crate::control::Control;
use crate::desk::{Answer, Stream};
use crate::rules::patterns::{Fault, Hit, Kind, PatternFile, Wanted};
use runtime::{Command, Invocation};
use std::fmt::Write as _;
use std::sync::Arc;

/// What is wanted of a file, and its kind in the words of answers.
struct Named {
    file: Arc<PatternFile>,
    map: bool,
}

impl Control {
    pub(super) fn patterns(&self, it: &Invocation) -> Answer {
        use Command as C;
        let map = matches!(
            it.command,
            C::ShowMap
                | C::GetMap
                | C::AddMap
                | C::SetMap
                | C::DelMap
                | C::ClearMap
                | C::PrepareMap
                | C::CommitMap
        );
        let mut words = &it.words[..];
        let mut version = None;
        if let Some(text) = word(words, 0).strip_prefix('@') {
            version = text.parse::<u32>().ok();
            words = &words[1..];
        } else if matches!(it.command, C::CommitMap | C::CommitAcl) {
            return Answer::error("Missing version number.\n");
        }
        if let Some(refusal) = too_few(it, words, map) {
            return Answer::error(refusal);
        }
        if word(words, 0).is_empty() && matches!(it.command, C::ShowMap | C::ShowAcl) {
            return Answer::Text(self.list_files(map));
        }
        let Some(file) = self.pattern_file(word(words, 0), map) else {
            let shown = if map || it.command == C::DelAcl {
                "map"
            } else {
                "ACL"
            };
            return Answer::error(format!(
                "Unknown {shown} identifier. Please use #<id> or <file>.\n"
            ));
        };
        let named = Named { file, map };
        match it.command {
            C::ShowMap | C::ShowAcl => named.show(version),
            C::GetMap | C::GetAcl => named.get(word(words, 1)),
            C::AddMap | C::AddAcl => named.add(version, words, it.payload.as_deref()),
            C::SetMap => named.set(word(words, 1), word(words, 2)),
            C::DelMap | C::DelAcl => named.delete(word(words, 1)),
            C::ClearMap | C::ClearAcl => {
                named.file.clear(version);
                Answer::Done
            }
            C::PrepareMap | C::PrepareAcl => {
                let number = named.file.begin_version();
                Answer::info(format!("New version created: {number}\n"))
            }
            _ => {
                let applies = version.is_some_and(|version| named.file.commit(version));
                if applies {
                    Answer::Done
                } else {
                    Answer::error("Version number out of range.\n")
                }
            }
        }
    }

    /// The files in their order: their places are their numbers.
    fn files(&self) -> impl Iterator<Item = (usize, &String, &Arc<PatternFile>)> {
        let all = self.registry.iter().flat_map(|registry| &registry.patterns);
        all.enumerate()
            .map(|(number, (path, file))| (number, path, file))
    }

    fn pattern_file(&self, text: &str, map: bool) -> Option<Arc<PatternFile>> {
        let number = text
            .strip_prefix('#')
            .and_then(|digits| digits.parse::<usize>().ok());
        let is = |(at, path, _): &(usize, &String, &Arc<PatternFile>)| match number {
            Some(number) => *at == number,
            None => *path == text,
        };
        let (.., file) = self.files().find(is)?;
        let fits = if map {
            file.of_map()
        } else {
            file.is_used_as_acl()
        };
        fits.then(|| file.clone())
    }

    fn list_files(&self, map: bool) -> String {
        let mut out = "# id (file) description\n".to_owned();
        let used = if map { "map" } else { "acl" };
        for (number, path, file) in self.files() {
            if !(if map {
                file.of_map()
            } else {
                file.is_used_as_acl()
            }) {
                continue;
            }
            let (current, next, count) = file.versions();
            let _ = writeln!(
                out,
                "{number} ({path}) pattern loaded from file '{path}' used by {used}. curr_ver={current} next_ver={next} entry_cnt={count}"
            );
        }
        out
    }
}

/// What is said where words are missing.
fn too_few(it: &Invocation, words: &[String], map: bool) -> Option<&'static str> {
    use Command as C;
    let least = match it.command {
        C::GetMap | C::GetAcl | C::DelMap | C::DelAcl | C::AddAcl => 2,
        C::AddMap if it.payload.is_some() => 1,
        C::AddMap | C::SetMap => 3,
        C::ClearMap | C::ClearAcl => 1,
        _ => 0,
    };
    (words.len() < least).then_some(match it.command {
        C::GetMap => "Missing map identifier and/or key.\n",
        C::GetAcl => "Missing ACL identifier and/or key.\n",
        C::AddMap => "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload\n",
        C::AddAcl => "'add acl' expects two parameters: ACL identifier and pattern.\n",
        C::SetMap => "'set map' expects three parameters: map identifier, key and value.\n",
        C::DelMap => "This command expects two parameters: map identifier and key.\n",
        C::DelAcl => "This command expects two parameters: ACL identifier and key.\n",
        _ if map => "Missing map identifier.\n",
        _ => "Missing ACL identifier.\n",
    })
}

/// How a place of a file is written: it stays the same as long as its entry is there.
fn reference(place: usize) -> String {
    format!("0x{:012x}", place + 1)
}

/// A key, or the place of an entry behind `#`; `None`: there is no such place.
fn wanted(text: &str) -> Option<Wanted<'_>> {
    let Some(number) = text.strip_prefix("#0x") else {
        return (!text.starts_with('#')).then_some(Wanted::Key(text));
    };
    let place = usize::from_str_radix(number, 16).ok()?.checked_sub(1)?;
    Some(Wanted::Place(place))
}

impl Named {
    fn show(self, version: Option<u32>) -> Answer {
        Answer::Stream(Box::new(Pages {
            file: self.file,
            version,
            from: 0,
        }))
    }

    fn get(&self, text: &str) -> Answer {
        let hits = self.file.look_up(text, self.map);
        let lines: Vec<String> = hits.iter().map(|hit| self.line(hit)).collect();
        Answer::Text(lines.concat())
    }

    fn line(&self, hit: &Hit) -> String {
        let method = hit.reading.method;
        let case = if method.ignore_case {
            "insensitive"
        } else {
            "sensitive"
        };
        let name = method.kind.name();
        let (what, key_name) = if self.map {
            ("found", "key")
        } else {
            ("match", "pattern")
        };
        let Some((key, value, kind)) = &hit.found else {
            return format!("type={name}, case={case}, {what}=no\n");
        };
        let tree = match method.kind {
            Kind::Exact | Kind::Beg => !method.ignore_case,
            Kind::Ip => true,
            _ => false,
        };
        let index = if tree { "tree" } else { "list" };
        let mut line =
            format!("type={name}, case={case}, {what}=yes, idx={index}, {key_name}=\"{key}\"");
        if self.map {
            let _ = write!(line, ", value=\"{value}\", type=\"{kind}\"");
        }
        line.push('\n');
        line
    }

    fn add(&self, version: Option<u32>, words: &[String], payload: Option<&str>) -> Answer {
        if !self.map && self.file.of_map() {
            return Answer::error(
                "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.\n",
            );
        }
        let one = |key: &str, value: &str| self.file.add(version, key, value);
        let added = match payload.filter(|_| self.map) {
            None => one(word(words, 1), word(words, 2)),
            Some(payload) => {
                let mut lines = payload.lines();
                lines.try_for_each(|line| {
                    let (key, value) = line.split_once([' ', '\t']).unwrap_or((line, ""));
                    let value = value.trim();
                    if value.is_empty() {
                        return Err(Fault::Wrong(format!("Missing value for key '{key}'.\n")));
                    }
                    one(key, value)
                })
            }
        };
        match added {
            Ok(()) => Answer::Done,
            Err(Fault::Wrong(why)) => Answer::error(why),
            Err(Fault::Future) => {
                let what = if self.map { "map" } else { "acl" };
                Answer::error(format!(
                    "Version number in the future, please use 'prepare {what}' before.\n"
                ))
            }
        }
    }

    fn set(&self, key: &str, value: &str) -> Answer {
        let Some(wanted) = wanted(key) else {
            return Answer::error("key or pattern not found.\n");
        };
        match self.file.change_value(wanted, value) {
            Ok(true) => Answer::Done,
            Ok(false) if matches!(wanted, Wanted::Place(_)) => {
                Answer::error("key or pattern not found.\n")
            }
            Ok(false) => Answer::error("entry not found.\n"),
            Err(why) => Answer::error(why),
        }
    }

    fn delete(&self, key: &str) -> Answer {
        let gone = wanted(key).is_some_and(|wanted| self.file.take_out(wanted));
        if gone {
            Answer::Done
        } else {
            Answer::error("Key not found.\n")
        }
    }
}

/// The entries of a file, some at a time.
#[derive(Debug)]
struct Pages {
    file: Arc<PatternFile>,
    version: Option<u32>,
    from: usize,
}

const PAGE: usize = 512;

impl Stream for Pages {
    fn more(&mut self, out: &mut String) -> bool {
        let (entries, next) = self.file.page(self.version, self.from, PAGE);
        for (place, key, value) in entries {
            let _ = write!(out, "{} {key}", reference(place));
            if self.file.of_map() {
                let _ = write!(out, " {value}");
            }
            out.push('\n');
        }
        self.from = next.unwrap_or(self.from);
        next.is_none()
    }
}
