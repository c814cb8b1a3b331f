//! What the bytes of a server mean for the steps that wait for them.

use crate::expect::{self, Expectation, Look};
use crate::reply::Judgement;
use crate::result::{CheckResult, CheckStatus};
use crate::run::{PLAIN, Run};
use crate::sequence::{Action, Sequence, Speech, Step};
use crate::text::{Author, NoText};

impl Run {
    /// Lets every step look at the bytes that wants to see them.
    pub(crate) fn judge(&mut self, sequence: &Sequence, last: bool, author: &mut dyn Author) {
        while let (None, Some(step)) = (&self.result, sequence.steps.get(self.at)) {
            let judgement = match &step.action {
                Action::Expect(expectation) if sequence.speaks_http() => {
                    self.http(sequence, step, expectation, last, author)
                }
                Action::Expect(expectation) => {
                    self.bytes(sequence, step, expectation, last, author)
                }
                Action::Reply(reply) => reply.judge(&self.received, last, &mut self.note),
                // A server that closes before it is spoken to may still be connected to again.
                _ => return,
            };
            match judgement {
                Judgement::More => return,
                Judgement::Next => self.next(sequence, author),
                Judgement::Done(result) => self.result = Some(result),
            }
        }
    }

    fn http(
        &mut self,
        sequence: &Sequence,
        step: &Step,
        expectation: &Expectation,
        last: bool,
        author: &mut dyn Author,
    ) -> Judgement {
        let seen = self.seen(sequence);
        let (look, answer) = expect::judge(expectation, seen, last, author);
        let Some((status, reason)) = answer else {
            return match look {
                Look::More => Judgement::More,
                _ => Judgement::Done(CheckResult::new(CheckStatus::L7Response)),
            };
        };
        let gone = Speech::Http {
            disable_on_404: true,
        };
        if status == 404 && sequence.speech == gone {
            let result = CheckResult::new(CheckStatus::L7OkConditional);
            return Judgement::Done(result.with_code(status));
        }
        let words = match (expectation.content(), expectation.negated) {
            (None, _) => reason,
            (Some(_), true) => "HTTP check matched unwanted content",
            (Some(_), false) => "HTTP content check did not match",
        };
        match look {
            Look::More => return Judgement::More,
            Look::Unsaid(why) => return unsaid(why),
            Look::Fails => {
                let comment = step.comment.as_deref();
                let result = expectation.failed((status, words), comment, seen, author);
                return Judgement::Done(result);
            }
            Look::Holds => {}
        }
        // The status is told where the check ends with it.
        let ends = self.at + 1 == sequence.steps.len();
        let code = if ends { status } else { 0 };
        self.passed = expectation.passed((code, None), seen, author);
        Judgement::Next
    }

    fn bytes(
        &mut self,
        sequence: &Sequence,
        step: &Step,
        expectation: &Expectation,
        last: bool,
        author: &mut dyn Author,
    ) -> Judgement {
        let seen = self.seen(sequence);
        let number = step.number;
        let words = match expectation.look(seen, last, author) {
            _ if seen.bytes.is_empty() && last => {
                format!("TCPCHK got an empty response at step {number}")
            }
            Look::More => return Judgement::More,
            Look::Unsaid(why) => return unsaid(why),
            Look::Holds => {
                self.passed = expectation.passed((0, Some(PLAIN)), seen, author);
                return Judgement::Next;
            }
            Look::Fails => {
                let verb = if expectation.negated {
                    "matched unwanted content"
                } else {
                    "did not match content"
                };
                let content = expectation.content().map(crate::Content::quoted);
                let content = content.unwrap_or_default();
                format!("TCPCHK {verb} {content} at step {number}")
            }
        };
        let comment = step.comment.as_deref().filter(|_| !seen.bytes.is_empty());
        Judgement::Done(expectation.failed((0, &words), comment, seen, author))
    }
}

fn unsaid(why: NoText) -> Judgement {
    Judgement::Done(CheckResult::new(CheckStatus::L7Response).with_info(why.to_string()))
}
