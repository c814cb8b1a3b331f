//! `~SEQ(var,[start,[step,]]end) line`, `~SEQx(…)`, `~LST(var,a,b) line`,
//! `~LST({u,v},{1,2},{3,4}) line`: the line is repeated with the variables set.

use super::Lexer;
use super::line::Line;
use std::collections::BTreeMap;

/// No real list is longer; a mistyped end would fill the memory.
const MOST_LINES: usize = 4096;

type Values = Vec<BTreeMap<String, String>>;

impl Lexer<'_> {
    /// The line itself, or its repetitions; nothing after an error.
    pub(super) fn repeat(&mut self, line: Line) -> Vec<Line> {
        if !line.text.starts_with('~') {
            return vec![line];
        }
        let mut lines = vec![line];
        // They nest from left to right: what comes out may begin with another.
        for _ in 0..8 {
            if !lines.iter().any(|line| line.text.starts_with('~')) {
                return lines;
            }
            let mut next = Vec::new();
            for line in lines {
                if line.text.starts_with('~') {
                    next.extend(self.repeat_once(&line));
                } else {
                    next.push(line);
                }
                if next.len() > MOST_LINES {
                    if let Some(first) = next.first() {
                        let message = format!("a sequence of more than {MOST_LINES} lines");
                        self.diagnostics
                            .error("keepalived/too-long", first.span_all(), message);
                    }
                    return Vec::new();
                }
            }
            lines = next;
        }
        lines
    }

    fn repeat_once(&mut self, line: &Line) -> Vec<Line> {
        let values = parse(&line.text);
        let Some((values, rest)) = values else {
            let end = line.text.find(')').map_or(line.text.len(), |at| at + 1);
            let message = "this sequence or list cannot be read";
            self.diagnostics
                .error("keepalived/bad-sequence", line.span(0, end), message)
                .suggest("write ~SEQ(NAME, FIRST, LAST) or ~LST(NAME, A, B)");
            return Vec::new();
        };
        let mut rest = line.slice(rest, line.text.len());
        rest.trim();
        values.iter().map(|set| replace(&rest, set)).collect()
    }
}

/// What may stand behind `$NAME`; before anything else it must be `${NAME}`.
fn ends_name(next: u8) -> bool {
    next.is_ascii_whitespace() || matches!(next, b',' | b')' | b'{' | b'}')
}

/// Replaces `$NAME` and `${NAME}` of one set of values.
fn replace(line: &Line, set: &BTreeMap<String, String>) -> Line {
    let mut line = line.clone();
    for (name, value) in set {
        for form in [format!("${{{name}}}"), format!("${name}")] {
            let mut from = 0;
            while let Some(found) = line.text[from..].find(&form) {
                let at = from + found;
                let end = at + form.len();
                let next = line.text.as_bytes().get(end).copied().unwrap_or(b' ');
                if !form.ends_with('}') && !ends_name(next) {
                    from = end;
                    continue;
                }
                let mut new = line.slice(0, at);
                new.push(&Line::standing_for(value, line.span(at, end)));
                new.push(&line.slice(end, line.text.len()));
                from = at + value.len();
                line = new;
            }
        }
    }
    line
}

/// The sets of values, and where the repeated line begins.
fn parse(text: &str) -> Option<(Values, usize)> {
    let open = text.find('(')?;
    let close = text.find(')').filter(|close| *close > open)?;
    let inner = &text[open + 1..close];
    let values = match &text[1..open] {
        "SEQ" => sequence(inner, false)?,
        "SEQx" => sequence(inner, true)?,
        "LST" => list(inner)?,
        _ => return None,
    };
    Some((values, close + 1))
}

fn sequence(inner: &str, hex: bool) -> Option<Values> {
    let parts: Vec<&str> = inner.split(',').map(str::trim).collect();
    let radix = if hex { 16 } else { 10 };
    let number =
        |at: usize| i64::from_str_radix(parts.get(at)?.trim_start_matches("0x"), radix).ok();
    let (start, step, end) = match parts.len() {
        2 => (1, 1, number(1)?),
        3 => (number(1)?, 1, number(2)?),
        4 => (number(1)?, number(2)?, number(3)?),
        _ => return None,
    };
    let step = if parts.len() < 4 && end < start {
        -1
    } else {
        step
    };
    if step == 0 || parts[0].is_empty() {
        return None;
    }
    let mut values = Vec::new();
    let mut at = start;
    while (step > 0 && at <= end) || (step < 0 && at >= end) {
        if values.len() > MOST_LINES {
            return None;
        }
        let text = if hex {
            format!("{at:x}")
        } else {
            at.to_string()
        };
        values.push(BTreeMap::from([(parts[0].to_owned(), text)]));
        at = at.checked_add(step)?;
    }
    Some(values)
}

/// `v,a,b` or `{u,v},{1,2},{3,4}`
fn list(inner: &str) -> Option<Values> {
    let groups = groups(inner)?;
    let (names, values) = groups.split_first()?;
    if names.iter().any(|name| name.is_empty()) {
        return None;
    }
    values
        .iter()
        .map(|group| {
            (group.len() == names.len()).then(|| {
                names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .zip(group.iter().map(|v| (*v).to_owned()))
                    .collect()
            })
        })
        .collect()
}

/// Splits at commas outside braces; each part is a group of one or, in braces, of several.
fn groups(inner: &str) -> Option<Vec<Vec<&str>>> {
    let mut groups = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let (group, behind) = match rest.strip_prefix('{') {
            Some(braced) => {
                let (group, behind) = braced.split_once('}')?;
                (
                    group.split(',').map(str::trim).collect(),
                    behind.trim_start(),
                )
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (vec![rest[..end].trim()], &rest[end..])
            }
        };
        groups.push(group);
        rest = match behind.strip_prefix(',') {
            Some(behind) => behind.trim_start(),
            None if behind.is_empty() => "",
            None => return None,
        };
    }
    (groups.len() > 1).then_some(groups)
}
