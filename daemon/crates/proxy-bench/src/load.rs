//! Which request is sent when, and what became of it.

use crate::command::Order;
use crate::multiplexed;
use std::collections::VecDeque;
use std::io;

/// More failures than this end a load: what it measures then is something else.
const FAILURES: u64 = 1000;

#[derive(Debug, Default)]
pub struct Load {
    pub port: u16,
    pub request: Vec<u8>,
    pub each: bool,
    /// Of HTTP/2: so many requests at a time on each connection, with these fields.
    pub streams: Option<usize>,
    pub fields: Vec<(String, String)>,
    /// Connections without a request; `None` is one to be opened when it gets one.
    /// In HTTP/2 each as often as it takes requests.
    pub idle: Vec<Option<u64>>,
    pub requests: u64,
    pub errors: u64,
    /// Connections that took a TLS session up again.
    pub resumed: u64,
    pub first_error: Option<String>,
    /// Nanoseconds from due to answered.
    pub samples: Vec<u64>,
    pace: Pace,
    /// Requests that may still be sent, and those that are not answered yet.
    left: u64,
    underway: u64,
}

#[derive(Debug, Default)]
enum Pace {
    #[default]
    Stopped,
    /// As soon as a connection is free.
    Eager,
    /// When they are due, whatever the answers; those without a connection wait.
    Fixed {
        interval: f64,
        /// When the first was due, and how many have been.
        begin: u64,
        count: u64,
        due: VecDeque<u64>,
    },
}

impl Load {
    pub fn begin(order: &Order, now: u64) -> Result<Self, String> {
        let fields = match order.streams {
            Some(_) if order.each => return Err("streams: not with a connection for each".into()),
            Some(_) => multiplexed::fields(&order.request, order.tls.is_some())?,
            None => Vec::new(),
        };
        Ok(Self {
            streams: order.streams,
            fields,
            port: order.port,
            request: order.request.clone().into_bytes(),
            each: order.each,
            pace: match order.rate {
                None => Pace::Eager,
                Some(rate) => Pace::Fixed {
                    interval: 1e9 / rate,
                    begin: now,
                    count: 0,
                    due: VecDeque::new(),
                },
            },
            left: order.requests.unwrap_or(u64::MAX),
            idle: vec![None; order.connections],
            ..Self::default()
        })
    }

    pub fn stop(&mut self) {
        self.pace = Pace::Stopped;
    }

    /// All that was ordered has been answered.
    pub fn is_through(&self) -> bool {
        self.underway == 0 && (self.left == 0 || matches!(self.pace, Pace::Stopped))
    }

    /// Requests that are due and were never sent.
    pub fn unsent(&self) -> u64 {
        match &self.pace {
            Pace::Fixed { due, .. } => due.len() as u64,
            Pace::Stopped | Pace::Eager => 0,
        }
    }

    pub fn is_paced(&self) -> bool {
        matches!(self.pace, Pace::Fixed { .. })
    }

    /// Takes up what became due until now.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn clock(&mut self, time: u64) {
        let Pace::Fixed {
            interval,
            begin,
            count,
            due,
        } = &mut self.pace
        else {
            return;
        };
        loop {
            let next = *begin + (*count as f64 * *interval) as u64;
            if next > time {
                return;
            }
            due.push_back(next);
            *count += 1;
        }
    }

    /// A connection and the time for which its request was due.
    pub fn next(&mut self) -> Option<(Option<u64>, u64)> {
        if self.left == 0 || self.idle.is_empty() {
            return None;
        }
        let due = match &mut self.pace {
            Pace::Stopped => return None,
            Pace::Eager => 0,
            Pace::Fixed { due, .. } => due.pop_front()?,
        };
        self.left -= 1;
        self.underway += 1;
        self.idle.pop().map(|token| (token, due))
    }

    pub fn answered(&mut self, token: u64, due: u64) {
        self.requests += 1;
        self.underway -= 1;
        self.idle.push((!self.each).then_some(token));
        if self.is_paced() {
            self.samples.push(monotonic_ns().saturating_sub(due));
        }
    }

    /// A connection failed, with so many requests underway on it.
    pub fn failed(&mut self, why: String, asked: u64) -> io::Result<()> {
        self.errors += asked.max(1);
        if asked > 0 {
            self.underway -= asked;
            self.idle.push(None);
        }
        let first = self.first_error.get_or_insert(why);
        if self.errors > FAILURES {
            let why = format!("over {FAILURES} failures, of which the first: {first}");
            return Err(io::Error::other(why));
        }
        Ok(())
    }
}

pub fn monotonic_ns() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(t.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(t.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(rate: Option<f64>) -> Order {
        Order {
            port: 1,
            connections: 1,
            request: "GET".into(),
            each: false,
            warmup_ms: 0,
            measure_ms: 0,
            requests: Some(3),
            rate,
            pids: Vec::new(),
            tls: None,
            streams: None,
        }
    }

    #[test]
    fn requests_come_due_by_the_clock_and_wait_for_a_connection() {
        let mut load = Load::begin(&order(Some(1000.0)), 0).unwrap();
        load.clock(1_500_000);
        load.idle.clear();
        assert_eq!((load.next(), load.unsent()), (None, 2));
        load.idle = vec![Some(7), None];
        assert_eq!(load.next(), Some((None, 0)));
        assert_eq!(load.next(), Some((Some(7), 1_000_000)));
        load.answered(7, 1_000_000);
        assert_eq!(load.next(), None);
        load.clock(2_000_000);
        assert_eq!(load.next(), Some((Some(7), 2_000_000)));
        assert!(!load.is_through());
        load.failed("closed".into(), 1).unwrap();
        load.answered(8, 0);
        assert!(load.is_through());
    }

    #[test]
    fn without_a_rate_a_free_connection_asks_again() {
        let mut load = Load::begin(&order(None), 0).unwrap();
        load.idle = vec![Some(7)];
        assert_eq!(load.next(), Some((Some(7), 0)));
        load.answered(7, 0);
        assert_eq!(load.next(), Some((Some(7), 0)));
        load.stop();
        load.answered(7, 0);
        assert_eq!((load.next(), load.requests), (None, 2));
        assert!(load.samples.is_empty());
    }
}
