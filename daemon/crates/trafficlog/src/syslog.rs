//! Syslog headers and filters (RFC 3164, RFC 5424, `log` lines of the manual).

use crate::number;
use crate::time::Clock;

/// Severity; lower is more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    Emerg = 0,
    Alert = 1,
    Crit = 2,
    Err = 3,
    Warning = 4,
    Notice = 5,
    Info = 6,
    Debug = 7,
}

impl Level {
    /// The severity of this number; above 7 counts as debug.
    pub fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Emerg,
            1 => Self::Alert,
            2 => Self::Crit,
            3 => Self::Err,
            4 => Self::Warning,
            5 => Self::Notice,
            6 => Self::Info,
            _ => Self::Debug,
        }
    }
}

/// Number of a syslog facility, 0 (kern) to 23 (local7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facility(pub u8);

impl Facility {
    pub const DAEMON: Self = Self(3);
    pub const LOCAL0: Self = Self(16);
}

/// What a `log` line lets through, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    pub facility: Facility,
    /// Less urgent messages are not sent.
    pub max_level: Level,
    /// More urgent messages are sent as this.
    pub min_level: Level,
}

impl Filter {
    /// `facility * 8 + severity`, or `None` when the message is not to be sent.
    pub fn priority(&self, level: Level) -> Option<u8> {
        let sent = level.max(self.min_level);
        (level <= self.max_level).then_some(self.facility.0.min(23) * 8 + sent as u8)
    }
}

/// `format` of a `log` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyslogFormat {
    /// `<PRI>Mon DD HH:MM:SS TAG[PID]: text`
    #[default]
    Local,
    /// The same with the host name before the tag.
    Rfc3164,
    /// `<PRI>1 DATE HOST TAG PID - - text`
    Rfc5424,
    /// `<PRI>text`
    Priority,
    /// `<SEVERITY>text`
    Short,
    /// `<SEVERITY>DATE text`
    Timed,
    /// `DATE text`
    Iso,
    /// `text`
    Raw,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub format: SyslogFormat,
    pub tag: String,
    pub pid: u32,
    /// `log-send-hostname`, or the machine's name for formats that must have one.
    pub host: Option<String>,
}

impl Header {
    /// Appends all that stands before the text.
    pub(crate) fn push(
        &self,
        out: &mut Vec<u8>,
        clock: &mut Clock,
        unix_ms: i64,
        priority: u8,
        data: &[u8],
    ) {
        match self.format {
            SyslogFormat::Local | SyslogFormat::Rfc3164 => {
                push_priority(out, priority);
                clock.push_syslog(out, unix_ms);
                out.push(b' ');
                if let Some(host) = &self.host {
                    out.extend_from_slice(host.as_bytes());
                    out.push(b' ');
                }
                out.extend_from_slice(self.tag.as_bytes());
                out.push(b'[');
                number::push(out, self.pid.into());
                out.extend_from_slice(b"]: ");
            }
            SyslogFormat::Rfc5424 => {
                push_priority(out, priority);
                out.extend_from_slice(b"1 ");
                clock.push_iso(out, unix_ms);
                for word in [self.host.as_deref().unwrap_or("-"), &self.tag] {
                    out.push(b' ');
                    out.extend_from_slice(word.as_bytes());
                }
                out.push(b' ');
                number::push(out, self.pid.into());
                out.extend_from_slice(b" - ");
                out.extend_from_slice(if data.is_empty() { b"-" } else { data });
                out.push(b' ');
            }
            SyslogFormat::Priority => push_priority(out, priority),
            SyslogFormat::Short => push_priority(out, priority % 8),
            SyslogFormat::Timed => {
                push_priority(out, priority % 8);
                clock.push_iso(out, unix_ms);
                out.push(b' ');
            }
            SyslogFormat::Iso => {
                clock.push_iso(out, unix_ms);
                out.push(b' ');
            }
            SyslogFormat::Raw => {}
        }
    }
}

fn push_priority(out: &mut Vec<u8>, priority: u8) {
    out.push(b'<');
    number::push(out, priority.into());
    out.push(b'>');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcOffset;

    fn header(format: SyslogFormat, host: Option<&str>) -> String {
        let header = Header {
            format,
            tag: "haproxy".into(),
            pid: 29615,
            host: host.map(Into::into),
        };
        let mut out = Vec::new();
        header.push(
            &mut out,
            &mut Clock::new(UtcOffset(0)),
            1_795_247_970_867,
            134,
            b"",
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn headers_of_each_format() {
        // As HAProxy 2.6.12 sent it.
        assert_eq!(
            header(SyslogFormat::Local, None),
            "<134>Nov 21 07:59:30 haproxy[29615]: "
        );
        assert_eq!(
            header(SyslogFormat::Rfc3164, Some("lb-a")),
            "<134>Nov 21 07:59:30 lb-a haproxy[29615]: "
        );
        assert_eq!(
            header(SyslogFormat::Rfc5424, Some("lb-a")),
            "<134>1 2026-11-21T07:59:30.867000+00:00 lb-a haproxy 29615 - - "
        );
        assert_eq!(header(SyslogFormat::Short, None), "<6>");
        assert_eq!(
            header(SyslogFormat::Timed, None),
            "<6>2026-11-21T07:59:30.867000+00:00 "
        );
        assert_eq!(
            header(SyslogFormat::Iso, None),
            "2026-11-21T07:59:30.867000+00:00 "
        );
        assert_eq!(header(SyslogFormat::Priority, None), "<134>");
        assert_eq!(header(SyslogFormat::Raw, None), "");
    }

    #[test]
    fn levels_are_filtered_and_capped() {
        let filter = Filter {
            facility: Facility::LOCAL0,
            max_level: Level::Notice,
            min_level: Level::Err,
        };
        assert_eq!(filter.priority(Level::Info), None);
        assert_eq!(filter.priority(Level::Notice), Some(16 * 8 + 5));
        assert_eq!(filter.priority(Level::Emerg), Some(16 * 8 + 3));
    }
}
