//! Listeners and stream sockets: options, non-blocking connect and accept, vectored writes.
