//! A connection of the client in HTTP/2, several requests at a time.

use crate::wire::{Room, Wire};
use h2::connection::Limits;
use h2::{Connection, Event, HeaderList, Role, Settings, Step};
use std::io::ErrorKind;
use sys::epoll::Ready;

/// Large enough that no answer waits for them, as those of browsers are.
const LIMITS: Limits = Limits {
    settings: Settings {
        header_table_size: 4096,
        push: false,
        max_streams: None,
        window: 1 << 20,
        frame_size: 16 << 10,
        header_list: None,
        connect_protocol: false,
    },
    window: 16 << 20,
};

#[derive(Debug)]
pub struct Multiplexed {
    pub wire: Wire,
    core: Connection,
    /// The beginning of a frame.
    part: Vec<u8>,
    requests: Requests,
}

/// Requests that are underway, by the key of their stream.
#[derive(Debug, Default)]
struct Requests {
    dues: Vec<u64>,
    free: Vec<u32>,
}

impl Requests {
    fn add(&mut self, due: u64) -> u32 {
        if let Some(key) = self.free.pop() {
            self.dues[key as usize] = due;
            return key;
        }
        self.dues.push(due);
        u32::try_from(self.dues.len() - 1).unwrap_or(u32::MAX)
    }

    /// When it was due.
    fn end(&mut self, key: u32) -> u64 {
        self.free.push(key);
        self.dues[key as usize]
    }
}

impl Multiplexed {
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            core: Connection::new(Role::Client, LIMITS),
            part: Vec::new(),
            requests: Requests::default(),
        }
    }

    /// Requests without an answer.
    pub fn underway(&self) -> usize {
        self.requests.dues.len() - self.requests.free.len()
    }

    /// Makes the request's frames, which [`flush`](Self::flush) sends.
    pub fn ask(&mut self, fields: &[(String, String)], due: u64) -> Result<(), String> {
        let key = self.requests.add(due);
        let stream = self.core.open(key).ok_or("no stream may be opened")?;
        self.core.send_headers(stream, true, |field| {
            for (name, value) in fields {
                field(name.as_bytes(), value.as_bytes());
            }
        });
        Ok(())
    }

    pub fn flush(&mut self, room: &mut Room) -> Result<(), String> {
        let out = self.core.out();
        while !out.is_empty() {
            match self.wire.send(out, room) {
                Ok(n) => drop(out.drain(..n)),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return Ok(());
                }
                Err(error) => return Err(format!("sending: {error}")),
            }
            if !self.wire.is_for_h2() {
                return Err("the server does not speak HTTP/2".into());
            }
        }
        Ok(())
    }

    /// `answered` gets when each request that is through now was due.
    pub fn on_event(
        &mut self,
        ready: Ready,
        room: &mut Room,
        answered: &mut Vec<u64>,
    ) -> Result<(), String> {
        let begun = self.wire.proceed(room);
        begun.map_err(|error| format!("beginning: {error}"))?;
        while ready.readable() {
            let drained = match self.wire.recv(room) {
                Ok((0, _)) => return Err("closed".into()),
                Ok((n, drained)) => {
                    self.take(&room.plain[..n], answered)?;
                    drained
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(format!("receiving: {error}")),
            };
            if drained && !ready.read_closed() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], answered: &mut Vec<u64>) -> Result<(), String> {
        if self.part.is_empty() {
            let used = self.step(bytes, answered)?;
            self.part.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        let mut whole = std::mem::take(&mut self.part);
        whole.extend_from_slice(bytes);
        let used = self.step(&whole, answered)?;
        whole.drain(..used);
        self.part = whole;
        Ok(())
    }

    fn step(&mut self, bytes: &[u8], answered: &mut Vec<u64>) -> Result<usize, String> {
        let mut at = 0;
        loop {
            let step = self.core.step(&bytes[at..]);
            match step.map_err(|code| format!("frames: {code:?}"))? {
                Step::More => return Ok(at),
                Step::Done(used, event) => {
                    at += used;
                    if let Some(event) = event {
                        answered.extend(self.on_frame(event)?);
                    }
                }
            }
        }
    }

    /// When the request was due that is answered with this.
    fn on_frame(&mut self, event: Event<'_>) -> Result<Option<u64>, String> {
        let (key, end) = match event {
            Event::Headers {
                stream, key, end, ..
            } => {
                let length = stated_length(self.core.headers())?;
                if !self.core.expect(stream, length, end) {
                    return Err("no body where one was announced".into());
                }
                (key, end)
            }
            Event::Data {
                stream,
                key,
                bytes,
                end,
            } => {
                self.core.release(stream, bytes.len());
                (key, end)
            }
            Event::Reset { code, .. } => return Err(format!("stream ended: {code:?}")),
            Event::GoneAway { code, .. } => return Err(format!("the server leaves: {code:?}")),
            Event::Opened { .. } | Event::Room { .. } | Event::RoomForAll | Event::Settings => {
                return Ok(None);
            }
        };
        Ok(end.then(|| self.requests.end(key)))
    }
}

/// Of an answer that is one.
fn stated_length(fields: &HeaderList) -> Result<Option<u64>, String> {
    let mut length = None;
    for (name, value) in fields.iter() {
        match name {
            b":status" if value != b"200" => {
                return Err(format!("status {}", String::from_utf8_lossy(value)));
            }
            b"content-length" => {
                let text = std::str::from_utf8(value).ok();
                length = text.and_then(|text| text.parse().ok());
            }
            _ => {}
        }
    }
    Ok(length)
}

/// The fields of a request without a body, from its text in HTTP/1.1.
pub fn fields(request: &str, https: bool) -> Result<Vec<(String, String)>, String> {
    let head = request.strip_suffix("\r\n\r\n");
    let head = head.filter(|head| !head.contains("\r\n\r\n"));
    let mut lines = head.ok_or("no request without a body")?.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err("no request line".into());
    };
    let scheme = if https { "https" } else { "http" };
    let mut fields = vec![
        (":method".into(), method.into()),
        (":scheme".into(), scheme.into()),
        (":path".into(), path.into()),
    ];
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("a line without a name")?;
        match name.to_ascii_lowercase().as_str() {
            "host" => fields.insert(1, (":authority".into(), value.into())),
            "connection" => {}
            name => fields.push((name.into(), value.into())),
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_in_fields() {
        let told = fields("GET /a HTTP/1.1\r\nHost: b\r\nX-Y: z\r\n\r\n", true).unwrap();
        let told: Vec<_> = told.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let wanted = [
            ":method=GET",
            ":authority=b",
            ":scheme=https",
            ":path=/a",
            "x-y=z",
        ];
        assert_eq!(told, wanted);
        assert!(fields("POST / HTTP/1.1\r\n\r\nbody", true).is_err());
        assert!(fields("GET\r\n\r\n", true).is_err());
    }
}
