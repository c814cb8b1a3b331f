//! Cookies that are computed for servers: `dynamic-cookie`.

use super::find::{self, nothing_runs};
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use runtime::Invocation;

impl Control {
    /// `enable|disable dynamic-cookie backend`, `set dynamic-cookie-key backend`
    pub(super) fn dynamic_cookie(&mut self, it: &Invocation) -> Answer {
        use runtime::Command as C;
        let name = word(&it.words, 0);
        if name.is_empty() {
            return Answer::error("A backend name is expected.\n");
        }
        let Some(plan) = self.plan.clone() else {
            return nothing_runs();
        };
        let Some(at) = find::backend(&plan, name) else {
            return Answer::error("No such backend.\n");
        };
        let key = word(&it.words, 1);
        if it.command == C::SetCookieKey && key.is_empty() {
            return Answer::error("String value expected.\n");
        }
        let backend = plan.backends[at].name.clone();
        self.amend(|all| {
            let is = |a: &super::amend::CookieAmendment| a.backend == backend;
            let place = all.cookies.iter().position(is).unwrap_or_else(|| {
                all.cookies.push(super::amend::CookieAmendment {
                    backend,
                    dynamic: None,
                    key: None,
                });
                all.cookies.len() - 1
            });
            let cookie = &mut all.cookies[place];
            match it.command {
                C::SetCookieKey => cookie.key = Some(key.to_owned()),
                command => cookie.dynamic = Some(command == C::EnableCookie),
            }
        });
        Answer::Done
    }
}
