//! Sessions that clients keep: tickets with keys of our own that change, or with those of a file
//! that several machines have.

use crate::error::Problem;
use crate::exchange::first;
use crate::pem::base64;
use crate::store::{Files, Store};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::ProducesTickets;
use std::sync::Arc;

/// How long a session may be taken up again, in seconds; as the original has it by default.
const LIFETIME: u32 = 300;

/// What a ticket begins with: which key it is for.
const NAME: usize = 16;

/// Keys that are made here and change every few hours.
pub fn rotating() -> Result<Arc<dyn ProducesTickets>, Problem> {
    Ticketer::new().map_err(|why| Problem::TicketKeys(why.to_string()))
}

/// The keys of a `tls-ticket-keys` file: lines of base64, the newest last. Tickets are made with
/// the last but one, so that every machine knows the next before one uses it.
pub fn from_file(text: &[u8]) -> Result<Arc<dyn ProducesTickets>, Problem> {
    let bad = |why: String| Problem::TicketKeys(why);
    std::str::from_utf8(text).map_err(|_| bad("the file is not text".to_owned()))?;
    let mut keys = Vec::new();
    let mut length = None;
    for (number, line) in (1..).zip(lines(text)) {
        let secret = base64(line).ok_or_else(|| bad(format!("line {number} is not base64")))?;
        if !matches!(secret.len(), 48 | 80) {
            let has = secret.len();
            return Err(bad(format!(
                "line {number} has {has} bytes where 48 or 80 are needed"
            )));
        }
        if *length.get_or_insert(secret.len()) != secret.len() {
            return Err(bad(
                "keys of 48 and of 80 bytes do not go together".to_owned()
            ));
        }
        keys.push(Key::new(&secret).ok_or_else(|| bad(format!("line {number}")))?);
    }
    if keys.len() < KEPT {
        let has = keys.len();
        return Err(bad(format!("it has {has} keys where {KEPT} are needed")));
    }
    keys.drain(..keys.len() - KEPT);
    Ok(Arc::new(Given(keys)))
}

/// So many keys of the file count.
const KEPT: usize = 3;

fn lines(text: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Names of the keys of a file that count, the oldest first. A ticket begins with that of its key, so
/// that they are no secret.
pub fn names(text: &[u8]) -> Vec<[u8; NAME]> {
    let all: Vec<&str> = lines(text).collect();
    let last = all.iter().skip(all.len().saturating_sub(KEPT));
    let name = |line: &&str| base64(line)?.first_chunk().copied();
    last.filter_map(name).collect()
}

impl Store {
    /// The files of keys that lines name, each once, in the order of the lines.
    pub fn ticket_files(&self) -> Vec<&str> {
        let used = self.accepting.iter().filter(|one| one.acceptor.is_used());
        let named = used.filter_map(|one| one.line.tls.ticket_keys.as_ref());
        let mut files = Vec::new();
        for file in named.map(|file| file.value.as_str()) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    /// A key more, as if it stood at the end of the file: the one before it makes tickets from now on,
    /// and the oldest is forgotten.
    pub fn add_ticket_key(
        &mut self,
        files: &mut Files,
        path: &str,
        key: &str,
    ) -> Result<(), Problem> {
        let secret = base64(key).ok_or(Problem::NotBase64)?;
        if !matches!(secret.len(), 48 | 80) {
            let why = format!("it has {} bytes where 48 or 80 are needed", secret.len());
            return Err(Problem::TicketKeys(why));
        }
        let before = files.get(path).ok_or(Problem::Missing)?;
        let mut all: Vec<&str> = lines(before).chain([key.trim()]).collect();
        all.drain(..all.len().saturating_sub(KEPT));
        let text = all.join("\n") + "\n";
        let new = [(path.to_owned(), text.into_bytes())];
        self.replace(files, new).map_err(first)
    }
}

#[derive(Debug)]
struct Given(Vec<Key>);

#[derive(Debug)]
struct Key {
    name: [u8; NAME],
    key: RandomizedNonceKey,
}

impl Key {
    fn new(secret: &[u8]) -> Option<Self> {
        let (name, secret) = secret.split_first_chunk::<NAME>()?;
        let extracted = Salt::new(HKDF_SHA256, name).extract(secret);
        let mut bytes = [0; 32];
        let expanded = extracted.expand(&[b"tandem tickets"], &AES_256_GCM).ok()?;
        expanded.fill(&mut bytes).ok()?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok()?;
        Some(Self { name: *name, key })
    }
}

impl ProducesTickets for Given {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        LIFETIME
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let key = self.0.get(self.0.len().checked_sub(2)?)?;
        let mut sealed = plain.to_vec();
        let nonce = key
            .key
            .seal_in_place_append_tag(Aad::from(&key.name), &mut sealed)
            .ok()?;
        let mut ticket = Vec::with_capacity(NAME + NONCE_LEN + sealed.len());
        ticket.extend_from_slice(&key.name);
        ticket.extend_from_slice(nonce.as_ref());
        ticket.extend_from_slice(&sealed);
        Some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (name, rest) = ticket.split_first_chunk::<NAME>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let key = self.0.iter().find(|key| key.name == *name)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = key
            .key
            .open_in_place(nonce, Aad::from(name), &mut sealed)
            .ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 48 bytes each: `A…`, `B…`, `C…`, `D…`.
    fn line(byte: u8) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for _ in 0..16 {
            let bits = u32::from(byte) << 16 | u32::from(byte) << 8 | u32::from(byte);
            let digits = [18, 12, 6, 0].map(|by| DIGITS[(bits >> by & 63) as usize] as char);
            text.extend(digits);
        }
        text
    }

    fn keys(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| line(*byte) + "\n").collect()
    }

    #[test]
    fn a_ticket_is_read_by_whoever_has_the_file_and_after_a_rotation() {
        let old = from_file(keys(b"ABC").as_bytes()).unwrap();
        let same = from_file(keys(b"ABC").as_bytes()).unwrap();
        let rotated = from_file(keys(b"ABCD").as_bytes()).unwrap();
        let gone = from_file(keys(b"BCDEF").as_bytes()).unwrap();
        let ticket = old.encrypt(b"a session").unwrap();
        assert!(!ticket.windows(9).any(|at| at == b"a session"));
        assert_eq!(same.decrypt(&ticket).as_deref(), Some(&b"a session"[..]));
        // Made with B, which D has pushed one place on.
        assert_eq!(rotated.decrypt(&ticket).as_deref(), Some(&b"a session"[..]));
        assert_eq!(gone.decrypt(&ticket), None);
        assert_ne!(old.encrypt(b"a session").unwrap(), ticket);
    }

    #[test]
    fn what_was_changed_on_the_way_is_no_ticket() {
        let keys = from_file(keys(b"ABC").as_bytes()).unwrap();
        let ticket = keys.encrypt(b"a session").unwrap();
        for at in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed[at] ^= 1;
            assert_eq!(keys.decrypt(&changed), None, "byte {at}");
        }
        assert_eq!(keys.decrypt(&ticket[..20]), None);
        assert_eq!(keys.decrypt(b""), None);
    }

    #[test]
    fn keys_that_are_none_are_refused_with_their_line() {
        let said = |text: &str| from_file(text.as_bytes()).unwrap_err().to_string();
        assert!(said(&keys(b"AB")).ends_with("it has 2 keys where 3 are needed"));
        assert!(said(&(keys(b"A") + "AAAA\n")).contains("line 2 has 3 bytes"));
        assert!(said(&(keys(b"AB") + "!!\n")).contains("line 3 is not base64"));
    }
}
