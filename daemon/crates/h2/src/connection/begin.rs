//! The first bytes of each side (RFC 9113 §3.4).

use super::{Connection, Limits, Role, Stage};
use crate::error::Code;
use crate::flow;
use crate::frame::write;
use crate::{PREFACE, frame};

impl Connection {
    pub(super) fn begin(&mut self, limits: Limits) {
        if self.role == Role::Client {
            self.out.extend_from_slice(PREFACE);
        }
        write::settings(&self.local, &mut self.out);
        let more = limits.window.saturating_sub(flow::FIRST);
        if more > 0 {
            write::window_update(0, more, &mut self.out);
        }
    }

    /// Bytes of the preface at the front of the input; `None` wants more.
    pub(super) fn take_preface(&mut self, input: &[u8]) -> Result<Option<usize>, Code> {
        let n = input.len().min(PREFACE.len());
        if input[..n] != PREFACE[..n] {
            return Err(Code::Protocol);
        }
        if n < PREFACE.len() {
            return Ok(None);
        }
        self.stage = Stage::First;
        Ok(Some(n))
    }

    /// The first frame is SETTINGS, and no answer to ours.
    pub(super) fn check_first(&mut self, head: frame::Head) -> Result<(), Code> {
        if self.stage == Stage::First {
            if head.kind != frame::Kind::Settings || head.has(frame::flag::ACK) {
                return Err(Code::Protocol);
            }
            self.stage = Stage::Open;
        }
        Ok(())
    }
}
