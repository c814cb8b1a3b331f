//! Buffers between uses, so that holding bytes back allocates nothing in the steady state.

const KEPT: usize = 1024;
const LARGEST: usize = 128 << 10;

#[derive(Debug, Default)]
pub struct Buffers(Vec<Vec<u8>>);

impl Buffers {
    pub fn take(&mut self) -> Vec<u8> {
        self.0.pop().unwrap_or_else(|| Vec::with_capacity(2048))
    }

    pub fn hold(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() {
            return Vec::new();
        }
        let mut b = self.take();
        b.extend_from_slice(bytes);
        b
    }

    pub fn give(&mut self, mut b: Vec<u8>) {
        if b.capacity() > 0 && b.capacity() <= LARGEST && self.0.len() < KEPT {
            b.clear();
            self.0.push(b);
        }
    }
}
