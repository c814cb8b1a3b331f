//! Turns rustls's unbuffered connection over: received bytes in; decrypted bytes, and bytes for the
//! peer, out.

use super::{Outgoing, plain::Sink};
use rustls::Error;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus, WriteTraffic,
};

/// What both sides have in common.
pub(super) trait Records {
    type Data;

    /// Messages wait to be sent.
    fn owes(&self) -> bool;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data>;
}

impl Records for UnbufferedServerConnection {
    type Data = ServerConnectionData;

    fn owes(&self) -> bool {
        self.wants_write()
    }

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }
}

impl Records for UnbufferedClientConnection {
    type Data = ClientConnectionData;

    fn owes(&self) -> bool {
        self.wants_write()
    }

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }
}

/// How a session stands after its records were worked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stand {
    /// Bytes of `incoming` that are done with.
    pub used: usize,
    /// Application data may be sent.
    pub writes: bool,
    /// The peer said its last.
    pub ended: bool,
    /// Whole records may be left, because the reader's room was full.
    pub more: bool,
}

/// Something to send once the session lets it.
pub(super) enum Say<'a> {
    Nothing,
    Data(&'a [u8]),
    CloseNotify,
}

/// Works until more bytes are needed or the sink is full. Bytes for the peer are left in `out`, also
/// when this fails: the alert that says why.
pub(super) fn drive<R: Records>(
    records: &mut R,
    incoming: &mut [u8],
    sink: &mut Sink<'_>,
    say: &Say<'_>,
    out: &mut Outgoing,
) -> (Stand, Result<(), Error>) {
    let mut stand = Stand::default();
    loop {
        if sink.is_full() {
            stand.more = true;
            return (stand, Ok(()));
        }
        let UnbufferedStatus { mut discard, state } = records.process(&mut incoming[stand.used..]);
        let mut done = None;
        match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                while let Some(Ok(record)) = traffic.next_record() {
                    discard += record.discard;
                    sink.put(record.payload);
                }
            }
            Ok(ConnectionState::EncodeTlsData(mut message)) => encode(&mut message, out),
            Ok(ConnectionState::TransmitTlsData(message)) => message.done(),
            Ok(ConnectionState::PeerClosed) => stand.ended = true,
            Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                stand.writes = true;
                done = Some(write(&mut traffic, say, out));
            }
            // The peer is to go on, or both sides are done. Early data is not asked for.
            Ok(_) => {
                done = Some(match say {
                    Say::Data(_) => Err(Error::HandshakeNotComplete),
                    Say::Nothing | Say::CloseNotify => Ok(()),
                });
            }
            Err(error) => done = Some(Err(error)),
        }
        stand.used += discard;
        if let Some(result) = done {
            if result.is_err() {
                explain(records, &mut incoming[stand.used..], out);
            }
            return (stand, result);
        }
    }
}

/// The alert that tells the peer what was wrong.
fn explain<R: Records>(records: &mut R, incoming: &mut [u8], out: &mut Outgoing) {
    while records.owes() {
        let Ok(ConnectionState::EncodeTlsData(mut message)) = records.process(incoming).state
        else {
            return;
        };
        encode(&mut message, out);
    }
}

fn encode<D>(message: &mut EncodeTlsData<'_, D>, out: &mut Outgoing) {
    let mut room = 0;
    loop {
        match message.encode(out.room(room)) {
            Ok(n) => return out.advance(n),
            Err(EncodeError::InsufficientSize(short)) => room = short.required_size,
            Err(EncodeError::AlreadyEncoded) => return,
        }
    }
}

/// What a record adds to its bytes, at most: header, nonce, kind and tag.
const RECORD: usize = 5 + 8 + 1 + 16;

/// Bytes in a record.
const FRAGMENT: usize = 16 << 10;

fn write<D>(
    traffic: &mut WriteTraffic<'_, D>,
    say: &Say<'_>,
    out: &mut Outgoing,
) -> Result<(), Error> {
    let mut room = match say {
        Say::Nothing => return Ok(()),
        Say::Data(data) => data.len() + (data.len() / FRAGMENT + 1) * RECORD,
        Say::CloseNotify => 2 + RECORD,
    };
    loop {
        let written = match say {
            Say::Nothing => Ok(0),
            Say::Data(data) => traffic.encrypt(data, out.room(room)),
            Say::CloseNotify => traffic.queue_close_notify(out.room(room)),
        };
        match written {
            Ok(n) => {
                out.advance(n);
                return Ok(());
            }
            Err(EncryptError::InsufficientSize(short)) => room = short.required_size,
            Err(EncryptError::EncryptExhausted) => return Err(Error::EncryptError),
        }
    }
}
