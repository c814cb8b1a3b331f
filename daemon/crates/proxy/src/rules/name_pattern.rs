//! How `del-header` compares names.

use super::matcher::regex;
use config::haproxy::model::NameMatch;

/// Names of headers that `del-header` means.
#[derive(Debug)]
pub enum NamePattern {
    Whole(Vec<u8>),
    Beginning(Vec<u8>),
    End(Vec<u8>),
    Part(Vec<u8>),
    Regex(regex::bytes::Regex),
}

impl NamePattern {
    pub fn compile(name: &str, matching: NameMatch) -> Result<Self, String> {
        let text = name.as_bytes().to_vec();
        Ok(match matching {
            NameMatch::Whole => Self::Whole(text),
            NameMatch::Beginning => Self::Beginning(text),
            NameMatch::End => Self::End(text),
            NameMatch::Part => Self::Part(text),
            NameMatch::Regex => Self::Regex(regex(name, false)?),
        })
    }

    pub fn fits(&self, name: &[u8]) -> bool {
        let same = |part: Option<&[u8]>, text: &[u8]| {
            part.is_some_and(|part| part.eq_ignore_ascii_case(text))
        };
        match self {
            Self::Whole(text) => name.eq_ignore_ascii_case(text),
            Self::Beginning(text) => same(name.get(..text.len()), text),
            Self::End(text) => {
                let start = name.len().checked_sub(text.len());
                same(start.and_then(|start| name.get(start..)), text)
            }
            Self::Part(text) => {
                let mut windows = name.windows(text.len().max(1));
                text.is_empty() || windows.any(|part| part.eq_ignore_ascii_case(text))
            }
            Self::Regex(regex) => regex.is_match(&name.to_ascii_lowercase()),
        }
    }
}
