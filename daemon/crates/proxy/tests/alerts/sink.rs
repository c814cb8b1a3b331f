//! Mail servers, each with its manner.

use crate::support::{self, Origin};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How a mail server behaves.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    Takes,
    /// Answers in several lines.
    Chatty,
    /// Says nothing at all.
    Mute,
    /// Refuses the command that begins so; the connection itself where it is empty.
    Refuses(&'static str),
    Leaves(&'static str),
}

/// What each connection was told, in the order of their ends.
pub struct Sink {
    pub port: u16,
    heard: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Sink {
    pub fn start(manner: Manner) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = heard.clone();
        let origin = Origin::start(move |stream, _| {
            let mut turns = Vec::new();
            // A connection that is cut off ends it, too.
            let _ = converse(&stream, manner, &mut turns);
            all.lock().unwrap().push(turns);
        });
        Self {
            port: origin.port,
            heard,
        }
    }

    pub fn heard(&self) -> Vec<Vec<String>> {
        self.heard.lock().unwrap().clone()
    }

    pub fn wait(&self, what: &str, enough: impl Fn(&[Vec<String>]) -> bool) {
        let end = Instant::now() + support::WAIT;
        while !enough(&self.heard()) {
            assert!(Instant::now() < end, "{what}: {:#?}", self.heard());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn converse(
    mut stream: &TcpStream,
    manner: Manner,
    turns: &mut Vec<String>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut say = |code: u16| match manner {
        Manner::Chatty => stream.write_all(format!("{code}-one\r\n{code} two\r\n").as_bytes()),
        _ => stream.write_all(format!("{code} word\r\n").as_bytes()),
    };
    match manner {
        Manner::Mute => {}
        Manner::Refuses("") => say(554)?,
        _ => say(220)?,
    }
    let mut in_mail = false;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if in_mail && line != ".\r\n" {
            turns.last_mut().unwrap().push_str(&masked(line));
            continue;
        }
        if in_mail {
            in_mail = false;
            turns.last_mut().unwrap().push('.');
            say(250)?;
            continue;
        }
        turns.push(line.clone());
        match manner {
            Manner::Refuses(word) if line.starts_with(word) => say(550)?,
            Manner::Leaves(word) if line.starts_with(word) => return Ok(()),
            _ if line.starts_with("DATA") => {
                in_mail = true;
                say(354)?;
            }
            _ if line.starts_with("QUIT") => say(221)?,
            _ => say(250)?,
        }
    }
}

/// Without what differs from moment to moment: the date, how long a check took.
fn masked(line: String) -> String {
    if let Some(date) = line.strip_prefix("Date: ") {
        let shape = |c: char| match c {
            '0'..='9' => '0',
            'a'..='z' | 'A'..='Z' => 'x',
            c => c,
        };
        return format!("Date: {}", date.chars().map(shape).collect::<String>());
    }
    match line.split_once(", check duration: ") {
        Some((before, rest)) => {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{after}")
        }
        None => line,
    }
}
