//! Signals as a descriptor.
