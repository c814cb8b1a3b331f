//! All commands: their words, what follows them, who may give them, and what they are for.

use crate::Level;
use crate::Level::{Admin, Operator, User};
use Mode::{Experimental, Plain};

/// Commands that a client has to turn on first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Plain,
    Experimental,
}

#[derive(Debug)]
pub struct Entry {
    pub command: Command,
    /// As they are written, one blank between them.
    pub words: &'static str,
    pub arguments: &'static str,
    pub level: Level,
    pub mode: Mode,
    pub help: &'static str,
}

macro_rules! catalogue {
    ($($name:ident $words:literal $arguments:literal $level:ident $mode:ident $help:literal;)*) => {
        /// What is asked for or ordered; its arguments are words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command { $($name,)* }

        /// In the order of their words.
        pub static ALL: &[Entry] = &[$(Entry {
            command: Command::$name,
            words: $words,
            arguments: $arguments,
            level: $level,
            mode: $mode,
            help: $help,
        },)*];
    };
}

catalogue! {
    GetSockets "_getsocks" "" Admin Plain "";
    AbortSslCaFile "abort ssl ca-file" "<cafile>" Admin Plain "drop what was prepared of a file of authorities";
    AbortSslCert "abort ssl cert" "<certfile>" Admin Plain "drop what was prepared of a certificate";
    AbortSslCrlFile "abort ssl crl-file" "<crlfile>" Admin Plain "drop what was prepared of a revocation list";
    AddAcl "add acl" "[@<ver>] <acl> <pattern>" User Plain "add a pattern to an ACL's file";
    AddMap "add map" "[@<ver>] <map> <key> <val>" User Plain "add an entry to a map, or those of a payload";
    AddServer "add server" "<bk>/<srv>" Admin Plain "add a server to a backend, in maintenance";
    AddSslCrtList "add ssl crt-list" "<list> <cert> [opts]*" Admin Plain "add a line to a crt-list, or that of a payload";
    ClearAcl "clear acl" "[@<ver>] <acl>" User Plain "take all patterns out of an ACL's file";
    ClearCounters "clear counters" "[all]" Operator Plain "begin maxima anew (all: every counter)";
    ClearMap "clear map" "[@<ver>] <map>" User Plain "take all entries out of a map";
    ClearTable "clear table" "<table> [<filter>]*" Operator Plain "take entries out of a stick table";
    CommitAcl "commit acl" "@<ver> <acl>" User Plain "let a prepared version of an ACL's file apply";
    CommitMap "commit map" "@<ver> <map>" User Plain "let a prepared version of a map apply";
    CommitSslCaFile "commit ssl ca-file" "<cafile>" Admin Plain "let prepared authorities apply";
    CommitSslCert "commit ssl cert" "<certfile>" Admin Plain "let a prepared certificate apply";
    CommitSslCrlFile "commit ssl crl-file" "<crlfile>" Admin Plain "let a prepared revocation list apply";
    DelAcl "del acl" "<acl> [<key>|#<ref>]" User Plain "take a pattern out of an ACL's file";
    DelMap "del map" "<map> [<key>|#<ref>]" User Plain "take a key out of a map";
    DelServer "del server" "<bk>/<srv>" Admin Plain "take a server out of its backend";
    DelSslCaFile "del ssl ca-file" "<cafile>" Admin Plain "forget a file of authorities that nothing uses";
    DelSslCert "del ssl cert" "<certfile>" Admin Plain "forget a certificate that nothing uses";
    DelSslCrlFile "del ssl crl-file" "<crlfile>" Admin Plain "forget a revocation list that nothing uses";
    DelSslCrtList "del ssl crt-list" "<list> <cert[:line]>" Admin Plain "take a line out of a crt-list";
    DisableAgent "disable agent" "<bk>/<srv>" Admin Plain "ask a server's agent no more";
    DisableCookie "disable dynamic-cookie backend" "<bk>" Admin Plain "compute no cookies of servers";
    DisableFrontend "disable frontend" "<frontend>" Admin Plain "take no connections until it is enabled";
    DisableHealth "disable health" "<bk>/<srv>" Admin Plain "check a server no more";
    DisableServer "disable server" "<bk>/<srv>" Admin Plain "put a server into maintenance";
    EnableAgent "enable agent" "<bk>/<srv>" Admin Plain "ask a server's agent again";
    EnableCookie "enable dynamic-cookie backend" "<bk>" Admin Plain "compute cookies of servers";
    EnableFrontend "enable frontend" "<frontend>" Admin Plain "take connections again";
    EnableHealth "enable health" "<bk>/<srv>" Admin Plain "check a server again";
    EnableServer "enable server" "<bk>/<srv>" Admin Plain "end a server's maintenance";
    ExperimentalMode "experimental-mode" "[on|off]" Admin Plain "";
    ExpertMode "expert-mode" "[on|off]" Admin Plain "";
    GetAcl "get acl" "<acl> <value>" User Plain "which pattern of an ACL's file matches a value";
    GetMap "get map" "<map> <value>" User Plain "what a map gives for a value";
    GetVar "get var" "<name>" Operator Plain "a variable of the process";
    GetWeight "get weight" "<bk>/<srv>" User Plain "a server's weight, and its configured one";
    Help "help" "[<command>]" User Plain "list all commands, or those like this one";
    NewSslCaFile "new ssl ca-file" "<cafile>" Admin Plain "begin a file of authorities";
    NewSslCert "new ssl cert" "<certfile>" Admin Plain "begin a certificate that is not there yet";
    NewSslCrlFile "new ssl crl-file" "<crlfile>" Admin Plain "begin a revocation list";
    LowerToOperator "operator" "" Operator Plain "lower this session's level to operator";
    PrepareAcl "prepare acl" "<acl>" User Plain "begin a new version of an ACL's file";
    PrepareMap "prepare map" "<map>" User Plain "begin a new version of a map";
    Prompt "prompt" "" User Plain "turn interactive mode on or off";
    Quit "quit" "" User Plain "leave";
    SetCookieKey "set dynamic-cookie-key backend" "<bk> <k>" Admin Plain "the key that cookies are computed with";
    SetMap "set map" "<map> [<key>|#<ref>] <value>" User Plain "give a key of a map another value";
    SetMaxconnFrontend "set maxconn frontend" "<frontend> <value>" Admin Plain "how many connections a frontend takes";
    SetMaxconnGlobal "set maxconn global" "<value>" Admin Plain "how many connections the process takes";
    SetMaxconnServer "set maxconn server" "<bk>/<srv>" Admin Plain "how many exchanges a server gets at once";
    SetRateLimit "set rate-limit" "<setting> <value>" Admin Plain "how many of something a second";
    SetServer "set server" "<bk>/<srv> [opts]" Admin Plain "change a server's state, weight, address";
    SetSeverity "set severity-output" "[none|number|string]" User Plain "show how grave a message is";
    SetSslCaFile "set ssl ca-file" "<cafile> <payload>" Admin Plain "prepare other authorities";
    SetSslCert "set ssl cert" "<certfile> <payload>" Admin Plain "prepare another content of a certificate";
    SetSslCrlFile "set ssl crl-file" "<crlfile> <payload>" Admin Plain "prepare another revocation list";
    SetSslOcspResponse "set ssl ocsp-response" "<resp|payload>" Admin Plain "take over a newer OCSP response of a certificate";
    SetSslTlsKey "set ssl tls-key" "[id|file] <key>" Admin Plain "add the next key of TLS tickets";
    SetTable "set table" "<table> key <k> [data.* <v>]*" Operator Plain "change an entry of a stick table, or make one";
    SetTimeout "set timeout" "[cli] <delay>" User Plain "how long this session may be silent";
    SetVar "set var" "<name> [fmt|expr] {<fmt>|<expr>}" Operator Experimental "set a variable of the process";
    SetWeight "set weight" "<bk>/<srv>" Admin Plain "change a server's weight";
    ShowAcl "show acl" "[@<ver>] <acl>" User Plain "files of ACLs, or the patterns of one";
    ShowActivity "show activity" "" User Plain "what the threads do";
    ShowBackend "show backend" "" User Plain "names of backends";
    ShowCliLevel "show cli level" "" User Plain "this session's level";
    ShowCliSockets "show cli sockets" "" User Plain "the runtime sockets";
    ShowConfig "show config" "[diff]" Operator Plain "the running configuration, or how its files differ";
    ShowEnv "show env" "[var]" Operator Plain "variables of the environment";
    ShowErrors "show errors" "[<px>] [request|response]" Operator Plain "the last messages that broke the protocol";
    ShowEvents "show events" "[<sink>] [-w] [-n]" User Plain "what happened lately";
    ShowFd "show fd" "[num]" Operator Plain "open descriptors";
    ShowInfo "show info" "[desc|json|typed|float]*" User Plain "the process: its version, limits, totals";
    ShowMap "show map" "[@<ver>] [map]" User Plain "maps, or the entries of one";
    ShowPeers "show peers" "[dict|-] [section]" User Plain "peers that share stick tables";
    ShowPools "show pools" "" User Plain "the memory that is in use";
    ShowResolvers "show resolvers" "[id]" User Plain "what name servers were asked and answered";
    ShowSchema "show schema json" "" User Plain "the schema of statistics as JSON";
    ShowServersConn "show servers conn" "[<backend>]" User Plain "connections to servers";
    ShowServersState "show servers state" "[<backend>]" User Plain "states of servers";
    ShowSess "show sess" "[id]" Operator Plain "sessions, or all of one";
    ShowSslCaFile "show ssl ca-file" "[<cafile>[:<index>]]" User Plain "files of authorities, or all of one";
    ShowSslCert "show ssl cert" "[<certfile>]" User Plain "certificates, or all of one";
    ShowSslCrlFile "show ssl crl-file" "[<crlfile>[:<index>]]" User Plain "revocation lists, or all of one";
    ShowSslCrtList "show ssl crt-list" "[-n] [<list>]" Admin Plain "crt-lists, or the lines of one";
    ShowSslOcspResponse "show ssl ocsp-response" "[id]" User Plain "OCSP responses, or all of one";
    ShowStartupLogs "show startup-logs" "" Operator Plain "what was said when the process started";
    ShowStat "show stat" "[desc|json|no-maint|typed|up]*" User Plain "counters of frontends, backends and servers";
    ShowTable "show table" "<table> [<filter>]*" User Plain "stick tables, or the entries of one";
    ShowThreads "show threads" "" User Plain "the threads";
    ShowTlsKeys "show tls-keys" "[id|*]" User Plain "files of keys of TLS tickets, or the names of their keys";
    ShowTrace "show trace" "[<module>]" User Plain "traces that run";
    ShowVersion "show version" "" User Plain "the version";
    ShowVrrp "show vrrp" "" User Plain "instances and who holds their addresses";
    ShutdownFrontend "shutdown frontend" "<frontend>" Admin Plain "end a frontend for good";
    ShutdownSession "shutdown session" "[id]" Admin Plain "end a session";
    ShutdownSessions "shutdown sessions server" "<bk>/<srv>" Admin Plain "end all sessions of a server";
    Trace "trace" "[<module>|0] [cmd [args...]]" Operator Plain "what to write down of what happens inside";
    LowerToUser "user" "" User Plain "lower this session's level to user";
}

/// The entry whose words the given ones begin with, and how many words these are; of several the
/// longest.
pub fn find(words: &[String]) -> Option<(&'static Entry, usize)> {
    let begins = |entry: &Entry| {
        let mut count = 0;
        for word in entry.words.split(' ') {
            if words.get(count).is_none_or(|given| given != word) {
                return None;
            }
            count += 1;
        }
        Some(count)
    };
    let found = ALL.iter().filter_map(|e| Some((e, begins(e)?)));
    found.max_by_key(|(_, count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_words_count() {
        let at = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            find(&words).map(|(entry, count)| (entry.command, count))
        };
        assert_eq!(
            at("show servers state b"),
            Some((Command::ShowServersState, 3))
        );
        assert_eq!(at("show servers"), None);
        assert_eq!(at("trace 0"), Some((Command::Trace, 1)));
        assert_eq!(at("Show info"), None);
    }

    #[test]
    fn no_command_is_written_twice() {
        let mut words: Vec<&str> = ALL.iter().map(|e| e.words).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ALL.len());
    }
}
