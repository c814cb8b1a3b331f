//! Times, sizes and numbers (configuration manual, 2.4 "Time format", 2.5 "Size format").

use super::args::Args;
use super::context::Context;
use super::lexer::Word;
use crate::source::Spanned;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The longest time the format can say, as in the original: 2^31 − 1 ms.
const MAX_MILLISECONDS: u64 = 0x7fff_ffff;

/// What a time is counted in when no unit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultUnit {
    Milliseconds,
    Seconds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeError {
    NotANumber,
    /// Byte offset of the unit that is not one.
    Unit(usize),
    TooLong,
}

/// Reads `10`, `10s`, `1m`, `500us`, … The offset of a wrong unit is in the error.
pub fn parse_time(text: &str, unit: DefaultUnit) -> Result<Duration, TimeError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Err(TimeError::NotANumber);
    }
    let count: u64 = text[..digits].parse().map_err(|_| TimeError::TooLong)?;
    let micros: u64 = match (&text[digits..], unit) {
        ("us", _) => 1,
        ("ms", _) | ("", DefaultUnit::Milliseconds) => 1000,
        ("s", _) | ("", DefaultUnit::Seconds) => 1_000_000,
        ("m", _) => 60_000_000,
        ("h", _) => 3_600_000_000,
        ("d", _) => 86_400_000_000,
        _ => return Err(TimeError::Unit(digits)),
    };
    let total = count.checked_mul(micros).ok_or(TimeError::TooLong)?;
    if total / 1000 > MAX_MILLISECONDS {
        return Err(TimeError::TooLong);
    }
    Ok(Duration::from_micros(total))
}

/// Reads `16384`, `64k`, `1m`, `2g`.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count: u64 = text[..digits].parse().ok()?;
    let shift = match &text[digits..] {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => return None,
    };
    count.checked_mul(1 << shift)
}

impl Context<'_> {
    /// The time that a keyword must be followed by.
    pub fn time(&mut self, args: &mut Args<'_>, example: &str) -> Option<Spanned<Duration>> {
        self.time_in(args, DefaultUnit::Milliseconds, example)
    }

    pub fn time_in(
        &mut self,
        args: &mut Args<'_>,
        unit: DefaultUnit,
        example: &str,
    ) -> Option<Spanned<Duration>> {
        let Some(word) = args.take() else {
            self.missing(args, "the time", example);
            return None;
        };
        let duration = self.time_word(word, unit)?;
        Some(Spanned::new(duration, word.span))
    }

    pub fn time_word(&mut self, word: &Word<'_>, unit: DefaultUnit) -> Option<Duration> {
        match parse_time(&word.text, unit) {
            Ok(duration) => return Some(duration),
            Err(TimeError::Unit(at)) => return self.wrong_unit(word, at, unit),
            Err(TimeError::NotANumber) => {
                self.bad(
                    word,
                    "a time",
                    "write a number and a unit, e.g. 500ms, 10s, 2m, 1h, 1d",
                );
            }
            Err(TimeError::TooLong) => {
                self.bad(word, "a time below 24.8 days", "write a shorter time");
            }
        }
        None
    }

    /// `5min` is read as `5m` with a warning (2.6 does so, later versions refuse).
    fn wrong_unit(&mut self, word: &Word<'_>, at: usize, unit: DefaultUnit) -> Option<Duration> {
        let (number, written) = word.text.split_at(at);
        let meant = ["us", "ms", "s", "m", "h", "d"]
            .into_iter()
            .find(|unit| written.starts_with(unit) && written.chars().all(char::is_alphabetic));
        let span = word.part(at, word.text.len());
        let message = format!("'{written}' is not a unit of time; they are us, ms, s, m, h, d");
        let Some(meant) = meant else {
            self.error("haproxy/bad-unit", span, message)
                .suggest(format!("write e.g. '{number}ms' or '{number}s'"));
            return None;
        };
        self.warning(
            "haproxy/bad-unit",
            span,
            format!("{message}; read as '{number}{meant}'"),
        )
        .suggest(format!("write '{number}{meant}'"));
        parse_time(&format!("{number}{meant}"), unit).ok()
    }

    /// A whole number in a range; `what` with its article, e.g. "the weight".
    pub fn number<T>(
        &mut self,
        args: &mut Args<'_>,
        range: RangeInclusive<T>,
        what: &str,
        example: &str,
    ) -> Option<Spanned<T>>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(word) = args.take() else {
            self.missing(args, what, example);
            return None;
        };
        self.number_word(word, range)
    }

    pub fn number_word<T>(
        &mut self,
        word: &Word<'_>,
        range: RangeInclusive<T>,
    ) -> Option<Spanned<T>>
    where
        T: FromStr + PartialOrd + Display,
    {
        match word.text.parse::<T>() {
            Ok(value) if range.contains(&value) => Some(Spanned::new(value, word.span)),
            _ => {
                let (low, high) = (range.start(), range.end());
                self.bad(
                    word,
                    &format!("a whole number from {low} to {high}"),
                    &format!("write a number from {low} to {high}"),
                );
                None
            }
        }
    }

    /// A size that fits 32 bits.
    pub fn size(&mut self, args: &mut Args<'_>, example: &str) -> Option<Spanned<u32>> {
        let Some(word) = args.take() else {
            self.missing(args, "the size", example);
            return None;
        };
        match parse_size(&word.text).and_then(|size| u32::try_from(size).ok()) {
            Some(size) => Some(Spanned::new(size, word.span)),
            None => {
                self.bad(
                    word,
                    "a size below 4g",
                    "write bytes, or a number with k, m or g",
                );
                None
            }
        }
    }

    /// A word that must be there.
    pub fn string(
        &mut self,
        args: &mut Args<'_>,
        what: &str,
        example: &str,
    ) -> Option<Spanned<String>> {
        let word = args.take_string();
        if word.is_none() {
            self.missing(args, what, example);
        }
        word
    }

    /// The same of what cannot be empty.
    pub fn filled(
        &mut self,
        args: &mut Args<'_>,
        what: &str,
        example: &str,
    ) -> Option<Spanned<String>> {
        if args.peek().is_some_and(|word| word.text.is_empty()) {
            args.take();
            self.missing(args, what, example);
            return None;
        }
        self.string(args, what, example)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<Duration, TimeError> {
        parse_time(text, DefaultUnit::Milliseconds)
    }

    #[test]
    fn times_take_every_unit_and_milliseconds_without_one() {
        assert_eq!(time("10"), Ok(Duration::from_millis(10)));
        assert_eq!(time("500us"), Ok(Duration::from_micros(500)));
        assert_eq!(time("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(time("1d"), Ok(Duration::from_hours(24)));
        assert_eq!(
            parse_time("10", DefaultUnit::Seconds),
            Ok(Duration::from_secs(10))
        );
    }

    #[test]
    fn times_that_cannot_be_kept_are_refused() {
        assert_eq!(time(""), Err(TimeError::NotANumber));
        assert_eq!(time("s"), Err(TimeError::NotANumber));
        assert_eq!(time("5x"), Err(TimeError::Unit(1)));
        assert_eq!(time("25d"), Err(TimeError::TooLong));
        assert_eq!(time("99999999999999999999s"), Err(TimeError::TooLong));
    }

    #[test]
    fn sizes_take_k_m_g() {
        assert_eq!(parse_size("16k"), Some(16384));
        assert_eq!(parse_size("1m"), Some(1 << 20));
        assert_eq!(parse_size("1x"), None);
        assert_eq!(parse_size("99999999999999999g"), None);
    }
}
