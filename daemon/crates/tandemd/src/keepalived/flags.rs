//! keepalived's command line as a table (keepalived(8) of 2.2.7): what is read, what it does here.
//! The page for users is generated from it.

use std::fmt::Write as _;

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// The rest of the word, or the next word.
    Value(&'static str),
    /// The rest of the word, or nothing.
    Maybe(&'static str),
}

/// What this daemon does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What the manual says.
    Honoured,
    /// Nothing is left to do; the text says why.
    Needless(&'static str),
    /// Cannot be done; said at every start. The text says what to do instead.
    Said(&'static str),
    /// Cannot be done, and what was wished for would not happen: nothing is started.
    Refused(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    pub short: Option<char>,
    pub long: &'static str,
    pub takes: Takes,
    pub effect: Effect,
    pub text: &'static str,
}

const fn flag(
    short: char,
    long: &'static str,
    takes: Takes,
    effect: Effect,
    text: &'static str,
) -> Flag {
    let short = if short == ' ' { None } else { Some(short) };
    Flag {
        short,
        long,
        takes,
        effect,
        text,
    }
}

use Effect::{Honoured, Needless, Refused, Said};
use Takes::{Maybe, Nothing, Value};

const NO_LVS: &str = "virtual servers (IPVS) are not done yet, so there is nothing of theirs";

#[rustfmt::skip]
pub const FLAGS: &[Flag] = &[
    flag('f', "use-file", Value("FILE"), Honoured, "the configuration; /etc/keepalived/keepalived.conf by default"),
    flag('P', "vrrp", Nothing, Honoured, "run VRRP alone: virtual servers in the file are left to another program"),
    flag('C', "check", Nothing, Refused("virtual servers (IPVS) are not done yet; start it without --check"), "run the checkers of virtual servers alone"),
    flag('B', "no_bfd", Nothing, Needless("BFD is not spoken"), "do not run BFD"),
    flag(' ', "all", Nothing, Needless("VRRP always runs; the others have no process here"), "run every part, also without configuration"),
    flag('l', "log-console", Nothing, Honoured, "log to standard error as well"),
    flag('D', "log-detail", Nothing, Honoured, "log details too"),
    flag('S', "log-facility", Value("FACILITY"), Honoured, "0 to 7, local0 to local7, user or daemon"),
    flag('g', "log-file", Value("FILE"), Honoured, "log to a file as well: one for all processes"),
    flag(' ', "flush-log-file", Nothing, Needless("each line is written at once"), "write each line to the log file at once"),
    flag('G', "no-syslog", Nothing, Honoured, "do not log to the log daemon"),
    flag('u', "umask", Value("MASK"), Honoured, "permissions that new files do not get"),
    flag('X', "release-vips", Nothing, Needless("addresses are always released"), "drop the addresses when a signal ends it"),
    flag('V', "dont-release-vrrp", Nothing, Refused("an address that stays behind its router is a split brain in waiting: it is always released; hand over first (tandemd handover)"), "keep the addresses when it ends"),
    flag('I', "dont-release-ipvs", Nothing, Needless(NO_LVS), "keep virtual servers when it ends"),
    flag('R', "dont-respawn", Nothing, Honoured, "end when the VRRP process ends, instead of starting it again"),
    flag('n', "dont-fork", Nothing, Honoured, "stay in the foreground"),
    flag('d', "dump-conf", Nothing, Honoured, "write the configuration into the log at start"),
    flag('p', "pid", Value("FILE"), Honoured, "where the number of the main process goes; /run/keepalived.pid"),
    flag('r', "vrrp_pid", Value("FILE"), Honoured, "where the number of the VRRP process goes; /run/vrrp.pid"),
    flag('c', "checkers_pid", Value("FILE"), Needless("there is no checker process, so the file is not written"), "where the number of the checker process goes"),
    flag('b', "bfd_pid", Value("FILE"), Needless("there is no BFD process, so the file is not written"), "where the number of the BFD process goes"),
    flag('T', "genhash", Nothing, Refused("checksums of web pages are not computed here"), "become genhash"),
    flag('a', "address-monitoring", Nothing, Said("addresses of others are not logged; `ip monitor address` shows them"), "log addresses that come and go"),
    flag('x', "snmp", Nothing, Said("SNMP is not spoken; tandemd status --json has the values"), "serve SNMP"),
    flag('A', "snmp-agent-socket", Value("FILE"), Said("SNMP is not spoken; tandemd status --json has the values"), "socket of the SNMP agent"),
    flag('s', "namespace", Value("NAME"), Honoured, "work in a network namespace; over net_namespace of the file"),
    flag('m', "core-dump", Nothing, Honoured, "allow core dumps of any size"),
    flag('M', "core-dump-pattern", Maybe("PATTERN"), Said("core dumps are allowed, but the name of all programs' dumps is left alone; set kernel.core_pattern by sysctl"), "set the name of core dumps"),
    flag('e', "all-config", Nothing, Honoured, "an include that finds nothing is an error"),
    flag('i', "config-id", Value("ID"), Honoured, "which @ID lines count; the host name up to the first dot by default"),
    flag(' ', "signum", Value("FUNCTION"), Honoured, "print the number of a signal: STOP RELOAD DATA STATS STATS_CLEAR JSON"),
    flag('t', "config-test", Maybe("FILE"), Honoured, "check the configuration and end; what is wrong goes to standard error or the file"),
    flag('v', "version", Nothing, Honoured, "print the version"),
    flag('h', "help", Nothing, Honoured, "print the flags"),
    flag(' ', "run-dir", Value("DIR"), Honoured, "not in keepalived: where the control socket is, /run/tandem"),
];

impl Flag {
    /// `-f, --use-file=FILE`
    pub fn usage(&self) -> String {
        let short = self
            .short
            .map_or(String::new(), |short| format!("-{short}, "));
        let value = match self.takes {
            Nothing => String::new(),
            Value(name) => format!("={name}"),
            Maybe(name) => format!("[={name}]"),
        };
        format!("{short}--{}{value}", self.long)
    }
}

/// `--help`
pub fn help() -> String {
    let mut out = String::from("Usage: keepalived [OPTION...]\n");
    for flag in FLAGS {
        let effect = match flag.effect {
            Honoured => String::new(),
            Needless(why) => format!(" (no effect: {why})"),
            Said(why) | Refused(why) => format!(" (not done: {why})"),
        };
        let _ = writeln!(out, "  {:<34} {}{effect}", flag.usage(), flag.text);
    }
    out.push_str("\nSignals: HUP reloads; TERM and INT stop; USR1 writes keepalived.data, USR2 keepalived.stats\n");
    out
}
