//! Length-prefixed JSON over a unix stream socket, with descriptors beside it.
