//! SETTINGS (RFC 9113 §6.5, RFC 8441 §3).

use super::{LEAST_SIZE, MOST_SIZE};
use crate::error::Code;
use crate::flow;

/// What one side says of itself; the values that hold before it has said anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Of its decoder.
    pub header_table_size: u32,
    pub push: bool,
    pub max_streams: Option<u32>,
    pub window: u32,
    pub frame_size: u32,
    pub header_list: Option<u32>,
    /// Extended CONNECT may be used.
    pub connect_protocol: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header_table_size: 4096,
            push: true,
            max_streams: None,
            window: flow::FIRST,
            frame_size: LEAST_SIZE,
            header_list: None,
            connect_protocol: false,
        }
    }
}

const TABLE: u16 = 1;
const PUSH: u16 = 2;
const STREAMS: u16 = 3;
const WINDOW: u16 = 4;
const FRAME: u16 = 5;
const LIST: u16 = 6;
const CONNECT: u16 = 8;

impl Settings {
    /// Takes over what a frame says, whose length is a multiple of six.
    pub fn apply(&mut self, payload: &[u8]) -> Result<(), Code> {
        for entry in payload.chunks_exact(6) {
            let id = u16::from_be_bytes([entry[0], entry[1]]);
            let value = u32::from_be_bytes([entry[2], entry[3], entry[4], entry[5]]);
            match id {
                TABLE => self.header_table_size = value,
                PUSH => self.push = switch(value)?,
                STREAMS => self.max_streams = Some(value),
                WINDOW if value > flow::MOST => return Err(Code::FlowControl),
                WINDOW => self.window = value,
                FRAME if !(LEAST_SIZE..=MOST_SIZE).contains(&value) => {
                    return Err(Code::Protocol);
                }
                FRAME => self.frame_size = value,
                LIST => self.header_list = Some(value),
                CONNECT => {
                    let wanted = switch(value)?;
                    if self.connect_protocol && !wanted {
                        return Err(Code::Protocol);
                    }
                    self.connect_protocol = wanted;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Only what differs from the values that hold anyway.
    #[must_use]
    pub fn entries(&self) -> Vec<(u16, u32)> {
        let usual = Self::default();
        let mut list = Vec::new();
        let mut say = |id: u16, value: u32, usual: u32| {
            if value != usual {
                list.push((id, value));
            }
        };
        say(TABLE, self.header_table_size, usual.header_table_size);
        say(PUSH, u32::from(self.push), u32::from(usual.push));
        say(WINDOW, self.window, usual.window);
        say(FRAME, self.frame_size, usual.frame_size);
        say(CONNECT, u32::from(self.connect_protocol), 0);
        list.extend(self.max_streams.map(|n| (STREAMS, n)));
        list.extend(self.header_list.map(|n| (LIST, n)));
        list
    }
}

fn switch(value: u32) -> Result<bool, Code> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Code::Protocol),
    }
}
