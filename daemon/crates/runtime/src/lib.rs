//! The runtime socket's language (HAProxy management guide, section 9.3): commands, levels, answers.
#![forbid(unsafe_code)]
