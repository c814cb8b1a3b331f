//! `tcp-check expect` and `http-check expect`: what a server has to say, and what it means when
//! it does or does not.

use crate::answer::{Answer, Reading};
use crate::content::Content;
use crate::field::FieldPattern;
use crate::result::{CheckResult, CheckStatus};
use crate::text::{Author, NoText, Seen, Text};
use regex::bytes::Regex;

/// Both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRange {
    pub from: u16,
    pub to: u16,
}

#[derive(Debug, Clone)]
pub enum Wanted {
    /// In the body of an HTTP answer, else in all that was said.
    Content(Content),
    Status(Vec<StatusRange>),
    /// `rstatus`: matched against the digits.
    StatusRegex(Regex),
    Field(FieldPattern),
}

/// One expectation; `negated` is the `!`.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub negated: bool,
    pub wanted: Wanted,
    /// So many bytes decide; without it, only a match or the end does.
    pub min_recv: Option<usize>,
    /// Results instead of L7OK, of L7RSP or L7STS, and of L7TOUT.
    pub ok: Option<CheckStatus>,
    pub error: Option<CheckStatus>,
    pub timeout: Option<CheckStatus>,
    /// What the result says instead of the usual words.
    pub on_success: Option<Text>,
    pub on_error: Option<Text>,
    /// The number of an expression whose value is the result's code.
    pub code: Option<usize>,
}

/// What the bytes so far mean for one expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    More,
    Holds,
    Fails,
    /// What is expected cannot be said.
    Unsaid(NoText),
}

impl Look {
    fn decided(found: bool, negated: bool) -> Self {
        if found == negated {
            Self::Fails
        } else {
            Self::Holds
        }
    }
}

impl Expectation {
    pub fn new(negated: bool, wanted: Wanted) -> Self {
        Self {
            negated,
            wanted,
            min_recv: None,
            ok: None,
            error: None,
            timeout: None,
            on_success: None,
            on_error: None,
            code: None,
        }
    }

    /// Any status from 200 to 399: where nothing was said.
    pub fn usual() -> Self {
        let range = StatusRange { from: 200, to: 399 };
        Self::new(false, Wanted::Status(vec![range]))
    }

    pub(crate) fn content(&self) -> Option<&Content> {
        match &self.wanted {
            Wanted::Content(content) => Some(content),
            _ => None,
        }
    }

    /// What is not there yet may still come, unless this is the last.
    pub(crate) fn look(&self, seen: Seen<'_>, last: bool, author: &mut dyn Author) -> Look {
        let Wanted::Content(content) = &self.wanted else {
            // Of what is no HTTP nothing else can be asked.
            return Look::Fails;
        };
        let least = self
            .min_recv
            .map(|least| content.length().unwrap_or(least).min(least));
        if least.is_some_and(|least| seen.bytes.len() < least) && !last {
            return Look::More;
        }
        match content.is_in(seen.bytes, author, seen) {
            Ok(false) if least.is_none() && !last => Look::More,
            Ok(found) => Look::decided(found, self.negated),
            Err(why) => Look::Unsaid(why),
        }
    }

    /// The same for an HTTP answer, whose head is there.
    pub(crate) fn look_at(
        &self,
        answer: &Answer<'_, '_>,
        seen: Seen<'_>,
        last: bool,
        author: &mut dyn Author,
    ) -> Look {
        let found = match &self.wanted {
            Wanted::Status(ranges) => Ok(ranges
                .iter()
                .any(|range| (range.from..=range.to).contains(&answer.status))),
            Wanted::StatusRegex(regex) => Ok(regex.is_match(answer.status.to_string().as_bytes())),
            Wanted::Field(pattern) => pattern.holds(answer.fields, author, seen),
            Wanted::Content(content) => match content.is_in(&answer.body, author, seen) {
                Ok(false) if !(last || answer.whole) => return Look::More,
                found => found,
            },
        };
        match found {
            Ok(found) => Look::decided(found, self.negated),
            Err(why) => Look::Unsaid(why),
        }
    }

    /// It holds. `code`: of the answer; `said`: what stands there when nothing else is to.
    pub(crate) fn passed(
        &self,
        (code, said): (u16, Option<&str>),
        seen: Seen<'_>,
        author: &mut dyn Author,
    ) -> CheckResult {
        let said = match &self.on_success {
            Some(text) => composed(text, author, seen),
            None => said.map(str::to_owned),
        };
        let status = self.ok.unwrap_or(CheckStatus::L7Ok);
        self.told(status, code, said.as_deref(), None, seen, author)
    }

    /// It does not. `words`: what is usually said of it.
    pub(crate) fn failed(
        &self,
        (code, words): (u16, &str),
        comment: Option<&str>,
        seen: Seen<'_>,
        author: &mut dyn Author,
    ) -> CheckResult {
        let own = match &self.on_error {
            Some(text) => composed(text, author, seen),
            None => None,
        };
        let usual = match self.wanted {
            Wanted::Content(_) => CheckStatus::L7Response,
            _ => CheckStatus::L7Status,
        };
        let status = self.error.unwrap_or(usual);
        let words = own.as_deref().unwrap_or(words);
        self.told(status, code, Some(words), comment, seen, author)
    }

    fn told(
        &self,
        status: CheckStatus,
        code: u16,
        words: Option<&str>,
        comment: Option<&str>,
        seen: Seen<'_>,
        author: &mut dyn Author,
    ) -> CheckResult {
        let own = self.code.and_then(|number| author.integer(number, seen));
        let own = own.and_then(|code| u16::try_from(code).ok());
        let result = CheckResult::new(status).with_code(own.unwrap_or(code));
        match (words.unwrap_or_default(), comment) {
            ("", None) => result,
            (words, None) => result.with_info(words),
            (words, Some(comment)) => result.with_info(format!("{words} comment: {comment}")),
        }
    }
}

/// Nothing instead of an empty text.
fn composed(text: &Text, author: &mut dyn Author, seen: Seen<'_>) -> Option<String> {
    let bytes = text.bytes(author, seen).ok()?;
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    (end > 0).then(|| String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// What an HTTP answer of which these bytes came means for an expectation, and its status.
pub(crate) fn judge<'b>(
    expectation: &Expectation,
    seen: Seen<'b>,
    last: bool,
    author: &mut dyn Author,
) -> (Look, Option<(u16, &'b str)>) {
    let mut fields = [httparse::EMPTY_HEADER; crate::answer::MAX_FIELDS];
    match Answer::read(&mut fields, seen.bytes) {
        Reading::Answer(answer) => {
            let look = expectation.look_at(&answer, seen, last, author);
            (look, Some((answer.status, answer.reason)))
        }
        Reading::Short if !last => (Look::More, None),
        Reading::Short | Reading::Other => (Look::Fails, None),
    }
}
