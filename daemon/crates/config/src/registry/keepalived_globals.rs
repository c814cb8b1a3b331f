//! placeholder
use super::Entry;
pub(super) static GLOBALS: &[Entry] = &[];
