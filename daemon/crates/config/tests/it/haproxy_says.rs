//! Exact messages.

use crate::said::{errors, haproxy, said};
use config::{Options, Source};

#[test]
fn an_error_shows_the_line_and_a_caret() {
    let parsed = haproxy("backend web\n\tblance roundrobin # fair\n");
    let error = parsed.errors().next().unwrap();
    assert_eq!(
        config::render::render(error, &parsed.sources),
        "\
error: unknown keyword 'blance'
  --> haproxy.cfg:2:2
   |
 2 | \tblance roundrobin # fair
   | \t^~~~~~
   = help: did you mean 'balance'?
   = code: haproxy/unknown-keyword
"
    );
}

#[test]
fn wide_characters_do_not_move_the_caret() {
    let parsed = haproxy("backend web\n description 均衡 \n mode 你好 x\n");
    let error = parsed.errors().next().unwrap();
    let text = config::render::render(error, &parsed.sources);
    assert!(
        text.contains(" 3 |  mode 你好 x\n   |       ^~~~\n"),
        "{text}"
    );
}

#[test]
fn values_are_refused_with_what_to_write_instead() {
    let parsed = haproxy(
        "defaults\n mode htpp\n timeout connect 5x\n timeout client\n timeout server 5s // slow\n \
         retries many\n timeout queue 1min\n balance roundrobbin\n option httplg\n",
    );
    assert_eq!(
        said(&parsed),
        [
            "error 2:7 'htpp' is not a mode [htpp] => write 'mode tcp' or 'mode http'",
            "error 3:19 'x' is not a unit of time; they are us, ms, s, m, h, d [x] => write e.g. '5ms' or '5s'",
            "error 4:16 the time is missing [] => write e.g. 'timeout client 30s'",
            "error 5:20 unexpected '//' behind 'timeout server' [// slow] => comments begin with '#'",
            "error 6:10 'many' is not a whole number from 0 to 4294967295 [many] => write a number from 0 to 4294967295",
            "warning 7:17 'min' is not a unit of time; they are us, ms, s, m, h, d; read as '1m' [min] => write '1m'",
            "error 8:10 unknown balance algorithm 'roundrobbin' [roundrobbin] => did you mean 'roundrobin'?",
            "error 9:9 unknown option 'httplg' [httplg] => did you mean 'httplog'?",
            "warning 1:1 there is no section that listens, so the proxy has nothing to do [] => add a 'frontend' with a 'bind' line",
        ]
        .into_iter()
        .collect::<Vec<_>>()
        .tap_sort()
    );
}

/// Findings come sorted by place, the one about the whole file first.
trait TapSort {
    fn tap_sort(self) -> Self;
}

impl TapSort for Vec<&str> {
    fn tap_sort(mut self) -> Self {
        let whole = self.pop();
        whole.into_iter().chain(self).collect()
    }
}

#[test]
fn references_and_names_are_checked_across_sections() {
    let parsed = haproxy(
        "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n\
         frontend a\n bind :80\n default_backend webb\n\
         frontend b\n bind :80\n default_backend a\n\
         backend web\n server s1 10.0.0.1:80 check\n server s1 10.0.0.2:80 check\n\
         backend web\n server s 10.0.0.300:80\n",
    );
    assert_eq!(
        said(&parsed),
        [
            "error 8:18 there is no backend 'webb' [webb] => did you mean 'web'?",
            "warning 10:7 0.0.0.0:80 is bound by 'a' already: connections would go to either at random [:80] => bind each address in one place",
            "error 11:18 'a' is a frontend, and requests go to a backend [a] => backends are: web",
            "error 14:9 backend 'web' has a server 's1' already [s1] => give each server of a backend its own name",
            "error 15:9 the name 'web' is taken: there is a backend of that name above [web] => give it another name",
            "warning 15:9 backend 'web' has no server: every request is answered with 503 [web] => add 'server NAME ADDRESS:PORT check'",
            "error 16:11 '10.0.0.300' is neither an address nor a host name [10.0.0.300:80] => write e.g. '10.0.0.21:8080', '[2001:db8::21]:8080' or 'web1.example.com:8080'",
        ]
    );
}

#[test]
fn silent_traps_are_said() {
    let parsed = haproxy(
        "frontend a\n bind :80\n option httplog\n default_backend b\n\
         backend b\n mode http\n option httpchk\n server s1 10.0.0.1:80\n server s2 10.0.0.2:80\n\
         backend c\n mode tcp\n http-request deny\n http-check expect status 200\n server s web:80 check\n",
    );
    assert_eq!(
        said(&parsed),
        [
            "warning 1:10 frontend 'a' has 'option httplog' but mode tcp; it logs as with 'option tcplog' [a] => write 'mode http' or 'option tcplog'",
            "warning 1:10 frontend 'a' has no 'timeout client': dead clients stay for ever [a] => add e.g. 'timeout client 50s' here or in 'defaults'",
            "warning 4:18 'a' is in mode tcp and 'b' in mode http: what does not speak HTTP fails there [b] => give both the same mode, or write 'tcp-request content switch-mode http if HTTP'",
            "warning 5:9 no server of backend 'b' is checked: a dead one keeps its share of requests [b] => add 'check' to the server lines, or 'default-server check' above them",
            "warning 5:9 backend 'b' has no 'timeout connect' and no 'timeout server': it waits for dead servers for ever [b] => add them here or in 'defaults', e.g. 'timeout connect 5s', 'timeout server 50s'",
            "warning 7:9 no server of 'b' has 'check', so this check never runs [httpchk] => add 'check' to the server lines",
            "warning 10:9 backend 'c' has no 'timeout connect' and no 'timeout server': it waits for dead servers for ever [c] => add them here or in 'defaults', e.g. 'timeout connect 5s', 'timeout server 50s'",
            "warning 12:2 rules about HTTP never apply in mode tcp, so this does nothing [http-request deny] => write 'mode http' in this section",
            "warning 13:2 'http-check' has no effect without 'option httpchk' [http-check expect] => add 'option httpchk'",
            "note 14:11 the name 'web' is resolved when the proxy runs; until then the server is down [web:80]",
        ]
    );
}

#[test]
fn what_is_not_done_yet_is_an_error_and_a_warning_when_tolerant() {
    let text = "listen a\n bind :443 generate-certificates\n compression algo gzip\n reqadd X\n\
                cache p\n total-max-size 4\n";
    let parsed = haproxy(text);
    let expected = [
        "error 2:12 bind parameter 'generate-certificates' is not supported yet [generate-certificates] => certificates are not made on the way; name them by 'crt'",
        "error 3:2 keyword 'compression' is not supported yet [compression] => answers are not compressed; let the servers do it",
        "error 4:2 keyword 'reqadd' was taken out of the language [reqadd] => use 'http-request set-header' or 'add-header'",
        "error 5:1 section 'cache' is not supported yet [cache] => answers are not cached",
    ];
    assert_eq!(errors(&parsed), expected);
    let options = Options {
        tolerant: true,
        ..Options::default()
    };
    let tolerant = config::haproxy::parse(&[Source::new("haproxy.cfg", text)], &options);
    assert!(tolerant.is_valid(), "{:?}", said(&tolerant));
    let ignored = said(&tolerant)
        .iter()
        .filter(|line| line.contains("yet and is ignored"))
        .count();
    assert_eq!(ignored, 3);
}

#[test]
fn broken_lines_are_said_and_the_rest_is_read() {
    let parsed = haproxy(
        "listen a\n description \"open\n bind :80\n description \\xZZ\n description \"${1}\"",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 2:14 the quote \" is never closed, so the line cannot be read [\"open] => close it with \" on the same line, or write \\\"",
            "error 4:14 \\x must be followed by two hexadecimal digits [\\x] => write e.g. \\x20, or \\\\x for a backslash and an x",
            "error 5:15 a variable name must follow the $ [${1] => write \"${NAME}\", or \\$ for a dollar sign",
        ]
    );
    assert_eq!(parsed.config.proxies[0].binds.len(), 1);
    assert!(
        said(&parsed)
            .iter()
            .any(|line| line.starts_with("warning 5:1 the last line has no line end"))
    );
}

#[test]
fn keywords_in_the_wrong_place_are_told_where_they_belong() {
    let parsed =
        haproxy("bind :80\nbackend a\n rise 3\n maxcon 3\nfrontend b\n server s 10.0.0.1:80\n");
    assert_eq!(
        errors(&parsed),
        [
            "error 1:1 'bind' stands outside of any section [bind] => begin with 'global', 'defaults', 'frontend NAME', 'backend NAME' or 'listen NAME'",
            "error 3:2 unknown keyword in section backend 'a': 'rise' [rise] => 'rise' is a parameter of a 'server' line",
            "error 4:2 unknown keyword 'maxcon' [maxcon] => did you mean 'maxconn'?",
            "error 6:2 'server' is not allowed in a 'frontend' section [server] => it belongs into: listen, backend",
        ]
    );
}

#[test]
fn passwords_are_not_repeated() {
    let parsed = haproxy("listen a\n stats auth hunter2\n stats auth admin:hunter3\n");
    assert!(
        said(&parsed)
            .iter()
            .all(|line| !line.split('[').next().unwrap().contains("hunter"))
    );
    assert!(!format!("{:?}", parsed.config).contains("hunter3"));
}
