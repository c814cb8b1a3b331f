//! Where lines go: `log ADDRESS [len N] [format F] [sample R:S] [limit N] FACILITY [MAX [MIN]]`.

use super::log_sink;
use super::logging::{FACILITIES, LEVELS, facility, level};
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{Level, LogSample, LogTarget};
use crate::source::Spanned;
use crate::suggest::nearest;

pub fn log_target(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<LogTarget> {
    let example = "log 127.0.0.1:514 local0 info";
    let Some(word) = args.take() else {
        cx.missing(args, "the address", example);
        return None;
    };
    let Some(sink) = log_sink::sink(cx, word) else {
        args.skip_all();
        return None;
    };
    let (mut len, mut format, mut sample, mut limit) = (None, None, None, None);
    loop {
        match args.peek_text() {
            Some("len") => {
                args.take();
                let example = "log 127.0.0.1 len 2048 local0";
                len = cx.number(args, 80..=65535, "the length", example);
            }
            Some("format") => {
                args.take();
                format = log_form(cx, args);
            }
            Some("sample") => {
                args.take();
                sample = ranges(cx, args);
            }
            Some("limit") => {
                args.take();
                let example = "log 127.0.0.1 limit 1000 local0";
                limit = cx.number(args, 1..=u32::MAX, "the number of lines", example);
            }
            _ => break,
        }
    }
    let Some(word) = args.take() else {
        cx.missing(args, "the facility", example);
        return None;
    };
    let facility = facility(&word.text);
    if facility.is_none() {
        let names = FACILITIES.map(|(name, _)| name);
        let help = nearest(&word.text, names).map_or_else(
            || format!("one of {}", names.join(", ")),
            |n| format!("did you mean '{n}'?"),
        );
        cx.bad(word, "a facility", &help);
    }
    let max_level = level_or(cx, args, Level::Debug);
    let min_level = level_or(cx, args, Level::Emerg);
    Some(LogTarget {
        sink,
        len,
        format,
        sample,
        limit,
        facility: facility?,
        max_level,
        min_level,
    })
}

/// `format` of `log` and of `ring`.
pub fn log_form(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<String>> {
    let Some(word) = args.take() else {
        cx.missing(args, "the format", "log 127.0.0.1 format rfc5424 local0");
        return None;
    };
    let forms = [
        "rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw",
    ];
    if !forms.contains(&word.text.as_ref()) {
        let help = format!("one of {}", forms.join(", "));
        cx.bad(word, "a log format", &help);
        return None;
    }
    Some(owned(word))
}

fn level_or(cx: &mut Context<'_>, args: &mut Args<'_>, default: Level) -> Level {
    let Some(word) = args.take() else {
        return default;
    };
    let level = level(&word.text);
    if level.is_none() {
        let help = format!("one of {}", LEVELS.map(|(name, _)| name).join(", "));
        cx.bad(word, "a level", &help);
    }
    level.unwrap_or(default)
}

/// `1,3-4:5`
fn ranges(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<LogSample> {
    let Some(word) = args.take() else {
        cx.missing(args, "the sample", "log 127.0.0.1 sample 1:10 local0");
        return None;
    };
    let found = read_ranges(&word.text);
    found.map_err(|why| refuse_ranges(cx, word, &why)).ok()
}

fn refuse_ranges(cx: &mut Context<'_>, word: &Word<'_>, why: &str) {
    let message = format!("'{}' shares no lines out: {why}", word.text);
    cx.error("haproxy/bad-value", word.span, message)
        .suggest("write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five");
}

fn read_ranges(text: &str) -> Result<LogSample, String> {
    let (list, size) = text
        .split_once(':')
        .ok_or("the size behind ':' is missing")?;
    let size: u32 = size
        .parse()
        .ok()
        .filter(|size| *size > 0)
        .ok_or_else(|| format!("'{size}' is no size"))?;
    let number = |text: &str| text.parse().ok().filter(|number: &u32| *number > 0);
    let mut ranges = Vec::new();
    // A comma at the end is no range.
    for range in list.strip_suffix(',').unwrap_or(list).split(',') {
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        match (number(low), number(high)) {
            (Some(low), Some(high)) if low <= high => ranges.push((low, high)),
            _ => return Err(format!("'{range}' is no range of numbers from 1")),
        }
    }
    ranges.sort_unstable();
    if ranges.windows(2).any(|pair| pair[0].1 >= pair[1].0) {
        return Err("its ranges overlap".to_owned());
    }
    match ranges.last() {
        Some((_, high)) if *high > size => Err(format!("{high} is beyond the size {size}")),
        _ => Ok(LogSample { ranges, size }),
    }
}
