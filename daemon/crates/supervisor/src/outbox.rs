//! Mails that wait to be sent. A process without rights sends one at a time and ends; this
//! one only keeps the queue, so that a mail server can hold up nothing but mail.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use ipc::CHANNEL_FD;
use ipc::channel::Channel;
use ipc::mail::{Delivery, Errand, Letter, MailServer, Refusal};
use sys::epoll::{Epoll, Interest};
use sys::process::{Child, Identity, Spawn, spawn};
use sys::signal::Signal;

/// Event of the sending process's end.
pub const TOKEN: u64 = 7;
/// Mails that may wait; beyond it the oldest goes, because the newest say what is true now.
const MOST: usize = 100;
/// After each failure in turn; the last one repeats.
const PAUSES: [u64; 6] = [2, 10, 30, 60, 120, 300];
/// A mail that could not be sent for so long says nothing any more.
const OLDEST: Duration = Duration::from_hours(1);
/// Beyond the patience for single steps: the whole conversation.
const STEPS: u32 = 8;

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Info(String),
    Warning(String),
    Error(String),
}

#[derive(Debug)]
struct Waiting {
    letter: Letter,
    since: Instant,
    due: Instant,
    attempts: usize,
}

#[derive(Debug)]
struct Sending {
    child: Child,
    channel: Channel,
    mail: Waiting,
    deadline: Instant,
}

/// What `tandemd status` shows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Recipients that a server took a mail for.
    pub sent: u64,
    /// Recipients that a server refused for good.
    pub refused: u64,
    /// Mails that were never sent: too old, or one too many.
    pub dropped: u64,
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    sending: Option<Sending>,
    pub tally: Tally,
}

impl Outbox {
    pub fn add(&mut self, letter: Letter, now: Instant) -> Option<Said> {
        self.waiting.push_back(Waiting {
            letter,
            since: now,
            due: now,
            attempts: 0,
        });
        if self.waiting.len() <= MOST {
            return None;
        }
        let oldest = self.waiting.pop_front()?;
        self.tally.dropped += 1;
        let subject = oldest.letter.subject;
        Some(Said::Error(format!(
            "mail '{subject}' is dropped: {MOST} newer ones wait"
        )))
    }

    pub fn queued(&self) -> usize {
        self.waiting.len() + usize::from(self.sending.is_some())
    }

    /// Whether a mail is on its way or has not been tried yet: worth waiting for at the end.
    pub fn is_busy(&self) -> bool {
        self.sending.is_some() || self.waiting.iter().any(|mail| mail.attempts == 0)
    }

    pub fn deadline(&self) -> Option<Instant> {
        match &self.sending {
            Some(sending) => Some(sending.deadline),
            None => self.waiting.iter().map(|mail| mail.due).min(),
        }
    }

    pub fn is_due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| now >= at)
    }

    /// Starts the next attempt, or ends one that takes too long.
    pub fn advance(
        &mut self,
        now: Instant,
        server: Option<&MailServer>,
        identity: Option<&Identity>,
        epoll: &Epoll,
    ) -> Vec<Said> {
        if let Some(sending) = &self.sending {
            if now >= sending.deadline {
                // Its end comes as an event and counts as a failure.
                let _ = sending.child.signal(Signal::KILL);
            }
            return Vec::new();
        }
        let Some(at) = self.waiting.iter().position(|mail| now >= mail.due) else {
            return Vec::new();
        };
        let Some(mail) = self.waiting.remove(at) else {
            return Vec::new();
        };
        let Some(server) = server else {
            self.tally.dropped += 1;
            let subject = mail.letter.subject;
            return vec![Said::Warning(format!(
                "mail '{subject}' is dropped: the configuration names no mail server any more"
            ))];
        };
        match send(&mail.letter, server, identity, epoll) {
            Ok((child, channel)) => {
                let patience = Duration::from_millis(server.patience_ms);
                self.sending = Some(Sending {
                    child,
                    channel,
                    mail,
                    deadline: now + patience * STEPS,
                });
                Vec::new()
            }
            Err(error) => {
                let reason = format!("the process that sends it cannot be started: {error}");
                self.put_off(mail, reason, now).into_iter().collect()
            }
        }
    }

    /// The sending process's pidfd became readable.
    pub fn ended(&mut self, now: Instant, epoll: &Epoll) -> Vec<Said> {
        let Some(mut sending) = self.sending.take() else {
            return Vec::new();
        };
        let _ = epoll.delete(sending.child.pidfd());
        let _ = sending.child.try_wait();
        if let Ok(Some(received)) = sending.channel.try_receive::<Delivery>() {
            return self.delivered(sending.mail, received.message, now);
        }
        let reason = "the attempt ended without a result".to_owned();
        self.put_off(sending.mail, reason, now)
            .into_iter()
            .collect()
    }

    fn delivered(&mut self, mut mail: Waiting, delivery: Delivery, now: Instant) -> Vec<Said> {
        let subject = mail.letter.subject.clone();
        let mut said = Vec::new();
        self.tally.sent += u64::try_from(delivery.taken.len()).unwrap_or(u64::MAX);
        self.tally.refused += u64::try_from(delivery.never.len()).unwrap_or(u64::MAX);
        if !delivery.taken.is_empty() {
            let whom = delivery.taken.join(", ");
            said.push(Said::Info(format!("mail '{subject}' is sent to {whom}")));
        }
        for Refusal { to, reason } in &delivery.never {
            self.tally.last_error = Some(reason.clone());
            said.push(Said::Error(format!(
                "mail '{subject}' is refused for {to}: {reason}"
            )));
        }
        if let Some(Refusal { reason, .. }) = delivery.later.first().cloned() {
            mail.letter.to = delivery.later.into_iter().map(|later| later.to).collect();
            said.extend(self.put_off(mail, reason, now));
        }
        said
    }

    /// Tries it again later, unless it is too old by then.
    fn put_off(&mut self, mut mail: Waiting, reason: String, now: Instant) -> Option<Said> {
        let pause = PAUSES.get(mail.attempts).or(PAUSES.last()).copied();
        let pause = Duration::from_secs(pause.unwrap_or_default());
        let subject = &mail.letter.subject;
        mail.attempts += 1;
        mail.due = now + pause;
        let said = if mail.due.saturating_duration_since(mail.since) > OLDEST {
            self.tally.dropped += 1;
            let tries = mail.attempts;
            Some(Said::Error(format!(
                "mail '{subject}' is dropped after {tries} attempts: {reason}"
            )))
        } else {
            let again = pause.as_secs();
            let said = format!("mail '{subject}' waits, next attempt in {again} s: {reason}");
            // The same words for each of many attempts help nobody.
            let repeated = self.tally.last_error.as_ref() == Some(&reason) && mail.attempts > 1;
            self.waiting.push_back(mail);
            (!repeated).then_some(Said::Warning(said))
        };
        self.tally.last_error = Some(reason);
        said
    }

    /// The daemon ends: what is left is lost, and said to be.
    pub fn close(&mut self) -> Vec<Said> {
        if let Some(sending) = self.sending.take() {
            let _ = sending.child.signal(Signal::KILL);
            let _ = sending.child.wait();
            self.waiting.push_front(sending.mail);
        }
        let lost = self.waiting.drain(..);
        lost.map(|mail| {
            let subject = mail.letter.subject;
            Said::Error(format!("mail '{subject}' is lost: the daemon ends"))
        })
        .collect()
    }
}

/// Starts the process and gives it its errand.
fn send(
    letter: &Letter,
    server: &MailServer,
    identity: Option<&Identity>,
    epoll: &Epoll,
) -> io::Result<(Child, Channel)> {
    let (mut channel, theirs) = Channel::pair()?;
    let errand = Errand {
        server: server.clone(),
        letter: letter.clone(),
    };
    let sent = channel.send(&errand, &[]);
    if sent.is_err() || channel.wants_write() {
        return Err(io::Error::other("the mail is too long"));
    }
    let mut args: Vec<OsString> = vec!["mail-worker".into()];
    args.extend(["--parent".into(), std::process::id().to_string().into()]);
    if let Some(identity) = identity {
        args.extend(["--uid".into(), identity.uid.to_string().into()]);
        args.extend(["--gid".into(), identity.gid.to_string().into()]);
    }
    let child = spawn(&Spawn {
        program: OsStr::new("/proc/self/exe"),
        name: Some(OsStr::new("tandemd")),
        args: &args,
        env: &[],
        identity: None,
        channel: Some((theirs.as_fd(), CHANNEL_FD)),
        death_signal: Some(Signal::KILL),
        silent: true,
        own_group: true,
        least_oom_score: Some(0),
    })?;
    if let Err(error) = epoll.add(child.pidfd(), TOKEN, Interest::Input) {
        let _ = child.signal(Signal::KILL);
        let _ = child.wait();
        return Err(error);
    }
    Ok((child, channel))
}

#[cfg(test)]
#[path = "outbox_test.rs"]
mod tests;
