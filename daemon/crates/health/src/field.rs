//! `http-check expect hdr|fhdr`: fields of an answer, by name and value.

use std::borrow::Cow;

use regex::bytes::Regex;

use crate::text::{Author, NoText, Seen, Text};

/// How a name or a value is compared.
#[derive(Debug, Clone)]
pub enum Comparison {
    Whole(Text),
    Beginning(Text),
    End(Text),
    Part(Text),
    Regex(Regex),
}

/// Some field has a name and, where one is given, a value like these.
#[derive(Debug, Clone)]
pub struct FieldPattern {
    pub name: Comparison,
    pub value: Option<Comparison>,
    /// `fhdr`: values are compared whole; else each between commas by itself.
    pub whole_value: bool,
}

/// A comparison whose text is known by now.
enum Ready<'p> {
    Text(&'p Comparison, Cow<'p, [u8]>),
    Regex(&'p Regex),
}

impl Comparison {
    fn ready(&self, author: &mut dyn Author, seen: Seen<'_>) -> Result<Ready<'_>, NoText> {
        Ok(match self {
            Self::Whole(text) | Self::Beginning(text) | Self::End(text) | Self::Part(text) => {
                Ready::Text(self, text.wanted(author, seen)?)
            }
            Self::Regex(regex) => Ready::Regex(regex),
        })
    }
}

impl Ready<'_> {
    fn holds(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(bytes),
            Self::Text(Comparison::Beginning(_), text) => bytes.starts_with(text),
            Self::Text(Comparison::End(_), text) => bytes.ends_with(text),
            Self::Text(Comparison::Part(_), text) => memchr::memmem::find(bytes, text).is_some(),
            Self::Text(_, text) => bytes == &text[..],
        }
    }

    /// Names have no case: both are compared in small letters.
    fn of_name(self) -> Self {
        match self {
            Self::Text(how, text) => Self::Text(how, Cow::Owned(text.to_ascii_lowercase())),
            regex @ Self::Regex(_) => regex,
        }
    }
}

impl FieldPattern {
    pub(crate) fn holds(
        &self,
        fields: &[httparse::Header<'_>],
        author: &mut dyn Author,
        seen: Seen<'_>,
    ) -> Result<bool, NoText> {
        let name = self.name.ready(author, seen)?.of_name();
        let value = match &self.value {
            Some(value) => Some(value.ready(author, seen)?),
            None => None,
        };
        let mut named = fields
            .iter()
            .filter(|field| name.holds(field.name.to_ascii_lowercase().as_bytes()));
        Ok(named.any(|field| match &value {
            None => true,
            Some(value) if self.whole_value => value.holds(field.value.trim_ascii()),
            Some(value) => elements(field.value).any(|element| value.holds(element)),
        }))
    }
}

/// RFC 9110 section 5.6.1: a list between commas; those in quotes belong to an element.
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = value.split(move |b| {
        let was_escaped = std::mem::take(&mut escaped);
        match b {
            b'\\' if quoted && !was_escaped => escaped = true,
            b'"' if !was_escaped => quoted = !quoted,
            _ => {}
        }
        *b == b',' && !quoted
    });
    parts.map(<[u8]>::trim_ascii)
}
