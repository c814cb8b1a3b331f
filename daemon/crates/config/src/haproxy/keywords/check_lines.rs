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
}

impl<A> Default for Lines<A> {
    fn default() -> Self {
        Self {
            first: None,
            steps: Vec::new(),
            inherited: false,
            comment: None,
            count: 0,
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
    pub fn push(&mut self, action: Option<CheckAction>, comment: Option<String>) {
        let takes_comment = !matches!(action, Some(CheckAction::Effect(_)));
        self.add(action.map(HttpLine::Step), comment, takes_comment);
    }

    pub fn push_send(&mut self, exchange: Exchange, comment: Option<String>) {
        self.add(Some(HttpLine::Send(exchange)), comment, true);
    }

    fn step(line: &Line<HttpLine>) -> Option<&CheckAction> {
        match &line.action {
            HttpLine::Step(action) => Some(action),
            HttpLine::Send(_) => None,
        }
    }

    /// What stands behind the last `connect`, and whether there is one.
    pub fn of_connection(&self) -> (bool, &[Line<HttpLine>]) {
        let is_connect =
            |line: &Line<HttpLine>| matches!(Self::step(line), Some(CheckAction::Connect(_)));
        match self.steps.iter().rposition(is_connect) {
            Some(at) => (true, &self.steps[at + 1..]),
            None => (false, &self.steps),
        }
    }
}

impl Line<HttpLine> {
    pub fn is_send(&self) -> bool {
        matches!(self.action, HttpLine::Send(_))
    }

    pub fn is_expect(&self) -> bool {
        matches!(self.action, HttpLine::Step(CheckAction::Expect(_)))
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
