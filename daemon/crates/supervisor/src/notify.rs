//! Notify commands: those of one instance or group one after the other, in the order of its
//! events; those of different ones beside each other.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use sys::epoll::Epoll;
use sys::process::Exit;

use crate::command::{Command, Running, Starter, end_if_late, finish};

/// Tokens of ends of notify commands begin here.
pub const FIRST_TOKEN: u64 = 3 << 32;
/// How long a command may hold up the next one. One that nothing waits for takes what it needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// Commands that may wait in a queue; beyond it the oldest goes.
const MOST: usize = 64;

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Command>,
    running: Option<(Running, String)>,
}

#[derive(Debug, Default)]
pub struct Notifications {
    /// By what they are about: `INSTANCE VI_1`.
    queues: BTreeMap<String, Queue>,
    next_token: u64,
    /// Commands that were never run.
    pub dropped: u64,
}

impl Notifications {
    /// The warning, if another command had to make place.
    pub fn add(&mut self, subject: String, command: Command) -> Option<String> {
        let queue = self.queues.entry(subject).or_default();
        queue.waiting.push_back(command);
        if queue.waiting.len() <= MOST {
            return None;
        }
        let oldest = queue.waiting.pop_front()?;
        self.dropped += 1;
        Some(format!(
            "notify command '{}' is not run: {MOST} newer ones wait",
            oldest.argv.join(" ")
        ))
    }

    pub fn is_busy(&self) -> bool {
        !self.queues.is_empty()
    }

    /// When [`Notifications::advance`] is to be called again at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let held_up = |queue: &&Queue| queue.is_held_up();
        let running = self.queues.values().filter(held_up);
        running
            .filter_map(|queue| Some(queue.running.as_ref()?.0.deadline))
            .min()
    }

    /// Starts what is next, ends what holds up others for too long.
    pub fn advance(&mut self, now: Instant, starter: &Starter<'_>) -> Vec<String> {
        let mut warnings = Vec::new();
        let next_token = &mut self.next_token;
        for queue in self.queues.values_mut() {
            if queue.is_held_up()
                && let Some((running, _)) = &mut queue.running
            {
                end_if_late(running, now);
            }
            while queue.running.is_none() {
                let Some(command) = queue.waiting.pop_front() else {
                    break;
                };
                *next_token += 1;
                let token = FIRST_TOKEN + *next_token % (1 << 31);
                let shown = command.argv.join(" ");
                match starter.start(&command, token, now + PATIENCE) {
                    Ok(running) => queue.running = Some((running, shown)),
                    Err(reason) => {
                        warnings.push(format!("notify command '{shown}' cannot be run: {reason}"));
                    }
                }
            }
        }
        self.queues.retain(|_, queue| queue.running.is_some());
        warnings
    }

    /// A command's pidfd became readable.
    pub fn ended(&mut self, token: u64, epoll: &Epoll) -> Option<String> {
        let of = |queue: &&mut Queue| {
            let running = queue.running.as_ref();
            running.is_some_and(|(running, _)| running.token == token)
        };
        let (running, shown) = self.queues.values_mut().find(of)?.running.take()?;
        let how = match (finish(&running, epoll), running.asked) {
            (Some(Exit::Code(0)), false) => return None,
            (_, true) => "held up the next one for too long and was ended".to_owned(),
            (Some(Exit::Code(code)), _) => format!("ended with status {code}"),
            (Some(Exit::Signal(signal)), _) => format!("was ended by signal {signal}"),
            (None, _) => "is gone".to_owned(),
        };
        Some(format!("notify command '{shown}' {how}"))
    }
}

impl Queue {
    /// Something waits for the end of something.
    fn is_held_up(&self) -> bool {
        self.running.is_some() && !self.waiting.is_empty()
    }
}

#[cfg(test)]
#[path = "notify_test.rs"]
mod tests;
