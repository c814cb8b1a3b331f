//! Children: spawn by re-exec, pidfd, parent-death signal, wait.
