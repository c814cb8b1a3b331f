//! Who waits for an answer: clients whose commands workers, the supervisor or a new plan are asked for.

use crate::desk::{Answer, Desk, Ticket};
use crate::worker::Grant;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

/// The answers to changes that are in a plan which workers take up.
#[derive(Debug)]
struct Settling {
    serial: u64,
    /// Workers that do not have it yet.
    left: usize,
    answers: Vec<(Ticket, Answer)>,
}

/// What the control thread keeps for the runtime sockets.
#[derive(Debug, Default)]
pub struct RuntimeSockets {
    /// There since the first configuration with such a socket.
    pub desk: Option<(Arc<Desk>, JoinHandle<()>)>,
    pub grants: Vec<Grant>,
    /// Who waits for workers or for the supervisor, by the number of the question.
    waiting: HashMap<u64, Ticket>,
    /// Answers to changes of the configuration that is not compiled yet, and of plans that workers
    /// do not all have: with the plan's number and how many of them are missing.
    pub held: Vec<(Ticket, Answer)>,
    settling: Vec<Settling>,
    /// Frontends that are being closed, and how many workers still listen, by the same.
    pub closing: HashMap<u64, (String, usize)>,
    questions: u64,
}

impl RuntimeSockets {
    pub fn question(&mut self, ticket: Ticket) -> u64 {
        let number = self.number();
        self.waiting.insert(number, ticket);
        number
    }

    /// A number that no question has had.
    pub fn number(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    /// The answer to a question that others had to be asked.
    pub fn late(&mut self, question: u64, answer: Answer) {
        if let (Some(ticket), Some((desk, _))) = (self.waiting.remove(&question), &self.desk) {
            desk.answer(ticket, answer);
        }
    }

    /// What was changed is in this plan, which so many workers take up now.
    pub fn settle(&mut self, serial: u64, workers: usize) {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.settling.push(Settling {
                serial,
                left: workers,
                answers: held,
            });
        }
    }

    /// A worker has this plan.
    pub fn taken_up(&mut self, serial: u64) {
        for it in self.settling.iter_mut().filter(|it| it.serial == serial) {
            it.left -= 1;
        }
        let Some((desk, _)) = &self.desk else { return };
        for it in self.settling.extract_if(.., |it| it.left == 0) {
            for (ticket, answer) in it.answers {
                desk.answer(ticket, answer);
            }
        }
    }

    /// What was held is said although nothing could be made of it.
    pub fn let_go(&mut self) {
        self.settle(0, 1);
        self.taken_up(0);
    }

    /// The process is told nothing any more.
    pub fn end(self) {
        if let Some((desk, thread)) = self.desk {
            desk.stop();
            let _ = thread.join();
        }
    }
}
