//! `log` lines and `ring` sections: what they mean, and every way of getting them wrong.

use crate::said::{errors, haproxy, said};
use config::haproxy::model::{LogFormat, LogLine, LogSample, LogSink, StreamAddress};

const WEB: &str = "backend b\n server s 10.0.0.1:80\n";

#[test]
fn log_lines_are_read_with_all_their_words() {
    let parsed = haproxy(&format!(
        "global\n log fd@4 local0\n log logs.example.com limit 100 format raw sample 3,1-2:4 len 80 local7 err alert\n\
         ring r\n description \"the ring\"\n format rfc5424\n maxlen 1200\n size 32764\n timeout connect 5s\n timeout server 10s\n \
         server a 127.0.0.1:6514 log-proto octet-count\n server b uxst@/run/log log-proto legacy\n\
         {WEB} log ring@r local0\n log tcp@[::1]:601 local0\n log uxst@/run/log local0\n option httplog json\n"
    ));
    assert_eq!(errors(&parsed), Vec::<String>::new());
    let global = &parsed.config.global.logs;
    assert_eq!(global[0].sink.value, LogSink::Fd(4));
    assert_eq!(
        global[1].sink.value,
        LogSink::UdpName("logs.example.com".into(), 514)
    );
    let ranges = vec![(1, 2), (3, 3)];
    assert_eq!(global[1].sample, Some(LogSample { ranges, size: 4 }));
    assert_eq!(global[1].limit.as_ref().map(|limit| limit.value), Some(100));
    let ring = &parsed.config.rings[0];
    assert_eq!(ring.size.as_ref().map(|size| size.value), Some(32764));
    assert!(ring.servers[0].octet_count && !ring.servers[1].octet_count);
    let proxy = &parsed.config.proxies[0];
    assert_eq!(proxy.log_format, LogFormat::HttpJson);
    let sink = |at: usize| match &proxy.logs[at] {
        LogLine::Target(target) => target.sink.value.clone(),
        LogLine::Global => panic!(),
    };
    assert_eq!(sink(0), LogSink::Ring("r".into()));
    let address = "[::1]:601".parse().unwrap();
    assert_eq!(sink(1), LogSink::Stream(StreamAddress::Tcp(address)));
}

#[test]
fn log_lines_that_cannot_be_are_said() {
    let parsed = haproxy(&format!(
        "{WEB} log\n log 127.0.0.1\n log 127.0.0.1 lokal0\n log 127.0.0.1 local0 inf\n log 127.0.0.1 len 79 local0\n \
         log 127.0.0.1 format\n log 127.0.0.1 format rfc9999 local0\n log 127.0.0.1 sample\n log 127.0.0.1 sample 1 local0\n \
         log 127.0.0.1 sample 1:0 local0\n log 127.0.0.1 sample 0:2 local0\n log 127.0.0.1 sample 3-1:4 local0\n \
         log 127.0.0.1 sample 1,1:2 local0\n log 127.0.0.1 sample 5:4 local0\n log 127.0.0.1 limit 0 local0\n log fd@x local0\n \
         log fd@3 local0\n log ring@none local0\n log tcp@127.0.0.1 local0\n log 127.0.0.1:99999 local0\n log 127.0.0.1 local0 info err x\n"
    ));
    assert_eq!(
        errors(&parsed),
        [
            "error 3:5 the address is missing [] => write e.g. 'log 127.0.0.1:514 local0 info'",
            "error 4:15 the facility is missing [] => write e.g. 'log 127.0.0.1:514 local0 info'",
            "error 5:16 'lokal0' is not a facility [lokal0] => did you mean 'local0'?",
            "error 6:23 'inf' is not a level [inf] => one of emerg, alert, crit, err, warning, notice, info, debug",
            "error 7:20 '79' is not a whole number from 80 to 65535 [79] => write a number from 80 to 65535",
            "error 8:22 the format is missing [] => write e.g. 'log 127.0.0.1 format rfc5424 local0'",
            "error 8:22 the facility is missing [] => write e.g. 'log 127.0.0.1:514 local0 info'",
            "error 9:23 'rfc9999' is not a log format [rfc9999] => one of rfc3164, rfc5424, local, priority, short, timed, iso, raw",
            "error 10:22 the sample is missing [] => write e.g. 'log 127.0.0.1 sample 1:10 local0'",
            "error 10:22 the facility is missing [] => write e.g. 'log 127.0.0.1:514 local0 info'",
            "error 11:23 '1' shares no lines out: the size behind ':' is missing [1] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 12:23 '1:0' shares no lines out: '0' is no size [1:0] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 13:23 '0:2' shares no lines out: '0' is no range of numbers from 1 [0:2] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 14:23 '3-1:4' shares no lines out: '3-1' is no range of numbers from 1 [3-1:4] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 15:23 '1,1:2' shares no lines out: its ranges overlap [1,1:2] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 16:23 '5:4' shares no lines out: 5 is beyond the size 4 [5:4] => write e.g. '1:10' for each tenth line, '1,3-4:5' for three of five",
            "error 17:22 '0' is not a whole number from 1 to 4294967295 [0] => write a number from 1 to 4294967295",
            "error 18:6 'fd@x' is not a log address [fd@x] => write an address, ADDRESS:PORT, /dev/log, stdout, fd@NUMBER, ring@NAME or tcp@ADDRESS:PORT",
            "error 19:6 the processes of this daemon speak over descriptor 3 [fd@3] => hand the daemon another descriptor",
            "error 20:6 there is no ring 'none', so nothing would be logged [ring@none] => write a section 'ring none'",
            "error 21:6 'tcp@127.0.0.1' is not a log address [tcp@127.0.0.1] => write an address, ADDRESS:PORT, /dev/log, stdout, fd@NUMBER, ring@NAME or tcp@ADDRESS:PORT",
            "error 22:6 '127.0.0.1:99999' is not a log address [127.0.0.1:99999] => write an address, ADDRESS:PORT, /dev/log, stdout, fd@NUMBER, ring@NAME or tcp@ADDRESS:PORT",
            "error 23:32 unexpected 'x' behind 'log' [x] => remove it, or put it on a line of its own",
        ]
    );
}

#[test]
fn rings_that_cannot_be_are_said() {
    let parsed = haproxy(
        "ring\nring r\n format x\n maxlen 1\n size x\n timeout\n timeout tunnel 5s\n timeout connect 5x\n server\n server a\n \
         server a nohost\n server a 127.0.0.1:1 chek\n server a 127.0.0.1:1 log-proto\n server a 127.0.0.1:1 log-proto x\n \
         backing-file /x\n foo\nring r\nfrontend f\n bind :80\n log ring@s local0\n",
    );
    let ring: Vec<String> = errors(&parsed);
    assert_eq!(
        ring,
        [
            "error 1:5 the name of the section is missing [] => write e.g. 'ring events'",
            "error 3:9 'x' is not a log format [x] => one of rfc3164, rfc5424, local, priority, short, timed, iso, raw",
            "error 4:9 '1' is not a whole number from 80 to 65535 [1] => write a number from 80 to 65535",
            "error 5:7 'x' is not a size below 4g [x] => write bytes, or a number with k, m or g",
            "error 6:9 which timeout is missing [] => write e.g. 'timeout connect 5s'",
            "error 7:2 a ring has no timeout 'tunnel' [timeout tunnel] => it has 'timeout connect' and 'timeout server'",
            "error 8:19 'x' is not a unit of time; they are us, ms, s, m, h, d [x] => write e.g. '5ms' or '5s'",
            "error 9:8 the name of the server is missing [] => write e.g. 'server syslog 127.0.0.1:6514 log-proto octet-count'",
            "error 10:10 the address is missing [] => write e.g. 'server syslog 127.0.0.1:6514 log-proto octet-count'",
            "error 11:11 'nohost' is not an address of a log server [nohost] => write ADDRESS:PORT or the path of a stream socket",
            "error 12:23 unknown parameter of a ring's server 'chek' [chek]",
            "error 13:32 how lines are sent is missing [] => write e.g. 'server syslog 127.0.0.1:6514 log-proto octet-count'",
            "error 14:33 'x' is not a way of sending lines [x] => write 'octet-count', or 'legacy' for a line end behind each",
            "error 15:2 keyword 'backing-file' is not supported yet [backing-file] => lines are kept in memory; a server gets a copy of each",
            "error 16:2 unknown keyword 'foo' [foo]",
            "error 17:6 the name 'r' is taken: there is a ring of that name above [r] => give it another name",
            "error 20:6 there is no ring 's', so nothing would be logged [ring@s] => did you mean 'ring@r'?",
        ]
    );
    let mismatch = said(&haproxy(&format!(
        "frontend f\n bind :80\n option httplog json\n default_backend b\n{WEB}"
    )));
    assert!(
        mismatch
            .iter()
            .any(|line| line.contains("it logs as with 'option tcplog'"))
    );
}
