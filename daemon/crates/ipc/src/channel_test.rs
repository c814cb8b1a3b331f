use super::*;
use crate::{FromWorker, ListenerGrant, SourceFile, ToWorker};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

fn both() -> (Channel, Channel) {
    let (left, right) = Channel::pair().unwrap();
    (left, Channel::new(right))
}

#[test]
fn messages_arrive_in_order() {
    let (mut left, mut right) = both();
    left.send(&ToWorker::Handover, &[]).unwrap();
    left.send(&ToWorker::Status { id: 7 }, &[]).unwrap();
    let timeout = Some(Duration::from_secs(5));
    let first: Received<ToWorker> = right.receive(timeout).unwrap();
    let second: Received<ToWorker> = right.receive(timeout).unwrap();
    assert_eq!(first.message, ToWorker::Handover);
    assert_eq!(second.message, ToWorker::Status { id: 7 });
    assert!(right.try_receive::<ToWorker>().unwrap().is_none());
}

#[test]
fn descriptors_stay_with_their_message() {
    let (mut left, mut right) = both();
    let (mut kept, passed) = UnixStream::pair().unwrap();
    left.send(&ToWorker::Handover, &[]).unwrap();
    left.send(&ToWorker::Status { id: 1 }, &[passed.as_fd()])
        .unwrap();
    drop(passed);
    let timeout = Some(Duration::from_secs(5));
    let first: Received<ToWorker> = right.receive(timeout).unwrap();
    assert!(first.fds.is_empty());
    let mut second: Received<ToWorker> = right.receive(timeout).unwrap();
    let mut taken = UnixStream::from(second.fds.pop().unwrap());
    taken.write_all(b"ok").unwrap();
    let mut text = [0; 2];
    kept.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"ok");
}

#[test]
fn a_large_configuration_with_many_listeners_goes_through_a_full_socket() {
    let (mut left, mut right) = both();
    let text = "server s 10.0.0.1:80\n".repeat(200_000);
    let listeners = (0..500)
        .map(|index| ListenerGrant {
            proxy: "web".into(),
            address: format!("10.0.0.1:{}", 1000 + index),
            index,
        })
        .collect();
    let message = ToWorker::Configure {
        generation: 3,
        files: vec![SourceFile {
            path: "haproxy.cfg".into(),
            text,
        }],
        listeners,
    };
    let (_kept, passed) = UnixStream::pair().unwrap();
    let fds = vec![passed.as_fd(); 500];
    left.send(&message, &fds).unwrap();
    assert!(left.wants_write(), "4 MB do not fit a socket at once");
    let reader = std::thread::spawn(move || {
        right
            .receive::<ToWorker>(Some(Duration::from_secs(30)))
            .unwrap()
    });
    left.drain(Duration::from_secs(30)).unwrap();
    assert_eq!(left.backlog(), 0);
    let received = reader.join().unwrap();
    assert_eq!(received.message, message);
    assert_eq!(received.fds.len(), 500);
}

#[test]
fn a_message_cut_in_pieces_is_put_together() {
    let (left, right) = UnixStream::pair().unwrap();
    let mut right = Channel::new(right.into());
    let text = serde_json::to_vec(&FromWorker::Ready { generation: 10 }).unwrap();
    let mut frame = u32::try_from(text.len()).unwrap().to_le_bytes().to_vec();
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(&text);
    for byte in &frame[..frame.len() - 1] {
        (&left).write_all(&[*byte]).unwrap();
        assert!(right.try_receive::<FromWorker>().unwrap().is_none());
    }
    (&left).write_all(&frame[frame.len() - 1..]).unwrap();
    let received = right.try_receive::<FromWorker>().unwrap().unwrap();
    assert_eq!(received.message, FromWorker::Ready { generation: 10 });
}

#[test]
fn what_was_sent_before_the_end_is_still_received() {
    let (mut left, mut right) = both();
    left.send(&FromWorker::Stopped, &[]).unwrap();
    drop(left);
    let received = right.try_receive::<FromWorker>().unwrap().unwrap();
    assert_eq!(received.message, FromWorker::Stopped);
    assert!(matches!(
        right.try_receive::<FromWorker>(),
        Err(ChannelError::Closed)
    ));
    assert!(matches!(
        right.send(&FromWorker::Ready { generation: 10 }, &[]),
        Err(ChannelError::Closed)
    ));
}

#[test]
fn a_length_above_the_limit_is_refused_before_it_is_stored() {
    let (left, right) = UnixStream::pair().unwrap();
    let mut right = Channel::new(right.into());
    (&left).write_all(&[0xff; 8]).unwrap();
    assert!(matches!(
        right.try_receive::<FromWorker>(),
        Err(ChannelError::TooLarge { .. })
    ));
}

#[test]
fn an_unknown_message_is_malformed_and_the_next_one_is_read() {
    let (mut left, mut right) = both();
    left.send(&serde_json::json!({"type": "sing"}), &[])
        .unwrap();
    left.send(&FromWorker::Ready { generation: 10 }, &[])
        .unwrap();
    assert!(matches!(
        right.try_receive::<FromWorker>(),
        Err(ChannelError::Malformed(_))
    ));
    let received = right.try_receive::<FromWorker>().unwrap().unwrap();
    assert_eq!(received.message, FromWorker::Ready { generation: 10 });
}

#[test]
fn silence_is_a_timeout() {
    let (_left, mut right) = both();
    assert!(matches!(
        right.receive::<FromWorker>(Some(Duration::from_millis(1))),
        Err(ChannelError::TimedOut)
    ));
}
