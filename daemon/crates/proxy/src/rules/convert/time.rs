//! Dates: `http_date` (RFC 9110 §5.6.7), `ltime` and `utime` with the letters of strftime(3).

use super::Apply;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Of a count of seconds these bits are looked at, as haproxy does it: years keep below 2^31, and what
/// is negative lies far ahead.
const LOOKED_AT: i64 = (1 << 55) - 1;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "http_date" => |v, a, _| {
            let unit = match a.text(1) {
                b"ms" => 1_000,
                b"us" => 1_000_000,
                _ => 1,
            };
            // The offset is counted in the value's own unit.
            let at = v.int()?.saturating_add(a.int(0));
            let (seconds, rest) = (at.div_euclid(unit), at.rem_euclid(unit));
            let mut format = b"%a, %d %b %Y %H:%M:%S".to_vec();
            if unit > 1 {
                format.extend_from_slice(format!(".{rest}").as_bytes());
            }
            format.extend_from_slice(b" GMT");
            Some(Value::owned(format_time(&format, seconds & LOOKED_AT, 0)))
        },
        "utime" => |v, a, _| formatted(v.int()?, a, false),
        "ltime" => |v, a, _| formatted(v.int()?, a, true),
        _ => return None,
    })
}

fn formatted(seconds: i64, a: &Arguments, local: bool) -> Option<Value<'static>> {
    let seconds = (seconds & LOOKED_AT).checked_add(a.int(1))?;
    let offset = if local {
        sys::localtime::utc_offset(seconds)
    } else {
        0
    };
    Some(Value::owned(format_time(a.text(0), seconds, offset)))
}

struct Civil {
    year: i64,
    month: usize,
    day: i64,
    year_day: i64,
}

/// The calendar day of a count of days since 1970-01-01 (proleptic Gregorian calendar).
fn civil(days: i64) -> Civil {
    let leap = |y: i64| y % 4 == 0 && y % 100 != 0 || y % 400 == 0;
    // 400 years have 146,097 days: whole periods first, then year by year.
    let mut year = 1970 + days.div_euclid(146_097) * 400;
    let mut left = days.rem_euclid(146_097);
    while left >= 365 + i64::from(leap(year)) {
        left -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + i64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let (mut month, year_day) = (0, left);
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    Civil {
        year,
        month,
        day: left + 1,
        year_day,
    }
}

/// Letters that stand for others, as in the locale C.
fn composed(letter: char) -> Option<&'static [u8]> {
    Some(match letter {
        'c' => b"%a %b %e %T %Y",
        'r' => b"%I:%M:%S %p",
        'x' => b"%D",
        'X' => b"%T",
        _ => return None,
    })
}

/// Weeks, and hours of two digits without zeros.
fn seldom(letter: char, date: &Civil, hour: i64, week_day: usize) -> String {
    let sunday = i64::try_from(week_day).unwrap_or(0);
    let monday = (sunday + 6) % 7;
    match letter {
        'U' => format!("{:02}", (date.year_day + 7 - sunday) / 7),
        'W' => format!("{:02}", (date.year_day + 7 - monday) / 7),
        'V' => format!("{:02}", iso_week(date, monday).1),
        'G' => iso_week(date, monday).0.to_string(),
        'g' => format!("{:02}", iso_week(date, monday).0.rem_euclid(100)),
        'k' => format!("{hour:2}"),
        'l' => format!("{:2}", (hour + 11) % 12 + 1),
        'P' => (if hour < 12 { "am" } else { "pm" }).to_owned(),
        other => format!("%{other}"),
    }
}

/// Year and number of the week of ISO 8601: the first one has the year's first Thursday.
fn iso_week(date: &Civil, monday: i64) -> (i64, i64) {
    let last_day = |year: i64| {
        let years = year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        years.rem_euclid(7)
    };
    let weeks = |year: i64| 52 + i64::from(last_day(year) == 4 || last_day(year - 1) == 3);
    match (date.year_day - monday + 10) / 7 {
        0 => (date.year - 1, weeks(date.year - 1)),
        week if week > weeks(date.year) => (date.year + 1, 1),
        week => (date.year, week),
    }
}

/// By the letters of strftime(3), `offset` seconds ahead of UTC.
pub fn format_time(format: &[u8], seconds: i64, offset: i32) -> Vec<u8> {
    let local = seconds.saturating_add(i64::from(offset));
    let days = local.div_euclid(86_400);
    let (date, of_day) = (civil(days), local.rem_euclid(86_400));
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let week_day = usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0);
    let (day_name, month_name) = (DAYS[week_day], MONTHS[date.month]);
    let month = date.month + 1;
    let mut out = String::new();
    let mut letters = format.iter().map(|b| char::from(*b));
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let text = match letters.next() {
            Some('a') => day_name[..3].to_owned(),
            Some('A') => day_name.to_owned(),
            Some('b' | 'h') => month_name[..3].to_owned(),
            Some('B') => month_name.to_owned(),
            Some('C') => date.year.div_euclid(100).to_string(),
            Some('d') => format!("{:02}", date.day),
            Some('D') => format!(
                "{month:02}/{:02}/{:02}",
                date.day,
                date.year.rem_euclid(100)
            ),
            Some('e') => format!("{:2}", date.day),
            Some('F') => format!("{}-{month:02}-{:02}", date.year, date.day),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{:02}", (hour + 11) % 12 + 1),
            Some('j') => format!("{:03}", date.year_day + 1),
            Some('m') => format!("{month:02}"),
            Some('M') => format!("{minute:02}"),
            Some('n') => "\n".to_owned(),
            Some('p') => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
            Some('R') => format!("{hour:02}:{minute:02}"),
            Some('s') => seconds.to_string(),
            Some('S') => format!("{second:02}"),
            Some('t') => "\t".to_owned(),
            Some('T') => format!("{hour:02}:{minute:02}:{second:02}"),
            Some('u') => (if week_day == 0 { 7 } else { week_day }).to_string(),
            Some('w') => week_day.to_string(),
            Some('y') => format!("{:02}", date.year.rem_euclid(100)),
            Some('Y') => date.year.to_string(),
            Some('z') => format!(
                "{}{:02}{:02}",
                if offset < 0 { '-' } else { '+' },
                offset.abs() / 3600,
                offset.abs() / 60 % 60
            ),
            Some('Z') => (if offset == 0 { "UTC" } else { "" }).to_owned(),
            Some('%') | None => "%".to_owned(),
            Some(other) => match composed(other) {
                Some(format) => {
                    let text = format_time(format, seconds, offset);
                    String::from_utf8_lossy(&text).into_owned()
                }
                None => seldom(other, &date, hour, week_day),
            },
        };
        out.push_str(&text);
    }
    out.into_bytes()
}
