//! What is said about expressions, variables, captures, answers and stick tables that cannot be.

use crate::said::{errors, haproxy};

#[test]
fn expressions_and_rules_are_refused_where_they_are_wrong() {
    let text = [
        "backend b",
        " mode http",
        " server s 10.0.0.1:80",
        "frontend web",
        " mode http",
        " bind :80",
        " timeout client 5s",
        " default_backend b",
        " http-request set-var(host) path",
        " http-request set-var(txn.a-b) path",
        " http-request capture path",
        " acl a var(txn.a) x",
        " http-request track-sc0 src table nope",
        " http-request track-sc1 src",
        " acl b sc_http_req_rate(5) gt 1",
        " acl c http_auth(nobody)",
        " http-request set-header X %[path,field(1)]",
        " http-request set-header X %[path,bytes(a)]",
        " http-request set-header X %[src_is_local(1)]",
        " http-request set-header X %{+Z}ci",
        " http-request set-log-level loud",
        " http-error status 418 content-type text/plain string x",
        " http-request return status 200 text x",
        " tcp-request connection expect-proxy",
        " capture request header Host",
        " errorfiles site",
    ];
    let parsed = haproxy(&format!("{}\n", text.join("\n")));
    let expected = [
        "error 9:23 the variable 'host' has no scope [host] => write one of proc, sess, txn, req, res in front, e.g. 'txn.host'",
        "error 10:23 'txn.a-b' cannot be the name of a variable [txn.a-b] => use letters, digits, '_' and '.' behind the scope",
        "error 11:27 'len' or 'id' is missing [] => write e.g. 'capture req.hdr(User-Agent) len 64'",
        "error 12:18 this may be anything, so a method of matching is needed [] => write e.g. '-m str', '-m int' or '-m found' behind it",
        "error 13:35 there is no stick table 'nope' [nope] => add a stick table of that name",
        "error 14:25 frontend 'web' has no stick table [src] => add 'stick-table type ip size 100k expire 10m store …', or name the section that has one: 'table NAME'",
        "error 15:8 there is no counter 5 [sc_http_req_rate(5)] => counters are 0, 1 and 2",
        "error 16:8 there is no userlist 'nobody' [http_auth(nobody)] => add a userlist of that name",
        "error 17:35 'field' needs 2 arguments [field(1)] => write 'field(NUMBER,TEXT)'",
        "error 18:35 'a' in 'bytes(a)' is not a whole number [bytes(a)] => write a whole number there",
        "error 19:30 'src_is_local' takes no argument [src_is_local(1)] => remove what is too much",
        "error 20:30 '+Z' is not a flag of format variables [+Z] => write +Q (quotes), +X (hexadecimal) or +E (escapes)",
        "error 21:29 'loud' is not a level [loud] => write silent, or one of emerg, alert, crit, err, warning, notice, info, debug",
        "error 22:20 the proxy never answers 418 by itself [418] => one of 200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504",
        "error 23:33 'text' is not a parameter of 'return' [text] => it takes status, content-type, string, lf-string, file, lf-file, errorfile, errorfiles, default-errorfiles, hdr",
        "error 24:37 'layer4' is missing [] => write e.g. 'tcp-request connection expect-proxy layer4'",
        "error 25:29 'len' is missing [] => write e.g. 'capture request header Host len 64'",
        "error 26:13 there is no http-errors section 'site' [site] => add a http-errors section of that name",
    ];
    assert_eq!(errors(&parsed), expected);
}

#[test]
fn stick_tables_say_what_they_store_and_of_what_kind() {
    let text = [
        "backend b",
        " mode http",
        " server s 10.0.0.1:80",
        " stick-table type mac size 1",
        " stick-table type ip size 1m store http_req_rate",
        " stick-table type ip size 1m store conn_cntt",
        " stick-table type ip",
        " stick often src",
    ];
    let parsed = haproxy(&format!("{}\n", text.join("\n")));
    let expected = [
        "error 4:19 'mac' is not a type of key [mac] => write ip, ipv6, integer, string or binary",
        "error 5:36 'http_req_rate' is not how 'http_req_rate' is stored [http_req_rate] => write 'http_req_rate(10s)'",
        "error 6:36 a stick table does not store 'conn_cntt' [conn_cntt] => did you mean 'conn_cnt'?",
        "error 7:21 'size' is missing [] => write e.g. 'stick-table type ip size 100k expire 10m store http_req_rate(10s)'",
        "error 8:8 'often' is not a kind of stick rule [often] => write on, match, store-request or store-response",
    ];
    assert_eq!(errors(&parsed), expected);
}

#[test]
fn userlists_know_their_users() {
    let text = [
        "userlist people",
        " user anna insecure-password hunter2",
        " group ops users otto",
        " admin anna",
    ];
    let parsed = haproxy(&format!("{}\n", text.join("\n")));
    let expected = [
        "error 3:18 there is no user 'otto' in this userlist [otto] => add 'user otto password …'",
        "error 4:2 unknown keyword 'admin' in this section [admin] => it takes user and group lines",
    ];
    assert_eq!(errors(&parsed), expected);
}
