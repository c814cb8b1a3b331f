//! Header blocks written (RFC 7541 §6).

use super::dynamic::Dynamic;
use super::table::{STATIC, find};
use super::{huffman, integer};

/// The table is never larger, however large a one the peer offers.
const MOST: usize = 4096;

#[derive(Debug)]
pub struct Encoder {
    table: Dynamic,
    /// Sizes to be announced at the beginning of the next block: the smallest since, and the last.
    resized: Option<(usize, usize)>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            table: Dynamic::new(MOST),
            resized: None,
        }
    }
}

/// How a field goes into the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// It comes again as it is.
    Yes,
    /// Each time another one.
    No,
    /// A secret: nobody on the way may keep it either (§7.1.3).
    Never,
}

fn keep(name: &[u8]) -> Keep {
    match name {
        b"cookie" | b"set-cookie" | b"authorization" | b"proxy-authorization" => Keep::Never,
        b":path" | b"date" | b"content-length" | b"etag" | b"last-modified" | b"location"
        | b"expires" | b"age" | b"content-range" | b"range" | b"if-none-match"
        | b"if-modified-since" | b"referer" | b"x-forwarded-for" | b"x-request-id"
        | b"traceparent" | b"sec-websocket-key" => Keep::No,
        _ => Keep::Yes,
    }
}

impl Encoder {
    /// The peer's SETTINGS_HEADER_TABLE_SIZE.
    pub fn allow(&mut self, size: usize) {
        let size = size.min(MOST);
        if size == self.table.most() && self.resized.is_none() {
            return;
        }
        let least = self.resized.map_or(size, |(least, _)| least.min(size));
        self.resized = Some((least, size));
        self.table.resize(size);
    }

    /// To be called before the first field of each block.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some((least, last)) = self.resized.take() {
            if least < last {
                integer::write(0x20, 5, least, out);
            }
            integer::write(0x20, 5, last, out);
        }
    }

    /// Appends a field. The name is in lower case.
    pub fn field(&mut self, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let known = find(name);
        let mut index = known;
        while let Some((n, v)) = index.checked_sub(1).and_then(|i| STATIC.get(i))
            && *n == name
        {
            if *v == value {
                return integer::write(0x80, 7, index, out);
            }
            index += 1;
        }
        let keep = keep(name);
        let fits = name.len() + value.len() < self.table.most() / 4;
        if keep == Keep::Yes && fits {
            if let Some(at) = self.table.find(name, value) {
                return integer::write(0x80, 7, STATIC.len() + 1 + at, out);
            }
            self.table.add(name, value);
            integer::write(0x40, 6, known, out);
            if known == 0 {
                short(name, out);
            }
            return short(value, out);
        }
        integer::write(if keep == Keep::Never { 0x10 } else { 0 }, 4, known, out);
        if known == 0 {
            plain(name, out);
        }
        plain(value, out);
    }
}

fn plain(text: &[u8], out: &mut Vec<u8>) {
    integer::write(0, 7, text.len(), out);
    out.extend_from_slice(text);
}

/// In the Huffman code where that is shorter: for what is sent once and then by its number.
fn short(text: &[u8], out: &mut Vec<u8>) {
    let length = huffman::encoded_len(text);
    if length >= text.len() {
        return plain(text, out);
    }
    integer::write(0x80, 7, length, out);
    huffman::encode(text, out);
}
