//! What servers of well-known protocols answer to the checks that are made for them
//! (HAProxy configuration manual, `option mysql-check`, `pgsql-check`, `redis-check`, `smtpchk`,
//! `ssl-hello-chk`, `ldap-check`).

use crate::agent::{AgentWords, MAX_LINE};
use crate::result::{CheckResult, CheckStatus};

/// An answer that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// MySQL's initial handshake packet; `alone` when nothing is asked after it.
    MysqlGreeting {
        alone: bool,
    },
    /// The answer to a handshake response.
    MysqlLogin,
    Pgsql,
    Redis,
    /// One line; with `more` the answer to the next command is what counts.
    SmtpBanner,
    SmtpHello,
    SmtpQuit,
    /// A TLS record: handshake or alert.
    TlsHello,
    LdapBind,
    /// A line of an agent: what it says stands in the result.
    Agent,
}

/// What the bytes so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judgement {
    More,
    /// As wanted: go on.
    Next,
    Done(CheckResult),
}

use Judgement::{Done, More, Next};

impl Reply {
    /// `note` keeps what a later result is to say. `last`: no more bytes will come.
    pub(crate) fn judge(self, bytes: &[u8], last: bool, note: &mut Option<String>) -> Judgement {
        match self {
            Self::MysqlGreeting { alone } => mysql(bytes, last, note, alone),
            Self::MysqlLogin => match mysql(bytes, last, &mut None, true) {
                Done(result) if result.status == CheckStatus::L7Ok => Done(CheckResult {
                    info: note.clone(),
                    ..result
                }),
                other => other,
            },
            Self::Pgsql => pgsql(bytes, last),
            Self::Redis => redis(bytes, last),
            Self::SmtpBanner => smtp(bytes, last, Multiline::No),
            Self::SmtpHello => smtp(bytes, last, Multiline::Yes),
            Self::SmtpQuit => match smtp(bytes, last, Multiline::Yes) {
                Next => Done(said_goodbye(bytes)),
                other => other,
            },
            Self::TlsHello => tls(bytes, last),
            Self::LdapBind => ldap(bytes, last),
            Self::Agent => agent(bytes, last),
        }
    }
}

fn ok(info: &str) -> Judgement {
    let result = CheckResult::new(CheckStatus::L7Ok).with_code(0);
    Done(result.with_info(info))
}

fn wrong(code: u16, info: impl Into<String>) -> Judgement {
    let result = CheckResult::new(CheckStatus::L7Status).with_code(code);
    Done(result.with_info(info))
}

fn invalid() -> Judgement {
    Done(CheckResult::new(CheckStatus::L7Response))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

fn agent(bytes: &[u8], last: bool) -> Judgement {
    let end = bytes.iter().position(|b| matches!(b, b'\r' | b'\n'));
    match end {
        Some(end) => Done(AgentWords::line(&bytes[..end])),
        None if bytes.len() >= MAX_LINE || last && !bytes.is_empty() => {
            let result = CheckResult::new(CheckStatus::Checked);
            Done(result.with_info("Ignoring incomplete line from agent"))
        }
        None if last => {
            let result = CheckResult::new(CheckStatus::L7Response);
            Done(result.with_info("TCPCHK got an empty response at step 2"))
        }
        None => More,
    }
}

/// A packet: three bytes of length, a sequence number, and a body that begins with 0xff for an
/// error (its code in two bytes, then its text) or, in a greeting, with the protocol's version and
/// the server's, ended by NUL.
fn mysql(bytes: &[u8], last: bool, note: &mut Option<String>, alone: bool) -> Judgement {
    let cut = || if last { invalid() } else { More };
    let [a, b, c, _, body @ ..] = bytes else {
        return cut();
    };
    let length = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
    let Some(body) = body.get(..length) else {
        return cut();
    };
    match body {
        [0xff, low, high, words @ ..] => wrong(u16::from_le_bytes([*low, *high]), text(words)),
        [] => invalid(),
        [_, rest @ ..] => {
            let end = rest.iter().position(|b| *b == 0).unwrap_or(rest.len());
            let version = text(&rest[..end]);
            if alone {
                return ok(&version);
            }
            *note = Some(version);
            Next
        }
    }
}

/// `R`: the server asks for authentication, or needs none. `E`: its severity is the first field.
fn pgsql(bytes: &[u8], last: bool) -> Judgement {
    match bytes {
        [b'R', ..] if bytes.len() >= 9 => ok("PostgreSQL server is ok"),
        [b'E', _, _, _, _, _, words @ ..] if last || words.contains(&0) => {
            let end = words.iter().position(|b| *b == 0).unwrap_or(words.len());
            Done(CheckResult::new(CheckStatus::L7Response).with_info(text(&words[..end])))
        }
        _ if last || bytes.len() >= 9 => wrong(0, "PostgreSQL unknown error"),
        _ => More,
    }
}

fn redis(bytes: &[u8], last: bool) -> Judgement {
    if bytes.starts_with(b"+PONG\r\n") {
        return ok("Redis server is ok");
    }
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let whole = line.len() < bytes.len();
    if whole || last {
        wrong(0, text(line))
    } else {
        More
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Multiline {
    Yes,
    No,
}

/// RFC 5321 section 4.2: three digits, then a blank in the last line and `-` in those before it.
fn smtp(bytes: &[u8], last: bool, multiline: Multiline) -> Judgement {
    let mut lines = bytes.split_inclusive(|b| *b == b'\n');
    loop {
        let Some(line) = lines.next().filter(|line| line.ends_with(b"\n") || last) else {
            return if last { invalid() } else { More };
        };
        let said = text(line);
        let code = said.get(..3).and_then(|code| code.parse::<u16>().ok());
        let goes_on = said.as_bytes().get(3) == Some(&b'-');
        match code {
            Some(_) if goes_on && multiline == Multiline::Yes => {}
            Some(code) if !goes_on && (200..300).contains(&code) => return Next,
            Some(code) if !goes_on => return wrong(code, said[3..].trim_start()),
            _ => {
                let result = CheckResult::new(CheckStatus::L7Response);
                return Done(result.with_info(said));
            }
        }
    }
}

fn said_goodbye(bytes: &[u8]) -> CheckResult {
    let line = text(bytes);
    let line = line.lines().last().unwrap_or_default();
    let code = line.get(..3).and_then(|code| code.parse().ok());
    CheckResult::new(CheckStatus::L7Ok)
        .with_code(code.unwrap_or(0))
        .with_info(line.get(4..).unwrap_or_default())
}

/// A server that speaks TLS answers with a handshake record (22), or with an alert (21).
fn tls(bytes: &[u8], last: bool) -> Judgement {
    match bytes {
        [21 | 22, 3, ..] => Done(CheckResult::new(CheckStatus::L6Ok)),
        [] | [21 | 22] if !last => More,
        [] => {
            let result = CheckResult::new(CheckStatus::L6Response);
            Done(result.with_info("TCPCHK got an empty response at step 2"))
        }
        _ => Done(CheckResult::new(CheckStatus::L6Response)),
    }
}

/// RFC 4511 section 4.2.2: `30 LEN 02 01 01 61 LEN 0a 01 CODE …`
fn ldap(bytes: &[u8], last: bool) -> Judgement {
    const SEE: &str = "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9";
    let foreign = || {
        let result = CheckResult::new(CheckStatus::L7Response);
        Done(result.with_info("Not LDAPv3 protocol"))
    };
    // Lengths below 128 take one byte; longer ones say in the low bits how many follow.
    let skip_length = |rest: &[u8]| match rest.first() {
        Some(length) if length & 0x80 == 0 => Some(1),
        Some(length) => Some(1 + usize::from(length & 0x7f)),
        None => None,
    };
    let find = || {
        let rest = bytes.strip_prefix(&[0x30])?;
        let rest = rest.get(skip_length(rest)?..)?;
        let rest = rest.strip_prefix(&[0x02, 0x01, 0x01, 0x61])?;
        let rest = rest.get(skip_length(rest)?..)?;
        rest.strip_prefix(&[0x0a, 0x01])?.first().copied()
    };
    match find() {
        Some(0) => ok("Success"),
        Some(code) => wrong(u16::from(code), SEE),
        None if last || bytes.len() >= 14 => foreign(),
        None => More,
    }
}

#[cfg(test)]
#[path = "reply_test.rs"]
mod tests;
