//! How two peers greet each other: three lines one way, a status the other.

use crate::fault::Fault;
use std::fmt;

/// Bytes of a greeting.
const LONGEST: usize = 1024;
const NAME: &str = "HAProxyS";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Whom it is for.
    pub to: String,
    /// Who says it.
    pub from: String,
    /// Of the protocol, behind `2.`.
    pub minor: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Welcome,
    Later,
    Malformed,
    BadVersion,
    /// It is for another.
    NotMe,
    /// Nobody of that name is known.
    NotYou,
    Other(u32),
}

impl Status {
    pub fn code(self) -> u32 {
        match self {
            Self::Welcome => 200,
            Self::Later => 300,
            Self::Malformed => 501,
            Self::BadVersion => 502,
            Self::NotMe => 503,
            Self::NotYou => 504,
            Self::Other(code) => code,
        }
    }

    /// `Ok(None)` while its line is not whole; else the status and its length.
    pub(crate) fn read(input: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        let Some((line, length)) = line(input)? else {
            return Ok(None);
        };
        let code = line
            .parse()
            .map_err(|_| Fault::Malformed("no status answers the greeting"))?;
        let known = [
            Self::Welcome,
            Self::Later,
            Self::Malformed,
            Self::BadVersion,
            Self::NotMe,
            Self::NotYou,
        ];
        let found = known.into_iter().find(|status| status.code() == code);
        Ok(Some((found.unwrap_or(Self::Other(code)), length)))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Welcome => "welcome",
            Self::Later => "try again later",
            Self::Malformed => "protocol error",
            Self::BadVersion => "another version of the protocol",
            Self::NotMe => "the peer that is called has another name",
            Self::NotYou => "the peer that calls is not known there",
            Self::Other(_) => "unknown status",
        };
        write!(f, "{} ({text})", self.code())
    }
}

impl Hello {
    pub(crate) fn write(&self, process: u32) -> String {
        let Self { to, from, minor } = self;
        format!("{NAME} 2.{minor}\n{to}\n{from} {process} 1\n")
    }

    /// `Ok(None)` while lines are missing; `Err`: the status that refuses it.
    pub(crate) fn read(input: &[u8]) -> Result<Option<(Self, usize)>, Status> {
        let mut rest = input;
        let mut lines = [""; 3];
        for place in &mut lines {
            let Some((line, length)) = line(rest).map_err(|_| Status::Malformed)? else {
                return if input.len() > LONGEST || !begins(input) {
                    Err(Status::Malformed)
                } else {
                    Ok(None)
                };
            };
            (*place, rest) = (line, &rest[length..]);
        }
        let (name, version) = lines[0].split_once(' ').ok_or(Status::Malformed)?;
        if name != NAME {
            return Err(Status::Malformed);
        }
        let minor = version
            .strip_prefix("2.")
            .and_then(|text| text.parse().ok());
        let from = lines[2].split(' ').next().unwrap_or_default().to_owned();
        let hello = Self {
            to: lines[1].to_owned(),
            from,
            minor: minor.ok_or(Status::BadVersion)?,
        };
        Ok(Some((hello, input.len() - rest.len())))
    }
}

/// Whether it may become a greeting.
fn begins(input: &[u8]) -> bool {
    input.iter().zip(NAME.as_bytes()).all(|(a, b)| a == b)
}

fn line(input: &[u8]) -> Result<Option<(&str, usize)>, Fault> {
    let Some(end) = input.iter().take(LONGEST).position(|b| *b == b'\n') else {
        return if input.len() >= LONGEST {
            Err(Fault::TooLong)
        } else {
            Ok(None)
        };
    };
    let text = std::str::from_utf8(&input[..end])
        .map_err(|_| Fault::Malformed("a greeting is not text"))?;
    Ok(Some((text.trim_end_matches('\r'), end + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_are_read_when_they_are_whole() {
        let text = b"HAProxyS 2.1\na\nb 11821 1\n";
        for end in 0..text.len() {
            assert_eq!(Hello::read(&text[..end]), Ok(None));
        }
        let (hello, length) = Hello::read(text).unwrap().unwrap();
        assert_eq!((hello.to.as_str(), hello.from.as_str()), ("a", "b"));
        assert_eq!((hello.minor, length), (1, text.len()));
        assert_eq!(hello.write(11821).as_bytes(), text);
    }

    #[test]
    fn others_are_refused() {
        let cases: [(&[u8], Status); 5] = [
            (b"GET / HTTP/1.1\r\n", Status::Malformed),
            (b"HAProxyS 3.0\na\nb 1 1\n", Status::BadVersion),
            (b"HAProxyS\na\nb 1 1\n", Status::Malformed),
            (&[b'H'; 2000], Status::Malformed),
            (b"HAProxyS 2.1\n\xff\nb 1 1\n", Status::Malformed),
        ];
        for (input, status) in cases {
            assert_eq!(Hello::read(input), Err(status));
        }
        assert_eq!(Status::read(b"200\n\x00"), Ok(Some((Status::Welcome, 4))));
        assert_eq!(Status::read(b"20"), Ok(None));
        assert!(Status::read(b"hello\n").is_err());
    }
}
