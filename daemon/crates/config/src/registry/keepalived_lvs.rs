//! placeholder
use super::Entry;
pub(super) static LVS: &[Entry] = &[];
