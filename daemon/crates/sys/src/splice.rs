//! splice(2) between sockets through pipes.
