//! VRRP protocol core without IO: packets, state machine, election.
#![forbid(unsafe_code)]
