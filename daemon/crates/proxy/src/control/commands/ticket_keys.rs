//! Keys of TLS tickets: shown, and followed by newer ones. HAProxy shows the keys themselves, to anybody;
//! here they are called by their names, which their tickets carry in clear.

use super::word;
use crate::control::Control;
use crate::desk::Answer;
use crate::rules::convert::encoding::base64_encode;
use runtime::Invocation;
use std::fmt::Write as _;
use tls::{Problem, Store};

/// Files of keys with their numbers: the last one that a line names is number 0.
fn numbered(store: &Store) -> Vec<(usize, String)> {
    let files = store.ticket_files().into_iter().rev().map(str::to_owned);
    files.enumerate().collect()
}

/// The file that `#NUMBER` or a path means.
fn find(store: &Store, asked: &str) -> Option<(usize, String)> {
    let number: Option<usize> = asked.strip_prefix('#').and_then(|n| n.parse().ok());
    let is_it = |(at, path): &(usize, String)| match number {
        Some(number) => *at == number,
        None => path == asked,
    };
    numbered(store).into_iter().find(is_it)
}

impl Control {
    pub(super) fn show_ticket_keys(&self, asked: &str) -> Answer {
        let Some(registry) = &self.registry else {
            return super::find::nothing_runs();
        };
        let files = match asked {
            "" | "*" => numbered(&registry.tls),
            _ => match find(&registry.tls, asked) {
                Some(file) => vec![file],
                None => return unknown("show tls-keys"),
            },
        };
        if asked.is_empty() {
            let lines = files.iter().map(|(at, path)| format!("{at} ({path})\n"));
            return Answer::Text("# id (file)\n".to_owned() + &lines.collect::<String>());
        }
        let mut out = "# id name\n".to_owned();
        for (at, path) in &files {
            let _ = writeln!(out, "# {at} ({path})");
            let text = self.attachments.get(path).map_or(&[][..], Vec::as_slice);
            for (number, name) in tls::ticket_key_names(text).iter().enumerate() {
                let name = base64_encode(name, false);
                let _ = writeln!(out, "{at}.{number} {}", String::from_utf8_lossy(&name));
            }
        }
        Answer::Text(out)
    }

    pub(super) fn set_ticket_key(&mut self, it: &Invocation) -> Answer {
        let (asked, key) = (word(&it.words, 0), word(&it.words, 1));
        if asked.is_empty() || key.is_empty() {
            return Answer::error(
                "'set ssl tls-key' expects a filename and the new TLS key in base64 encoding.\n",
            );
        }
        let Some(registry) = &mut self.registry else {
            return super::find::nothing_runs();
        };
        let Some((_, path)) = find(&registry.tls, asked) else {
            return unknown("set ssl tls-key");
        };
        let added = registry
            .tls
            .add_ticket_key(&mut self.attachments, &path, key);
        match added {
            Ok(()) => Answer::info("TLS ticket key updated!\n"),
            Err(Problem::NotBase64) => {
                Answer::error("'set ssl tls-key' received invalid base64 encoded TLS key.\n")
            }
            Err(Problem::TicketKeys(_)) => {
                Answer::error("'set ssl tls-key' received a key of wrong size.\n")
            }
            Err(why) => Answer::error(format!("{why}\n")),
        }
    }
}

fn unknown(command: &str) -> Answer {
    Answer::error(format!(
        "'{command}' unable to locate referenced filename\n"
    ))
}
