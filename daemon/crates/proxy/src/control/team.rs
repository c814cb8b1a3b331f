//! The worker threads as the control thread sees them.

use crate::plan::Plan;
use crate::shared::ServerShared;
use crate::shared::leaving::{Board, Gone};
use crate::worker::{
    Asked, Command, Grant, Made, Mailbox, Place, Report, Requested, SessionId, SessionQuestion,
    Setup, Worker,
};
use ipc::Departed;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use sys::epoll::Waker;

#[derive(Debug)]
pub struct Team {
    mailboxes: Vec<Arc<Mailbox>>,
    threads: Vec<JoinHandle<()>>,
    inbox: Arc<Inbox>,
    board: Arc<Board>,
}

/// Where workers report to.
#[derive(Debug)]
pub struct Inbox {
    reports: Mutex<Vec<Report>>,
    waker: Waker,
}

impl Team {
    pub fn start(workers: usize, plan: &Arc<Plan>) -> io::Result<Self> {
        let inbox = Arc::new(Inbox {
            reports: Mutex::default(),
            waker: Waker::new()?,
        });
        let mailboxes: Vec<Arc<Mailbox>> = (0..workers)
            .map(|_| Mailbox::new().map(Arc::new))
            .collect::<Result<_, _>>()?;
        let board = Arc::new(Board::default());
        let mut threads = Vec::with_capacity(workers);
        for id in 0..workers {
            let to = inbox.clone();
            let setup = Setup {
                id,
                workers,
                plan: plan.clone(),
                mailboxes: mailboxes.clone(),
                report: Box::new(move |report| to.put(report)),
                board: board.clone(),
            };
            let worker = Worker::new(setup)?;
            let name = format!("proxy-{id}");
            threads.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || worker.run())?,
            );
        }
        Ok(Self {
            mailboxes,
            threads,
            inbox,
            board,
        })
    }

    pub fn len(&self) -> usize {
        self.mailboxes.len()
    }

    /// Connections on their way out.
    pub fn board(&self) -> &Board {
        &self.board
    }

    pub fn waker(&self) -> &Waker {
        &self.inbox.waker
    }

    /// `gone`: what the plan before had.
    pub fn configure(&self, plan: &Arc<Plan>, listeners: &[Grant], gone: &Arc<Gone>) {
        let places = places(plan, listeners);
        for mailbox in &self.mailboxes {
            mailbox.send(Command::Configure {
                plan: plan.clone(),
                listeners: places.clone(),
                gone: gone.clone(),
            });
        }
    }

    /// Sessions of this server end; `cause` is for the log.
    pub fn end_sessions(&self, server: &Arc<ServerShared>, cause: u8) {
        for mailbox in &self.mailboxes {
            let server = server.clone();
            mailbox.send(Command::EndSessions { server, cause });
        }
    }

    pub fn ask_sessions(&self, worker: usize, question: SessionQuestion) {
        if let Some(mailbox) = self.mailboxes.get(worker) {
            mailbox.send(Command::Sessions(question));
        }
    }

    /// Counters begin anew, or maxima alone.
    pub fn forget_counters(&self, all: bool) {
        for mailbox in &self.mailboxes {
            mailbox.send(Command::Forget { all });
        }
    }

    pub fn end_session(&self, id: SessionId, number: u64) {
        if let Some(mailbox) = self.mailboxes.get(id.worker()) {
            mailbox.send(Command::EndSession { id, number });
        }
    }

    /// Workers take no connections of the frontend any more; each reports it.
    pub fn close_frontend(&self, name: &str, number: u64) {
        for mailbox in &self.mailboxes {
            mailbox.send(Command::Close {
                frontend: name.to_owned(),
                number,
            });
        }
    }

    /// Idle connections of the pool lead to where the server was.
    pub fn moved(&self, pool: usize) {
        for mailbox in &self.mailboxes {
            mailbox.send(Command::Moved { pool });
        }
    }

    /// Requests that waited for addresses get them.
    pub fn answer(&self, answers: Vec<(Asked, Option<IpAddr>)>) {
        for (asked, address) in answers {
            if let Some(mailbox) = self.mailboxes.get(asked.worker) {
                mailbox.send(Command::Answered {
                    client: asked.client,
                    number: asked.number,
                    address,
                });
            }
        }
    }

    /// A request that waited for this gets it.
    pub fn made(&self, requested: &Requested, made: Made) {
        if let Some(mailbox) = self.mailboxes.get(requested.worker) {
            mailbox.send(Command::Made {
                client: requested.client,
                number: requested.number,
                made,
            });
        }
    }

    /// Connections of these addresses are to end soon.
    pub fn depart(&self, departed: Vec<Departed>) {
        let addresses: Arc<[Departed]> = departed.into();
        for mailbox in &self.mailboxes {
            let addresses = addresses.clone();
            mailbox.send(Command::Departed { addresses });
        }
    }

    pub fn stop(&self, deadline: u64) {
        for mailbox in &self.mailboxes {
            mailbox.send(Command::Stop { deadline });
        }
    }

    pub fn nudge(&self) {
        self.mailboxes.iter().for_each(|m| m.nudge());
    }

    pub fn reports(&self) -> Vec<Report> {
        self.inbox.waker.clear();
        std::mem::take(
            &mut *self
                .inbox
                .reports
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub fn join(self) {
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Where the plan has the sockets; those of no frontend of it have no place.
fn places(plan: &Plan, grants: &[Grant]) -> Arc<[Place]> {
    let names = (0..).zip(&plan.frontends);
    let indexes: HashMap<&str, u32> = names.map(|(at, f)| (f.name.as_str(), at)).collect();
    let place = |grant: &Grant| {
        Some(Place {
            fd: grant.fd.clone(),
            cookie: grant.cookie,
            frontend: *indexes.get(grant.frontend.as_str())?,
            bind: grant.index,
        })
    };
    grants.iter().filter_map(place).collect()
}

impl Inbox {
    fn put(&self, report: Report) {
        self.reports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(report);
        self.waker.wake();
    }
}
