//! Dates in log lines. The caller gives unix milliseconds and the zone's offset; a line's date is
//! formatted once a second and copied from there.

use crate::number;

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Seconds that local time is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UtcOffset(pub i32);

/// Formats dates, remembering the last second.
#[derive(Debug, Clone)]
pub struct Clock {
    offset: UtcOffset,
    second: i64,
    traffic: Vec<u8>,
    syslog: Vec<u8>,
}

impl Clock {
    pub fn new(offset: UtcOffset) -> Self {
        let mut clock = Self {
            offset,
            second: 0,
            traffic: Vec::new(),
            syslog: Vec::new(),
        };
        clock.render(0);
        clock
    }

    /// Takes up another offset, as when daylight saving time begins.
    pub fn set_offset(&mut self, offset: UtcOffset) {
        if self.offset != offset {
            self.offset = offset;
            self.render(self.second);
        }
    }

    /// `06/Feb/2009:12:14:14.655`
    pub fn push_traffic(&mut self, out: &mut Vec<u8>, unix_ms: i64) {
        self.turn_to(unix_ms.div_euclid(1000));
        out.extend_from_slice(&self.traffic);
        out.push(b'.');
        number::push_padded(out, unix_ms.rem_euclid(1000).cast_unsigned(), 3);
    }

    /// `06/Feb/2009:12:14:14 +0100`, the common log format's date.
    pub fn push_clf(&mut self, out: &mut Vec<u8>, unix_ms: i64) {
        self.turn_to(unix_ms.div_euclid(1000));
        out.extend_from_slice(&self.traffic);
        out.push(b' ');
        push_offset(out, self.offset, false);
    }

    /// `06/Feb/2009:11:14:14 +0000`
    pub fn push_gmt(&self, out: &mut Vec<u8>, unix_ms: i64) {
        let mut clock = Self::new(UtcOffset(0));
        clock.push_clf(out, unix_ms);
    }

    /// A clock that nothing was asked of yet, in UTC.
    pub fn lazy() -> Self {
        Self {
            offset: UtcOffset(0),
            second: i64::MIN,
            traffic: Vec::new(),
            syslog: Vec::new(),
        }
    }

    /// `Feb  6 12:14:14` (RFC 3164 section 4.1.2: the day is padded with a blank).
    pub(crate) fn push_syslog(&mut self, out: &mut Vec<u8>, unix_ms: i64) {
        self.turn_to(unix_ms.div_euclid(1000));
        out.extend_from_slice(&self.syslog);
    }

    /// `2009-02-06T12:14:14.655000+01:00` (RFC 5424 section 6.2.3).
    pub(crate) fn push_iso(&self, out: &mut Vec<u8>, unix_ms: i64) {
        let civil = Civil::at(unix_ms.div_euclid(1000), self.offset);
        number::push_padded(out, civil.year, 4);
        for (mark, value) in [(b'-', civil.month + 1), (b'-', civil.day)] {
            out.push(mark);
            number::push_padded(out, value, 2);
        }
        out.push(b'T');
        civil.push_time(out);
        out.push(b'.');
        number::push_padded(out, unix_ms.rem_euclid(1000).cast_unsigned() * 1000, 6);
        push_offset(out, self.offset, true);
    }

    fn turn_to(&mut self, second: i64) {
        if second != self.second {
            self.render(second);
        }
    }

    fn render(&mut self, second: i64) {
        self.second = second;
        let civil = Civil::at(second, self.offset);
        let month = MONTHS[usize::try_from(civil.month % 12).unwrap_or(0)];
        self.traffic.clear();
        number::push_padded(&mut self.traffic, civil.day, 2);
        self.traffic.push(b'/');
        self.traffic.extend_from_slice(month);
        self.traffic.push(b'/');
        number::push_padded(&mut self.traffic, civil.year, 4);
        self.traffic.push(b':');
        civil.push_time(&mut self.traffic);
        self.syslog.clear();
        self.syslog.extend_from_slice(month);
        self.syslog
            .extend_from_slice(if civil.day < 10 { b"  " } else { b" " });
        number::push(&mut self.syslog, civil.day);
        self.syslog.push(b' ');
        civil.push_time(&mut self.syslog);
    }
}

fn push_offset(out: &mut Vec<u8>, offset: UtcOffset, colon: bool) {
    out.push(if offset.0 < 0 { b'-' } else { b'+' });
    let minutes = u64::from(offset.0.unsigned_abs()) / 60;
    number::push_padded(out, minutes / 60, 2);
    if colon {
        out.push(b':');
    }
    number::push_padded(out, minutes % 60, 2);
}

/// Date and time in the Gregorian calendar. `month` counts from 0.
#[derive(Debug, PartialEq, Eq)]
struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    /// Years before 1 cannot be shown and come out as year 0.
    fn at(unix_second: i64, offset: UtcOffset) -> Self {
        let local = unix_second.saturating_add(i64::from(offset.0));
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        // Days since 1 March of year 0, in eras of 400 years: leap days then come last in a year.
        let shifted = days.saturating_add(719_468);
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12;
        let year = era * 400 + year_of_era + i64::from(month < 2);
        let unsigned = |value: i64| u64::try_from(value).unwrap_or(0);
        Self {
            year: unsigned(year),
            month: unsigned(month),
            day: unsigned(day),
            hour: unsigned(seconds / 3600),
            minute: unsigned(seconds / 60 % 60),
            second: unsigned(seconds % 60),
        }
    }

    fn push_time(&self, out: &mut Vec<u8>) {
        number::push_padded(out, self.hour, 2);
        out.push(b':');
        number::push_padded(out, self.minute, 2);
        out.push(b':');
        number::push_padded(out, self.second, 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(unix_ms: i64, offset: i32) -> String {
        let mut out = Vec::new();
        Clock::new(UtcOffset(offset)).push_traffic(&mut out, unix_ms);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_dates() {
        assert_eq!(traffic(0, 0), "01/Jan/1970:00:00:00.000");
        assert_eq!(traffic(1_233_918_854_655, 3600), "06/Feb/2009:12:14:14.655");
        assert_eq!(traffic(1_709_164_800_000, 0), "29/Feb/2024:00:00:00.000");
        assert_eq!(traffic(1_709_164_799_999, 0), "28/Feb/2024:23:59:59.999");
        assert_eq!(traffic(951_782_400_000, 0), "29/Feb/2000:00:00:00.000");
        assert_eq!(traffic(4_107_542_400_000, 0), "01/Mar/2100:00:00:00.000");
        assert_eq!(traffic(-1, 0), "31/Dec/1969:23:59:59.999");
        assert_eq!(traffic(0, -3600), "31/Dec/1969:23:00:00.000");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let length = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut previous = Civil::at(0, UtcOffset(0));
        for day in 1..200_000 {
            let civil = Civil::at(day * 86_400, UtcOffset(0));
            let leap = previous.year.is_multiple_of(4)
                && (!previous.year.is_multiple_of(100) || previous.year.is_multiple_of(400));
            let mut days = length[usize::try_from(previous.month).unwrap()];
            if previous.month == 1 && leap {
                days += 1;
            }
            let expected = if previous.day < days {
                (previous.year, previous.month, previous.day + 1)
            } else if previous.month < 11 {
                (previous.year, previous.month + 1, 1)
            } else {
                (previous.year + 1, 0, 1)
            };
            assert_eq!((civil.year, civil.month, civil.day), expected);
            previous = civil;
        }
    }

    #[test]
    fn other_forms_of_the_same_instant() {
        let mut clock = Clock::new(UtcOffset(-19_800));
        let mut out = Vec::new();
        clock.push_clf(&mut out, 1_233_918_854_655);
        out.push(b'|');
        clock.push_syslog(&mut out, 1_233_918_854_655);
        out.push(b'|');
        clock.push_iso(&mut out, 1_233_918_854_655);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "06/Feb/2009:05:44:14 -0530|Feb  6 05:44:14|2009-02-06T05:44:14.655000-05:30"
        );
    }

    #[test]
    fn a_new_offset_shows_at_once() {
        let mut clock = Clock::new(UtcOffset(0));
        let mut out = Vec::new();
        clock.push_syslog(&mut out, 1_233_918_854_655);
        clock.set_offset(UtcOffset(3600));
        clock.push_syslog(&mut out, 1_233_918_854_655);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Feb  6 11:14:14Feb  6 12:14:14"
        );
    }
}
