//! Messages about tables: what the other side defines, sends and has.

use super::{Event, Session, Theirs};
use crate::definition::Definition;
use crate::fault::Fault;
use crate::message;
use crate::reader::Reader;
use crate::update::Update;
use crate::varint::put;

impl Session {
    pub(super) fn about_table(
        &mut self,
        kind: u8,
        body: &[u8],
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let mut reader = Reader(body);
        match kind {
            message::DEFINITION => self.define(body)?,
            message::SWITCH => {
                let id = reader.number()?;
                let is = |theirs: &Option<Theirs>| {
                    theirs.as_ref().is_some_and(|it| it.definition.id == id)
                };
                self.current = self.theirs.iter().position(is);
            }
            message::ACK => {
                let id = reader.number()?;
                let update = reader.word()?;
                let place = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
                let ours = place.filter(|place| *place < self.identity.tables.len());
                events.extend(ours.map(|table| Event::Acked(table, update)));
            }
            message::UPDATE | message::UPDATE_TIMED => {
                let id = reader.word()?;
                self.update(Some(id), kind == message::UPDATE_TIMED, &mut reader, events)?;
            }
            message::UPDATE_NEXT | message::UPDATE_NEXT_TIMED => {
                let timed = kind == message::UPDATE_NEXT_TIMED;
                self.update(None, timed, &mut reader, events)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A table that is not the same on both sides is passed over, with its updates.
    fn define(&mut self, body: &[u8]) -> Result<(), Fault> {
        self.current = None;
        let Some(definition) = Definition::read(body)? else {
            return Ok(());
        };
        let ours = self.identity.tables.iter();
        let Some(at) = ours.clone().position(|ours| definition.fits(ours)) else {
            return Ok(());
        };
        self.current = Some(at);
        match &mut self.theirs[at] {
            Some(known) => known.definition = definition,
            place => {
                *place = Some(Theirs {
                    definition,
                    last: 0,
                    unacked: false,
                });
            }
        }
        Ok(())
    }

    fn update(
        &mut self,
        id: Option<u32>,
        timed: bool,
        reader: &mut Reader<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let Some(at) = self.current else {
            return Ok(());
        };
        let Some(theirs) = self.theirs[at].as_mut() else {
            return Ok(());
        };
        theirs.last = id.unwrap_or(theirs.last.wrapping_add(1));
        theirs.unacked = true;
        let update = Update::read(reader, timed, &theirs.definition, &mut self.heard_names)?;
        events.push(Event::Update(at, update));
        Ok(())
    }

    /// Everything that came so far is taken.
    pub(super) fn acknowledge(&mut self) {
        for theirs in self.theirs.iter_mut().flatten() {
            if !std::mem::take(&mut theirs.unacked) {
                continue;
            }
            let mut body = Vec::with_capacity(12);
            put(&mut body, theirs.definition.id);
            body.extend(theirs.last.to_be_bytes());
            message::table_message(message::ACK, &body, &mut self.output);
        }
    }
}
