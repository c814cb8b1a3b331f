//! HTTP checks: the request that is sent, and the verdict on the response as its bytes arrive.

use std::fmt::Write as _;

use crate::expect::{Expect, StatusRange};
use crate::result::{CheckResult, CheckStatus};

/// Most of a response that is looked at; what comes later is not needed for any rule.
pub(crate) const MAX_RESPONSE: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// The request of a check and what its response must look like.
#[derive(Debug, Clone)]
pub struct HttpCheck {
    request: Vec<u8>,
    expect: Vec<Expect>,
    disable_on_404: bool,
}

impl HttpCheck {
    /// A check with this request. All of `expect` must hold; none means any status from 200 to
    /// 399. Values must have no line breaks (the configuration parser sees to it).
    pub fn new(
        method: &str,
        uri: &str,
        version: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
        expect: Vec<Expect>,
    ) -> Self {
        let mut request = format!("{method} {uri} {version}\r\n");
        for (name, value) in headers {
            let _ = write!(request, "{}: {value}\r\n", name.to_ascii_lowercase());
        }
        let given = |wanted: &str| {
            headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if let Some(body) = body.filter(|_| !given("content-length")) {
            let _ = write!(request, "content-length: {}\r\n", body.len());
        }
        // RFC 9112 section 9.3: 1.1 keeps the connection unless told otherwise.
        if version == "HTTP/1.1" && !given("connection") {
            request.push_str("connection: close\r\n");
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        Self {
            request: request.into_bytes(),
            expect,
            disable_on_404: false,
        }
    }

    /// `http-check disable-on-404`: 404 means alive, but no new sessions.
    #[must_use]
    pub fn disable_on_404(self) -> Self {
        Self {
            disable_on_404: true,
            ..self
        }
    }

    pub fn request(&self) -> &[u8] {
        &self.request
    }

    fn needs_body(&self) -> bool {
        self.expect.iter().any(Expect::needs_body)
    }

    fn judge(&self, status: u16, reason: &str, body: &[u8]) -> CheckResult {
        if self.disable_on_404 && status == 404 {
            return CheckResult::new(CheckStatus::L7OkConditional).with_code(status);
        }
        let default = [Expect::status(
            false,
            vec![StatusRange { from: 200, to: 399 }],
        )];
        let rules = if self.expect.is_empty() {
            &default[..]
        } else {
            &self.expect[..]
        };
        for rule in rules {
            if rule.matches(status, body) == rule.negated {
                return mismatch(rule, status, reason);
            }
        }
        CheckResult::new(CheckStatus::L7Ok).with_code(status)
    }
}

fn mismatch(rule: &Expect, status: u16, reason: &str) -> CheckResult {
    let (result, info) = if rule.needs_body() {
        let info = if rule.negated {
            "HTTP check matched unwanted content"
        } else {
            "HTTP content check did not match"
        };
        (CheckResult::new(CheckStatus::L7Response), info)
    } else {
        let result = CheckResult::new(CheckStatus::L7Status).with_code(status);
        (result, reason)
    };
    match &rule.comment {
        Some(comment) => result.with_info(format!("{info} comment: {comment}")),
        None if info.is_empty() => result,
        None => result.with_info(info),
    }
}

/// What the bytes so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not decided: read on.
    More,
    Done(CheckResult),
}

impl HttpCheck {
    /// What a response means of which these bytes came so far; `last` when no more will come.
    pub(crate) fn verdict(&self, received: &[u8], last: bool) -> Verdict {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let body_start = match response.parse(received) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Verdict::More,
            Err(_) => return Verdict::Done(CheckResult::new(CheckStatus::L7Response)),
        };
        let Some(status) = response.code else {
            return Verdict::Done(CheckResult::new(CheckStatus::L7Response));
        };
        let body = &received[body_start..];
        let result = self.judge(status, response.reason.unwrap_or_default(), body);
        let whole = last || !self.needs_body() || body_is_whole(response.headers, body);
        let decided = result.status == CheckStatus::L7Ok && can_only_stay_true(self);
        if whole || decided || result.status == CheckStatus::L7Status {
            Verdict::Done(result)
        } else {
            Verdict::More
        }
    }
}

/// Once a plain rule on the body holds, more bytes do not change it; a negated one can still fail.
fn can_only_stay_true(check: &HttpCheck) -> bool {
    !check
        .expect
        .iter()
        .any(|rule| rule.needs_body() && rule.negated)
}

fn body_is_whole(headers: &[httparse::Header<'_>], body: &[u8]) -> bool {
    headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok())
        .is_some_and(|length: usize| body.len() >= length)
}

#[cfg(test)]
#[path = "httpcheck_test.rs"]
mod tests;
