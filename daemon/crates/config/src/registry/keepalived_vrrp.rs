//! placeholder
use super::Entry;
pub(super) static VRRP: &[Entry] = &[];
