//! The same metrics as OpenMetrics 1.0: what a client has to say for it, and the other way to write them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Prometheus' text format, version 0.0.4.
    Text,
    OpenMetrics,
}

impl Form {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// What the values of `Accept` ask for. OpenMetrics has to be named, in a version that is
    /// spoken, and not be liked less than the text; who takes neither gets the text.
    pub fn accepted<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let (mut open, mut text) = (0, None);
        for value in values {
            let value = String::from_utf8_lossy(value);
            for range in value.split(',') {
                let (name, version, quality) = read(range);
                match name.as_str() {
                    "application/openmetrics-text"
                        if matches!(version.as_deref(), None | Some("1.0.0")) =>
                    {
                        open = open.max(quality);
                    }
                    "text/plain" if matches!(version.as_deref(), None | Some("0.0.4")) => {
                        text = text.max(Some((3, quality)));
                    }
                    // The closest of the ranges that take the text counts (RFC 9110, 12.5.1).
                    "text/*" => text = text.max(Some((2, quality))),
                    "*/*" => text = text.max(Some((1, quality))),
                    _ => {}
                }
            }
        }
        if open > 0 && open >= text.map_or(0, |(_, quality)| quality) {
            Self::OpenMetrics
        } else {
            Self::Text
        }
    }
}

/// Name, version and quality (in thousandths) of a media range.
fn read(range: &str) -> (String, Option<String>, u32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let (mut version, mut quality) = (None, 1000);
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "version" => version = Some(value.to_owned()),
            "q" => quality = weight(value),
            _ => {}
        }
    }
    (name, version, quality)
}

/// What is no weight is none: the range is not asked for.
fn weight(text: &str) -> u32 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" if digits && rest.bytes().all(|byte| byte == b'0') => 1000,
        "0" if digits => format!("{rest:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// A family: its name is that of its samples without what a kind puts behind it.
#[derive(Default)]
struct Family<'t> {
    help: &'t str,
    sample: &'t str,
    kind: &'t str,
    shown: bool,
}

/// Prometheus' text as OpenMetrics. A counter's samples end in `_total`, its family does not; what
/// is always 1 and told by labels is of the kind `info`; a counter without a value is left out.
pub fn open_metrics(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut family, mut about) = (Family::default(), "");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            about = help.split_once(' ').map_or("", |(_, help)| help);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (sample, kind) = kind.split_once(' ').unwrap_or((kind, "unknown"));
            family = Family {
                help: std::mem::take(&mut about),
                sample,
                kind,
                shown: false,
            };
        } else if !line.starts_with('#') && !line.is_empty() {
            family.write(line, &mut out);
        }
    }
    out.push_str("# EOF\n");
    out
}

impl Family<'_> {
    fn write(&mut self, line: &str, out: &mut String) {
        let counts = self.kind == "counter";
        if counts && line.ends_with(" NaN") {
            return;
        }
        if !std::mem::replace(&mut self.shown, true) {
            self.head(out);
        }
        match line.strip_prefix(self.sample) {
            Some(rest) if counts && !self.sample.ends_with("_total") => {
                let _ = writeln!(out, "{}_total{rest}", self.sample);
            }
            _ => {
                out.push_str(&bounds(line));
                out.push('\n');
            }
        }
    }

    fn head(&self, out: &mut String) {
        let info = self.sample.strip_suffix("_info");
        let (name, kind) = match (self.kind, info) {
            ("gauge", Some(name)) => (name, "info"),
            ("counter", _) => {
                let name = self.sample.strip_suffix("_total");
                (name.unwrap_or(self.sample), "counter")
            }
            (kind, _) => (self.sample, kind),
        };
        let _ = writeln!(out, "# TYPE {name} {kind}");
        let mut units = ["seconds", "bytes"].into_iter();
        let has = |unit: &&str| name.strip_suffix(unit).is_some_and(|n| n.ends_with('_'));
        if let Some(unit) = units.find(has) {
            let _ = writeln!(out, "# UNIT {name} {unit}");
        }
        if !self.help.is_empty() {
            let help = self.help.replace('"', "\\\"");
            let _ = writeln!(out, "# HELP {name} {help}");
        }
    }
}

/// Bounds of a histogram are numbers with a point: `le="1"` is `le="1.0"` here.
fn bounds(line: &str) -> Cow<'_, str> {
    const BOUND: &str = "le=\"";
    let at = line.find("_bucket{").and_then(|_| line.find(BOUND));
    let Some(from) = at.map(|at| at + BOUND.len()) else {
        return Cow::Borrowed(line);
    };
    let (before, rest) = line.split_at(from);
    match rest.split_once('"') {
        Some((bound, after)) if bound.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{before}{bound}.0\"{after}"))
        }
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
#[path = "open_test.rs"]
mod tests;
