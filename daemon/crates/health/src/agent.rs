//! What an agent says about its server: words in a line (HAProxy configuration manual 5.2,
//! `agent-check`).

use crate::result::{CheckResult, CheckStatus};

/// Most of a line that is read.
pub(crate) const MAX_LINE: usize = 16 << 10;

/// What an administrator, or an agent in his place, wants of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Ready,
    Drain,
    Maintenance,
}

/// What a line asks for. What is not said stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentWords {
    pub wish: Option<Wish>,
    /// Whether the service is up.
    pub up: Option<bool>,
    /// Percent of the initial weight.
    pub weight: Option<u32>,
    /// 0 = no limit.
    pub maxconn: Option<u32>,
    /// `down`, `stopped`, `fail` or `up` as it was written.
    word: Option<String>,
    description: Option<String>,
    /// What could not be done: how bad, and why.
    complaint: Option<(&'static str, String)>,
}

impl AgentWords {
    /// Reads a line up to its end; words stand apart by blanks, tabs or commas.
    pub fn read(line: &str) -> Self {
        let mut words = Self::default();
        let line = line.split(['\r', '\n', '\0']).next().unwrap_or_default();
        let (said, description) = match line.split_once('#') {
            Some((said, description)) => (said, Some(description.trim())),
            None => (line, None),
        };
        for word in said.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
            words.take(word);
        }
        if words.up == Some(false) {
            words.description = description
                .filter(|text| !text.is_empty())
                .map(str::to_owned);
        }
        words
    }

    /// A line that is still to be read: as the result of a check that passed.
    pub(crate) fn line(bytes: &[u8]) -> CheckResult {
        CheckResult::new(CheckStatus::L7Ok).with_info(String::from_utf8_lossy(bytes))
    }

    fn take(&mut self, word: &str) {
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        if is("up") {
            (self.up, self.word) = (Some(true), Some(word.to_owned()));
        } else if is("down") || is("fail") || is("stopped") {
            (self.up, self.word) = (Some(false), Some(word.to_owned()));
        } else if is("ready") {
            self.wish = Some(Wish::Ready);
        } else if is("drain") {
            self.wish = Some(Wish::Drain);
        } else if is("maint") {
            self.wish = Some(Wish::Maintenance);
        } else if let Some(percent) = word.strip_suffix('%').and_then(|n| n.parse().ok()) {
            self.weight = Some(percent);
        } else if let Some(limit) = word.strip_prefix("maxconn:") {
            match limit.parse() {
                Ok(limit) => self.maxconn = Some(limit),
                Err(_) => self.warn(format!("'{limit}' is no number of connections")),
            }
        } else {
            let complaint = ("agent reports an error : ", word.to_owned());
            self.complaint.get_or_insert(complaint);
        }
    }

    /// The first complaint is told.
    pub fn warn(&mut self, what: String) {
        self.complaint.get_or_insert(("agent warns : ", what));
    }

    /// The line as the result of a check.
    pub fn result(&self) -> CheckResult {
        let Some(word) = &self.word else {
            let result = CheckResult::new(CheckStatus::Checked);
            return match &self.complaint {
                Some((level, what)) => result.with_info(format!("{level}{what}")),
                None => result,
            };
        };
        let status = if self.up == Some(true) {
            CheckStatus::L7Ok
        } else {
            CheckStatus::L7Status
        };
        let complaint = self.complaint.as_ref().map(|(_, what)| what);
        let described = self
            .description
            .as_ref()
            .or(complaint)
            .map(|text| format!(" ({text})"))
            .unwrap_or_default();
        CheckResult::new(status)
            .with_code(0)
            .with_info(format!("via agent : {word}{described}"))
    }
}

#[cfg(test)]
#[path = "agent_test.rs"]
mod tests;
