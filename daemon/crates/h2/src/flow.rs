//! Flow control (RFC 9113 §5.2, §6.9).

/// Of each window before anything was said.
pub const FIRST: u32 = 65_535;
pub const MOST: u32 = 0x7fff_ffff;

/// What one side may send; below zero when SETTINGS took back what was in use already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(i32);

/// More than any window can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

impl Window {
    #[must_use]
    pub fn new(size: u32) -> Self {
        Self(i32::try_from(size).unwrap_or(i32::MAX))
    }

    /// Bytes that may be sent now.
    #[must_use]
    pub fn room(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }

    /// Takes so many bytes out of it; false when they are more than it has.
    #[must_use]
    pub fn take(&mut self, bytes: usize) -> bool {
        let Some(left) = i32::try_from(bytes)
            .ok()
            .and_then(|n| self.0.checked_sub(n))
        else {
            return false;
        };
        if left < 0 && bytes > 0 {
            return false;
        }
        self.0 = left;
        true
    }

    pub fn add(&mut self, more: u32) -> Result<(), Overflow> {
        let sum = i64::from(self.0) + i64::from(more);
        self.0 = i32::try_from(sum).map_err(|_| Overflow)?;
        Ok(())
    }

    /// The peer's first window of all streams has another size now.
    pub fn shift(&mut self, from: u32, to: u32) -> Result<(), Overflow> {
        let sum = i64::from(self.0) + i64::from(to) - i64::from(from);
        self.0 = i32::try_from(sum).map_err(|_| Overflow)?;
        Ok(())
    }
}

/// What we let the peer send, and what of it is used up and may be given back.
#[derive(Debug, Clone, Copy)]
pub struct Intake {
    window: Window,
    size: u32,
    used: u32,
}

impl Intake {
    #[must_use]
    pub fn new(size: u32) -> Self {
        Self {
            window: Window::new(size),
            size,
            used: 0,
        }
    }

    /// The same for a peer that has not confirmed our settings: it may have sent by the first ones
    /// (RFC 9113 §6.9.3).
    #[must_use]
    pub fn unconfirmed(size: u32) -> Self {
        Self {
            window: Window::new(size.max(FIRST)),
            ..Self::new(size)
        }
    }

    /// The peer sent so many bytes; false when it may not.
    #[must_use]
    pub fn take(&mut self, bytes: usize) -> bool {
        self.window.take(bytes)
    }

    /// So many bytes went on: what is to be announced, once it is worth a frame.
    pub fn release(&mut self, bytes: usize) -> Option<u32> {
        self.used = self
            .used
            .saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.used < (self.size / 2).max(1) {
            return None;
        }
        let more = std::mem::take(&mut self.used);
        self.window.add(more).ok()?;
        Some(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_fall_below_zero_by_settings_alone() {
        let mut w = Window::new(10);
        assert!(w.take(8));
        assert!(!w.take(3));
        assert_eq!(w.shift(10, 4), Ok(()));
        assert_eq!(w.room(), 0);
        assert!(w.take(0));
        assert_eq!(w.add(5), Ok(()));
        assert_eq!(w.room(), 1);
        assert_eq!(w.add(MOST), Err(Overflow));
    }

    #[test]
    fn used_bytes_are_given_back_in_halves() {
        let mut intake = Intake::new(100);
        assert!(intake.take(80));
        assert_eq!(intake.release(30), None);
        assert_eq!(intake.release(30), Some(60));
        assert!(!intake.take(81));
        assert!(intake.take(80));
    }
}
