//! Origin and client of the proxy benchmark, in one thread, so that both together cost less than
//! the proxy between them. Commands come on standard input and answers go to standard output, a
//! line of JSON each; `bench/proxy` speaks to it.
#![forbid(unsafe_code)]

mod client;
mod command;
mod cpu;
mod engine;
mod handshakes;
mod latency;
mod load;
mod measure;
mod multiplexed;
mod origin;
mod request;
mod response;
mod slots;
mod wire;

use command::{Answer, Command};
use engine::Engine;
use std::io::{self, Write as _};
use std::process::ExitCode;
use sys::epoll::Events;

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proxy-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Obeys until standard input ends.
fn serve() -> io::Result<()> {
    let mut engine = Engine::new()?;
    let mut events = Events::with_capacity(256);
    let mut input = Vec::new();
    let mut held = Vec::new();
    loop {
        while let Some(end) = memchr::memchr(b'\n', &input) {
            let line: Vec<u8> = input.drain(..=end).collect();
            let answer = match serde_json::from_slice(&line) {
                Ok(command) => obey(command, &mut engine, &mut events, &mut held)
                    .unwrap_or_else(|error| Answer::Error(error.to_string())),
                Err(error) => Answer::Error(format!("command: {error}")),
            };
            let mut text = serde_json::to_string(&answer)?;
            text.push('\n');
            io::stdout().write_all(text.as_bytes())?;
        }
        if engine.turn(&mut events, None)? {
            // Not through std's buffer: epoll does not see what is left in it.
            let mut chunk = [0; 16 << 10];
            match rustix::io::read(io::stdin(), &mut chunk)? {
                0 => return Ok(()),
                n => input.extend_from_slice(&chunk[..n]),
            }
        }
    }
}

fn obey(
    command: Command,
    engine: &mut Engine,
    events: &mut Events,
    held: &mut Vec<u64>,
) -> io::Result<Answer> {
    match command {
        Command::Origin { count, body } => engine.origin(count, body).map(Answer::Ports),
        Command::Sink => Ok(Answer::Ports(vec![engine.sink()?])),
        Command::Load(order) => measure::load(engine, events, &order).map(Answer::Result),
        Command::Hold {
            port,
            connections,
            tls,
        } => measure::hold(engine, events, port, connections, tls).map(|tokens| {
            held.extend(tokens);
            Answer::Held(held.len())
        }),
        Command::Release => {
            for token in held.iter() {
                engine.slots.remove(*token);
            }
            Ok(Answer::Released(std::mem::take(held).len()))
        }
    }
}
