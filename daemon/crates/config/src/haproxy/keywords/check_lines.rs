//! `tcp-check` or `http-check` lines, in order, with the comments that belong to them.

use super::check::Exchange;
use crate::haproxy::model::{CheckAction, CheckStep};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Line<A> {
    pub action: A,
    pub comment: Option<String>,
    pub number: usize,
}

/// `http-check`: what `send` says is put together with `option httpchk` at the end.
#[derive(Debug, Clone)]
pub enum HttpLine {
    Send(Exchange),
    Step(CheckAction),
}

#[derive(Debug, Clone)]
pub struct Lines<A> {
    /// The first line, to say when it has no effect.
    pub first: Option<Span>,
    pub steps: Vec<Line<A>>,
    /// They are those of a `defaults` section.
    pub inherited: bool,
    /// Of a `comment` line, for the line that follows.
    comment: Option<String>,
    count: usize,
    connection: Connection,
}

/// What was said so far about the present connection of an `http-check` sequence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Connection {
    /// It began with `connect`.
    pub opened: bool,
    pub sent: bool,
    pub expected: bool,
    /// The last of these two was `send`.
    pub unanswered: bool,
}

impl<A> Default for Lines<A> {
    fn default() -> Self {
        Self {
            first: None,
            steps: Vec::new(),
            inherited: false,
            comment: None,
            count: 0,
            connection: Connection::default(),
        }
    }
}

impl<A> Lines<A> {
    /// A line of the section itself comes.
    pub fn begin(&mut self, keyword: Span) {
        if self.inherited {
            *self = Self::default();
        }
        self.first.get_or_insert(keyword);
        self.count += 1;
    }

    pub fn comment(&mut self, comment: Option<String>) {
        self.comment = comment;
    }

    fn add(&mut self, action: Option<A>, own: Option<String>, takes_comment: bool) {
        let comment = own.or(self.comment.take()).filter(|_| takes_comment);
        let number = self.count;
        self.steps.extend(action.map(|action| Line {
            action,
            comment,
            number,
        }));
    }
}

impl Lines<CheckAction> {
    /// `None`: a line that could not be read.
    pub fn push(&mut self, action: Option<CheckAction>, comment: Option<String>) {
        let takes_comment = !matches!(action, Some(CheckAction::Effect(_)));
        self.add(action, comment, takes_comment);
    }
}

impl Lines<HttpLine> {
    /// `None`: a line that could not be read.
    pub fn push(&mut self, action: Option<CheckAction>, comment: Option<String>) {
        let connection = &mut self.connection;
        match &action {
            Some(CheckAction::Connect(_)) => {
                *connection = Connection {
                    opened: true,
                    ..Connection::default()
                }
            }
            Some(CheckAction::Expect(_)) => {
                (connection.expected, connection.unanswered) = (true, false);
            }
            _ => {}
        }
        let takes_comment = !matches!(action, Some(CheckAction::Effect(_)));
        self.add(action.map(HttpLine::Step), comment, takes_comment);
    }

    pub fn push_send(&mut self, exchange: Exchange, comment: Option<String>) {
        (self.connection.sent, self.connection.unanswered) = (true, true);
        self.add(Some(HttpLine::Send(exchange)), comment, true);
    }

    /// Of the lines behind the last `connect`, or of all where there is none.
    pub fn connection(&self) -> Connection {
        self.connection
    }
}

impl From<Line<CheckAction>> for CheckStep {
    fn from(line: Line<CheckAction>) -> Self {
        Self {
            action: line.action,
            comment: line.comment,
            number: line.number,
        }
    }
}
