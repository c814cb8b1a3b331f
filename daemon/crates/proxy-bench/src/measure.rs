//! A load for a while, and what it cost the processes that are watched.

use crate::command::{Figures, Order, Tls};
use crate::engine::Engine;
use crate::load::{Load, monotonic_ns};
use crate::{cpu, latency};
use std::io;
use std::time::Duration;
use sys::epoll::Events;

/// How long answers may take to come after the last request.
const DRAIN_NS: u64 = 5_000_000_000;

pub fn load(engine: &mut Engine, events: &mut Events, order: &Order) -> io::Result<Figures> {
    let begin = monotonic_ns();
    engine.load = Load::begin(order, begin).map_err(io::Error::other)?;
    engine.seal(order.tls, order.port, order.streams.is_some())?;
    engine.proceed()?;
    let measured = begin + order.warmup_ms * 1_000_000;
    let end = measured + order.measure_ms * 1_000_000;
    turn_until(engine, events, measured)?;
    // What the warm-up did is not counted.
    engine.load.samples.clear();
    let (requests, errors, datagrams) =
        (engine.load.requests, engine.load.errors, engine.datagrams);
    let resumed = engine.load.resumed;
    let cpu_before = cpu::time(&order.pids).map_err(io::Error::other)?;
    let from = monotonic_ns();
    turn_until(engine, events, end)?;
    let cpu_after = cpu::time(&order.pids).map_err(io::Error::other)?;
    let elapsed = monotonic_ns() - from;
    let mut figures = Figures {
        requests: engine.load.requests - requests,
        errors: engine.load.errors - errors,
        unsent: engine.load.unsent(),
        resumed: engine.load.resumed - resumed,
        first_error: engine.load.first_error.take(),
        datagrams: 0,
        logged: 0,
        #[allow(clippy::cast_precision_loss)]
        elapsed: elapsed as f64 / 1000.0,
        cpu: cpu::difference(cpu_after, cpu_before),
        latency: None,
    };
    finish(engine, events)?;
    figures.latency = latency::summary(&mut engine.load.samples);
    figures.logged = engine.load.requests - requests;
    figures.datagrams = engine.datagrams - datagrams;
    for token in std::mem::take(&mut engine.load.idle).into_iter().flatten() {
        engine.slots.remove(token);
    }
    Ok(figures)
}

/// Connections that have had one request each.
pub fn hold(
    engine: &mut Engine,
    events: &mut Events,
    port: u16,
    connections: usize,
    tls: Option<Tls>,
) -> io::Result<Vec<u64>> {
    engine.seal(tls, port, false)?;
    let mut order = Order {
        port,
        connections: 0,
        request: "GET /page HTTP/1.1\r\nHost: bench\r\n\r\n".into(),
        each: false,
        warmup_ms: 0,
        measure_ms: 0,
        requests: None,
        rate: None,
        pids: Vec::new(),
        tls,
        streams: None,
    };
    let mut held = Vec::with_capacity(connections);
    // In small groups, so that no queue of connections overflows.
    while held.len() < connections {
        order.connections = (connections - held.len()).min(64);
        order.requests = Some(order.connections as u64);
        let begin = monotonic_ns();
        engine.load = Load::begin(&order, begin).map_err(io::Error::other)?;
        engine.proceed()?;
        turn_until(engine, events, begin + DRAIN_NS)?;
        if engine.load.errors > 0 || !engine.load.is_through() {
            let why = engine.load.first_error.take();
            let why = why.unwrap_or_else(|| "no answer in time".into());
            return Err(io::Error::other(format!("holding connections: {why}")));
        }
        held.extend(std::mem::take(&mut engine.load.idle).into_iter().flatten());
    }
    Ok(held)
}

/// Until the time, or until the requests that were ordered are through.
fn turn_until(engine: &mut Engine, events: &mut Events, end: u64) -> io::Result<()> {
    loop {
        let now = monotonic_ns();
        if now >= end || engine.load.is_through() {
            return Ok(());
        }
        if engine.load.is_paced() {
            // Never sleeps: a wake-up would be late by more than an answer takes.
            engine.load.clock(now);
            engine.proceed()?;
            engine.turn(events, Some(Duration::ZERO))?;
        } else {
            let left = Duration::from_nanos(end - now).min(Duration::from_millis(100));
            engine.turn(events, Some(left))?;
        }
    }
}

/// Sends no more and takes the answers that are on their way.
fn finish(engine: &mut Engine, events: &mut Events) -> io::Result<()> {
    engine.load.stop();
    let deadline = monotonic_ns() + DRAIN_NS;
    while !engine.load.is_through() && monotonic_ns() < deadline {
        engine.turn(events, Some(Duration::from_millis(20)))?;
    }
    // Lines of a log wait a little for others.
    let lines = monotonic_ns() + 100_000_000;
    while engine.has_sink && monotonic_ns() < lines {
        engine.turn(events, Some(Duration::from_millis(20)))?;
    }
    Ok(())
}
