//! Locked memory, real-time scheduling, oom score.
