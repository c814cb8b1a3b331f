//! The result of one check, in the codes and words of the statistics column `check_status`.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Code of a check's result (HAProxy management guide 9.1, field `check_status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckStatus {
    /// Never checked since the start.
    Initializing,
    /// The check could not even be started (no descriptor, no route of our own).
    SocketError,
    L4Ok,
    L4Timeout,
    L4Connection,
    /// TLS answered (`option ssl-hello-chk`).
    L6Ok,
    L6Timeout,
    L6Response,
    L7Ok,
    /// Passed under the condition that no new session comes (`http-check disable-on-404`).
    L7OkConditional,
    L7Timeout,
    L7Response,
    L7Status,
    /// A program passed it (`option external-check`).
    ProgramOk,
    ProgramTimeout,
    /// It ended with another status than 0, by a signal, or could not be run.
    ProgramError,
    /// An agent said nothing about the state.
    Checked,
    /// Live traffic said it (`observe`).
    Observed,
}

/// What a check means for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// Alive, but to be left alone by new sessions.
    Conditional,
    Failed,
}

impl CheckStatus {
    /// The code as the statistics show it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Initializing => "INI",
            Self::SocketError => "SOCKERR",
            Self::L4Ok => "L4OK",
            Self::L4Timeout => "L4TOUT",
            Self::L4Connection => "L4CON",
            Self::L6Ok => "L6OK",
            Self::L6Timeout => "L6TOUT",
            Self::L6Response => "L6RSP",
            Self::L7Ok => "L7OK",
            Self::L7OkConditional => "L7OKC",
            Self::L7Timeout => "L7TOUT",
            Self::L7Response => "L7RSP",
            Self::L7Status => "L7STS",
            Self::ProgramOk => "PROCOK",
            Self::ProgramTimeout => "PROCTOUT",
            Self::ProgramError => "PROCERR",
            Self::Checked => "CHECKED",
            Self::Observed => "HANA",
        }
    }

    /// The status of that code, as `ok-status`, `error-status` and `tout-status` name it.
    pub fn of_code(code: &str) -> Option<Self> {
        [
            Self::SocketError,
            Self::L4Ok,
            Self::L4Timeout,
            Self::L4Connection,
            Self::L6Ok,
            Self::L6Timeout,
            Self::L6Response,
            Self::L7Ok,
            Self::L7OkConditional,
            Self::L7Timeout,
            Self::L7Response,
            Self::L7Status,
        ]
        .into_iter()
        .find(|status| status.code() == code)
    }

    /// The words that the log uses.
    pub fn description(self) -> &'static str {
        match self {
            Self::Initializing => "Initializing",
            Self::SocketError => "Socket error",
            Self::L4Ok => "Layer4 check passed",
            Self::L4Timeout => "Layer4 timeout",
            Self::L4Connection => "Layer4 connection problem",
            Self::L6Ok => "Layer6 check passed",
            Self::L6Timeout => "Layer6 timeout",
            Self::L6Response => "Layer6 invalid response",
            Self::L7Ok => "Layer7 check passed",
            Self::L7OkConditional => "Layer7 check conditionally passed",
            Self::L7Timeout => "Layer7 timeout",
            Self::L7Response => "Layer7 invalid response",
            Self::L7Status => "Layer7 wrong status",
            Self::ProgramOk => "External check passed",
            Self::ProgramTimeout => "External check timeout",
            Self::ProgramError => "External check error",
            Self::Checked => "No status change",
            Self::Observed => "Health analyze",
        }
    }

    pub fn outcome(self) -> Outcome {
        match self {
            Self::L4Ok | Self::L6Ok | Self::L7Ok | Self::ProgramOk => Outcome::Passed,
            Self::L7OkConditional => Outcome::Conditional,
            _ => Outcome::Failed,
        }
    }

    /// Whether the result may carry the status code of an HTTP response, or that of a program.
    fn has_code(self) -> bool {
        matches!(
            self,
            Self::L7Ok
                | Self::L7OkConditional
                | Self::L7Status
                | Self::ProgramOk
                | Self::ProgramTimeout
                | Self::ProgramError
        )
    }
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    pub status: CheckStatus,
    /// Status code of the HTTP response, if one was read; what a program ended with, -1 for a signal.
    pub code: Option<i32>,
    /// What the system or the response said, e.g. `Connection refused`.
    pub info: Option<String>,
    pub duration: Duration,
}

impl CheckResult {
    pub fn new(status: CheckStatus) -> Self {
        Self {
            status,
            code: None,
            info: None,
            duration: Duration::ZERO,
        }
    }

    #[must_use]
    pub fn with_info(self, info: impl Into<String>) -> Self {
        Self {
            info: Some(info.into()),
            ..self
        }
    }

    #[must_use]
    pub fn with_code(self, code: impl Into<i32>) -> Self {
        Self {
            code: Some(code.into()),
            ..self
        }
    }

    #[must_use]
    pub fn took(self, duration: Duration) -> Self {
        Self { duration, ..self }
    }

    pub fn outcome(&self) -> Outcome {
        self.status.outcome()
    }

    /// The code, where the result may carry one.
    pub fn told_code(&self) -> Option<i32> {
        self.code.filter(|_| self.status.has_code())
    }

    /// Short form for `status` output: `L4OK`, `L7STS/503`.
    pub fn short(&self) -> String {
        match self.told_code() {
            Some(code) => format!("{}/{code}", self.status.code()),
            None => self.status.code().to_owned(),
        }
    }

    /// `Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: 2ms`.
    pub fn reason(&self) -> String {
        let mut text = self.status.description().to_owned();
        if let Some(code) = self.told_code() {
            let _ = write!(text, ", code: {code}");
        }
        if let Some(info) = &self.info {
            let _ = write!(text, ", info: \"{}\"", printable(info));
        }
        // Live traffic took no time of its own.
        if self.status != CheckStatus::Observed {
            let _ = write!(text, ", check duration: {}ms", self.duration.as_millis());
        }
        text
    }
}

/// What a server says goes into a log line: control characters, what is no ASCII, and what would
/// end the field stand there as `<XX>`.
fn printable(text: &str) -> String {
    text.bytes().fold(String::new(), |mut shown, b| {
        match b {
            b' '..=b'~' if !matches!(b, b'"' | b'<' | b'>') => shown.push(char::from(b)),
            _ => {
                let _ = write!(shown, "<{b:02X}>");
            }
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_names_code_info_and_duration() {
        let result = CheckResult::new(CheckStatus::L7Status)
            .with_code(503)
            .with_info("Service Unavailable")
            .took(Duration::from_millis(2));
        assert_eq!(
            result.reason(),
            "Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 2ms"
        );
        assert_eq!(result.short(), "L7STS/503");
    }

    #[test]
    fn a_server_cannot_forge_log_fields() {
        let result = CheckResult::new(CheckStatus::L7Response).with_info("a\"\r\nServer up");
        assert_eq!(
            result.reason(),
            "Layer7 invalid response, info: \"a<22><0D><0A>Server up\", check duration: 0ms"
        );
    }

    #[test]
    fn layer_4_results_have_no_code() {
        assert_eq!(CheckResult::new(CheckStatus::L4Timeout).short(), "L4TOUT");
        assert_eq!(CheckStatus::L4Connection.outcome(), Outcome::Failed);
        assert_eq!(CheckStatus::L7OkConditional.outcome(), Outcome::Conditional);
    }

    #[test]
    fn programs_are_told_by_what_they_ended_with() {
        let killed = CheckResult::new(CheckStatus::ProgramError).with_code(-1);
        assert_eq!(
            killed.reason(),
            "External check error, code: -1, check duration: 0ms"
        );
        assert_eq!(killed.short(), "PROCERR/-1");
        assert_eq!(CheckStatus::ProgramOk.outcome(), Outcome::Passed);
        assert_eq!(CheckStatus::ProgramTimeout.outcome(), Outcome::Failed);
    }
}
