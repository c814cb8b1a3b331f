//! A malformed message for people: its fields as lines, and where they break the rules. Found by
//! looking once more, so that reading keeps no record of where it is.

use super::field::{check_name, check_value, is_of_connection, length};
use super::{Malformed, authority};
use crate::list::HeaderList;

/// The pseudo fields of requests and of responses.
pub const OF_REQUESTS: &[&[u8]] = &[
    b":method",
    b":scheme",
    b":authority",
    b":path",
    b":protocol",
];
pub const OF_RESPONSES: &[&[u8]] = &[b":status"];

/// A head as `name: value` in lines that end in CRLF: on the wire it has no such form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub text: Vec<u8>,
    /// Index of the first byte that breaks the rule; the end where something is missing or too much.
    pub position: usize,
}

struct Line<'a> {
    name: &'a [u8],
    value: &'a [u8],
    start: usize,
}

impl Line<'_> {
    fn value_start(&self) -> usize {
        self.start + self.name.len() + 2
    }

    fn is_pseudo(&self) -> bool {
        self.name.starts_with(b":")
    }
}

/// `why`: `None` when it is not malformed, but too much. `pseudo`: what such a message may have.
#[must_use]
pub fn tell(list: &HeaderList, why: Option<Malformed>, pseudo: &[&[u8]]) -> Broken {
    let (mut text, mut lines) = (Vec::new(), Vec::new());
    for (name, value) in list.iter() {
        let start = text.len();
        text.extend([name, b": ", value, b"\r\n"].concat());
        lines.push(Line { name, value, start });
    }
    let place = why.and_then(|why| place(&lines, why, pseudo));
    Broken {
        position: place.unwrap_or(text.len()),
        text,
    }
}

fn place(lines: &[Line<'_>], why: Malformed, pseudo: &[&[u8]]) -> Option<usize> {
    let first = |wrong: &dyn Fn(&&Line<'_>) -> bool| lines.iter().find(wrong);
    let value_of = |name: &[u8]| first(&|it| it.name == name).map(Line::value_start);
    match why {
        Malformed::Name => {
            first(&|it| !it.is_pseudo() && check_name(it.name).is_err()).map(|it| it.start)
        }
        Malformed::Value => first(&|it| check_value(it.value).is_err()).map(Line::value_start),
        Malformed::ConnectionField => {
            let forbidden = |it: &&Line<'_>| {
                is_of_connection(it.name) || it.name == b"te" && it.value != b"trailers"
            };
            first(&forbidden).map(|it| it.start)
        }
        Malformed::Pseudo => misplaced(lines, pseudo),
        Malformed::Target => value_of(b":path"),
        Malformed::Authority => {
            let named = first(&|it| it.name == b":authority");
            let wrong = named.filter(|it| authority::check(it.value).is_err());
            let last = lines.iter().rfind(|it| it.name == b"host");
            wrong.or(last).map(Line::value_start)
        }
        Malformed::Length => {
            let mut lengths = lines.iter().filter(|it| it.name == b"content-length");
            let first = lengths.next()?;
            let other = lengths.find(|it| length(it.value) != length(first.value));
            let wrong = other.filter(|_| length(first.value).is_ok());
            Some(wrong.unwrap_or(first).value_start())
        }
        Malformed::Status => value_of(b":status"),
    }
}

/// A pseudo field that is not known, repeated or behind others.
fn misplaced(lines: &[Line<'_>], pseudo: &[&[u8]]) -> Option<usize> {
    let wrong = |(at, it): &(usize, &Line<'_>)| {
        let before = &lines[..*at];
        let again = before.iter().any(|other| other.name == it.name);
        let behind = before.iter().any(|other| !other.is_pseudo());
        it.is_pseudo() && (again || behind || !pseudo.contains(&it.name))
    };
    let found = lines.iter().enumerate().find(wrong);
    found.map(|(_, it)| it.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::request::to_http1;
    use crate::translate::response;
    use http1::Method;

    fn list(fields: &[(&str, &str)]) -> HeaderList {
        let mut list = HeaderList::default();
        for (name, value) in fields {
            list.push(name.as_bytes(), value.as_bytes(), usize::MAX);
        }
        list
    }

    /// What is left of the text from the place on.
    fn rest(broken: &Broken) -> String {
        String::from_utf8_lossy(&broken.text[broken.position..]).into_owned()
    }

    #[test]
    fn the_place_in_a_request_is_that_of_the_rule() {
        const HEAD: [(&str, &str); 4] = [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "a"),
            (":path", "/"),
        ];
        for (more, begins) in [
            (("Up", "x"), "Up: x\r\n"),
            (("", "x"), ": x\r\n"),
            (("x", "a\0b"), "a\0b\r\n"),
            (("x", " a"), " a\r\n"),
            (("connection", "close"), "connection: close\r\n"),
            (("te", "gzip"), "te: gzip\r\n"),
            ((":method", "GET"), ":method: GET\r\n"),
            ((":odd", "x"), ":odd: x\r\n"),
            (("host", "b"), "b\r\n"),
            (("content-length", "1x"), "1x\r\n"),
        ] {
            let mut fields = HEAD.to_vec();
            fields.push(more);
            let list = list(&fields);
            let why = to_http1(&list, false, 0, &mut Vec::new()).unwrap_err();
            let broken = tell(&list, Some(why), OF_REQUESTS);
            assert_eq!(rest(&broken), begins, "{more:?} {why:?}");
            assert!(
                broken
                    .text
                    .starts_with(b":method: GET\r\n:scheme: http\r\n")
            );
        }
        let twice = [("content-length", "1"), ("content-length", "2")];
        let list_of = list(&[&HEAD[..], &twice].concat());
        let broken = tell(&list_of, Some(Malformed::Length), OF_REQUESTS);
        assert_eq!(rest(&broken), "2\r\n");
        let mut no_target = HEAD;
        no_target[3].1 = "x";
        let broken = tell(&list(&no_target), Some(Malformed::Target), OF_REQUESTS);
        assert_eq!(rest(&broken), "x\r\n");
        // What is missing is missing at the end.
        let missing = list(&HEAD[..2]);
        let why = to_http1(&missing, true, 0, &mut Vec::new()).unwrap_err();
        assert_eq!(rest(&tell(&missing, Some(why), OF_REQUESTS)), "");
        assert_eq!(rest(&tell(&missing, None, OF_REQUESTS)), "");
    }

    #[test]
    fn the_place_in_a_response_is_that_of_the_rule() {
        for (fields, begins) in [
            (&[(":status", "20")][..], "20\r\n"),
            (&[(":status", "101")], "101\r\n"),
            (&[(":status", "200"), (":path", "/")], ":path: /\r\n"),
            (&[("x", "y")], ""),
        ] {
            let list = list(fields);
            let asked = response::Request {
                method: Method::Get,
                websocket: None,
            };
            let read = response::to_http1(&list, true, asked, |_| "", &mut Vec::new());
            let broken = tell(&list, Some(read.unwrap_err()), OF_RESPONSES);
            assert_eq!(rest(&broken), begins, "{fields:?}");
        }
    }
}
