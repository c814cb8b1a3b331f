//! Requests that wait for the address of a name (`do-resolve`).

use super::Resolver;
use super::live::Live;
use crate::names::choice::{self, Wish};
use crate::names::message::query;
use crate::names::{Kind, Knowledge};
use crate::worker::Asked;
use std::collections::HashMap;
use std::net::IpAddr;

#[derive(Debug, Default)]
pub struct Askers {
    /// By section and resolution.
    waiting: HashMap<(usize, usize), Vec<Asked>>,
    answers: Vec<(Asked, Option<IpAddr>)>,
}

impl Askers {
    pub fn take_answers(&mut self) -> Vec<(Asked, Option<IpAddr>)> {
        std::mem::take(&mut self.answers)
    }

    /// The round is over.
    pub fn conclude(&mut self, live: &Live, section: usize, resolution: usize) {
        for asked in self
            .waiting
            .remove(&(section, resolution))
            .unwrap_or_default()
        {
            let address = chosen(live, resolution, &asked);
            self.answers.push((asked, address));
        }
    }
}

impl Resolver {
    /// Asks, unless the answer is known or there can be none.
    pub fn ask(&mut self, asked: Asked, now: u64) {
        let named = |live: &Live| *live.name == *asked.resolvers;
        let section = self.sections.iter().position(named);
        let kind = if asked.prefers_ipv4 {
            Kind::A
        } else {
            Kind::Aaaa
        };
        let name = asked.name.trim_end_matches('.');
        let Some(section) = section.filter(|_| query(0, name, kind).is_some()) else {
            self.askers.answers.push((asked, None));
            return;
        };
        let live = &mut self.sections[section];
        let at = live.section.ask(name, kind, now);
        let valid = live.section.rules.hold.valid;
        let known = live.section.get(at);
        if known.is_some_and(|known| known.answers(valid, now)) {
            let address = chosen(live, at, &asked);
            self.askers.answers.push((asked, address));
        } else {
            let waiting = self.askers.waiting.entry((section, at)).or_default();
            waiting.push(asked);
        }
    }

    /// The sections were opened anew: who waits asks there.
    pub(super) fn ask_again(&mut self, now: u64) {
        for asked in std::mem::take(&mut self.askers.waiting)
            .into_values()
            .flatten()
        {
            self.ask(asked, now);
        }
    }
}

fn chosen(live: &Live, resolution: usize, asked: &Asked) -> Option<IpAddr> {
    let known = live.section.get(resolution)?;
    if known.knowledge != Knowledge::Good {
        return None;
    }
    let wish = Wish {
        prefers_ipv4: asked.prefers_ipv4,
        near: &|_| false,
        allow_duplicates: true,
    };
    choice::address(&known.addresses(), None, &[], wish)
}
