//! Descriptors over unix sockets (SCM_RIGHTS) and memfd.
