//! Fetches, converters, matches, variables and formats: the same expression through Debian's
//! haproxy and through this proxy gives the same text.

mod protocols;
mod support;

use std::fmt::Write as _;
use support::haproxy::Haproxy;
use support::{Client, Origin, Proxy, free_port};

/// Shown as the answer's body.
const SHOWN: &[&str] = &[
    "%[method] %[path] %[pathq] %[url] %[query] %[base] %[baseq] %[req.ver]",
    "%[req.hdr(x-list)] %[req.hdr(x-list,1)] %[req.hdr(x-list,-2)] %[req.fhdr(x-list)] %[hdr(nope)]",
    "%[req.hdr_cnt(x-list)] %[req.fhdr_cnt(x-list)] %[req.hdr_names] %[req.hdr_names(:)]",
    "%[req.hdr_val(x-n)] %[req.hdr_ip(x-ip)] %[hdr_ip(x-list)] %[req.hdrs,length]",
    "%[req.cook(a)] %[req.cook(b)] %[req.cook_val(n)] %[req.cook_cnt(a)] %[req.cook_cnt()]",
    "%[urlp(x)] %[urlp(y)] %[urlp_val(n)] %[urlp(none)] %[url_param(x)]",
    "%[src] %[dst] %[dst_port] %[src_is_local] %[dst_is_local] %[fc_http_major] %[ssl_fc]",
    "%[fe_name] %[nbsrv(app)] %[fe_conn] %[srv_is_up(app/s)] %[srv_conn(app/s)] %[queue(app)]",
    "%[http_auth_user] %[http_auth_pass] %[http_auth_type] %[http_auth(people)] %[http_auth_group(people)]",
    "%[str(a b)] %[str('x,y)')] %[int(-5)] %[bool(true)] %[bin(414243)] %[ipv4(10.0.0.1)] %[ipv6(2001:db8::1)]",
    "%[path,lower] %[path,upper] %[path,length] %[path,hex] %[path,base64] %[path,base64,b64dec]",
    "%[path,ub64enc] %[path,ub64enc,ub64dec] %[str(Zm9v),b64dec] %[str(Zm9),b64dec] %[str(Zm9v),ub64dec]",
    "%[path,bytes(1)] %[path,bytes(1,2)] %[path,bytes(100)] %[path,bytes(0,100)]",
    "%[str(f1_f2_f3__f5),field(5,_)] %[str(f1_f2_f3__f5),field(2,_,0)] %[str(f1_f2_f3__f5),field(2,_,2)] %[str(f1_f2_f3__f5),field(-2,_,3)] %[str(f1_f2_f3__f5),field(-3,_,0)]",
    "%[str(w1_w2_w3___w4),word(4,_)] %[str(w1_w2_w3___w4),word(2,_,0)] %[str(w1_w2_w3___w4),word(3,_,2)] %[str(w1_w2_w3___w4),word(-2,_,3)] %[str(w1_w2_w3___w4),word(-3,_,0)] %[str(w1_w2_w3___w4),word(9,_)]",
    "%[path,regsub(/,_)] %[path,regsub(/,_,g)] %[path,regsub(P,x,gi)] %[path,regsub('^/(.)(.*)','\\2-\\1')] %[path,regsub(b,$1)]",
    "%[int(7),add(3)] %[int(7),sub(9)] %[int(7),mul(-3)] %[int(7),div(2)] %[int(7),div(0)] %[int(-7),div(0)] %[int(7),mod(4)] %[int(7),mod(0)]",
    "%[int(12),and(10)] %[int(12),or(3)] %[int(12),xor(10)] %[int(12),cpl] %[int(12),neg] %[int(12),not] %[int(0),not] %[int(12),bool] %[int(3),odd] %[int(3),even]",
    "%[path,crc32] %[path,crc32c] %[path,djb2] %[path,sdbm] %[path,xxh32] %[path,xxh32(5)] %[path,xxh64]",
    "%[path,crc32(1)] %[path,crc32c(1)] %[path,djb2(1)] %[path,sdbm(1)] %[path,crc32(0)] %[base32] %[url32] %[base32+src,hex] %[url32+src,hex] %[req.fhdr(x-long),djb2(1)]",
    "%[req.fhdr(x-long),xxh32] %[req.fhdr(x-long),xxh64] %[req.fhdr(x-long),xxh64(3)] %[req.fhdr(x-long),crc32c] %[req.fhdr(x-long),sha1,hex]",
    "%[path,digest(sha256),hex] %[path,digest(sha1),hex] %[path,hmac(sha256,a2V5),hex] %[path,hmac(sha512,a2V5),hex]",
    "%[req.fhdr(x-doc),json_query('$.a.b')] %[req.fhdr(x-doc),json_query('$.a.n')] %[req.fhdr(x-doc),json_query('$.a.n',int)] %[req.fhdr(x-doc),json_query('$.a.l[1]')] %[req.fhdr(x-doc),json_query('$.a.t')] %[req.fhdr(x-doc),json_query('$.none')]",
    "%[path,sha1,hex] %[path,sha2,hex] %[path,sha2(224),hex] %[path,sha2(512),hex,length]",
    "%[str(a%20b+c?d+e),url_dec] %[str(a%20b+c),url_dec(1)] %[str(a%2),url_dec] %[str(a b/c?d),url_enc]",
    "%[req.fhdr(x-json),json(utf8)] %[req.fhdr(x-json),json(ascii)] %[req.fhdr(x-json),json(utf8s)] %[req.fhdr(x-json),json(utf8p)]",
    "%[str(abc),strcmp(txn.abc)] %[str(abd),strcmp(txn.abc)] %[str(abb),strcmp(txn.abc)] %[str(abc),secure_memcmp(txn.abc)] %[str(x),secure_memcmp(txn.abc)]",
    "%[var(txn.abc)] %[var(txn.n),add(txn.n)] %[var(sess.s)] %[var(req.r)] %[var(txn.none)] %[var(proc.p)] %[var(txn.fmt)] %[var(txn.gone)]",
    "%[str(x),concat(<,txn.abc,>)] %[str(x),concat(,txn.none,y)] %[str(),add_item(:,txn.abc)] %[str(a),add_item(:,txn.abc,z)] %[str(a),add_item(:,txn.none)]",
    "%[bool(1),iif(yes,no)] %[bool(0),iif(yes,no)] %[str(h.example:81),host_only] %[str(h.example:81),port_only] %[str([2001:db8::1]:80),host_only] %[str(h),port_only]",
    "%[str(127.0.0.1),map_ip(nets.map,none)] %[str(10.1.2.3),map_ip(nets.map)] %[str(10.200.0.1),map_ip(nets.map)] %[str(9.9.9.9),map_ip(nets.map,none)]",
    "%[str(one),map(words.map)] %[str(two),map_str(words.map)] %[str(oneX),map_beg(words.map)] %[str(Xtwo),map_end(words.map)] %[str(XoneX),map_sub(words.map)] %[str(nope),map(words.map,dflt)] %[str(nope),map(words.map)]",
    "%[str(one),map_str_int(ints.map),add(1)] %[str(aXb),map_reg(regs.map)] %[str(foo-42),map_regm(regs.map)] %[int(7),map_int(numbers.map)]",
    "%[date(-100),http_date,length] %[int(784111777),http_date] %[int(784111777),http_date(60)] %[int(784111777000),http_date(0,ms)] %[int(0),utime(%Y-%m-%d_%H:%M:%S_%j_%a_%b_%y)] %[int(1709210096),utime(%F_%T_%e_%I_%p_%u_%w_%D)]",
    "%[src,ipmask(24)] %[src,ipmask(255.0.0.0)] %[str(2001:db8::ffff),ipmask(24,32)] %[str(10.9.8.7),ipmask(8)] %[src,ipmask(0)]",
    "%[str(x  ),rtrim( )] %[str(xxay),ltrim(x)] %[bin(01020304),be2dec(:,2)] %[bin(0102030405),be2dec(:,2)] %[bin(0102030405),be2dec(:,2,1)] %[bin(01aB02),be2hex(-,2)]",
    "%[req.fhdr(accept-language),language(fr;de;en)] %[req.fhdr(accept-language),language(it;es,pl)] %[req.fhdr(accept-language),language(de)]",
    "%[str(5x),add(1)] %[str(-5x),add(1)] %[str(x),add(1)] %[src,add(1)] %[int(784111777123),http_date(1,ms)] %[str(1F),hex2i] %[str(zz),hex2i] %[int(255),htonl,hex] %[str(  5 ),add(1)] %[str(10),add(5)]",
    "%[src,sha1,hex] %[src,base64] %[src,crc32] %[src,sdbm] %[src,xxh64] %[src,be2dec(.,1)] %[src,bytes(1,2),hex] %[int(258),be2hex(:,1)]",
    "%[int(5),base64] %[int(-1),bytes(6),hex] %[int(300),sha2(256),hex] %[always_true,ub64enc] %[int(5),hmac(sha256,a2V5),hex] %[int(7),xxh32]",
    "%[str(),add(1)] %[str(),neg] %[str(),even] %[str(),bool] %[str(),utime(%Y)] %[str(),hex] %[str(),length] %[hdr_val(x-empty)] %[urlp_val(e)]",
    "%[str(Host.EXAMPLE:81),host_only] %[str([FE80::A]:1),host_only] %[str(A),host_only]",
    "%[int(1700000000),ltime(%c|%U|%V|%W|%G|%g|%x|%X|%r|%k|%l|%P|%h|%C)] %[int(1704003000),ltime(%G-%V %U %W %l%P)] %[int(1609459199),ltime(%G-%V %U)] %[int(1230768000),ltime(%G-%V %g)]",
    "<%[req.fhdr(x-doc),json_query('$.a')]> <%[req.fhdr(x-doc),json_query('$.a.l')]> <%[req.fhdr(x-doc),json_query('$.a.b',int)]> <%[req.fhdr(x-num),json_query('$.f')]> <%[req.fhdr(x-num),json_query('$.f',int)]> <%[req.fhdr(x-num),json_query('$.e')]> <%[req.fhdr(x-num),json_query('$.t',int)]>",
    "%[unique-id] %[capture.req.method] %[capture.req.uri] %[capture.req.ver] %[capture.req.hdr(0)] %[capture.req.hdr(1)] %[http_first_req]",
    "%HM %HU %HP %HQ %HV %r %f %b %s %ci %fi %fp %ID %hr %hrl %ST %rc %{+Q}HM %{+X}ci %{+X}fp %{+Q}o %HM %f",
    "%{+E}[req.fhdr(x-json)] %{+Q,+E}[path] 100%% %[str(a),set-var(txn.late)]%[var(txn.late)]",
    "%[so_id] %[so_name] %[fc_rtt(us),bool] %[fc_rttvar(us),bool] %[fc_rtt,div(1000)] %[fc_unacked,div(1000)] %[fc_lost] %[fc_retrans] %[fc_sacked] %[fc_fackets] %[fc_reordering]",
    "%[req.fhdr(x-jwt),jwt_header_query('$.alg')] %[req.fhdr(x-jwt),jwt_payload_query('$.sub')] %[req.fhdr(x-jwt),jwt_payload_query('$.iat',int)] %[req.fhdr(x-jwt),jwt_payload_query('$.none')]",
    "%[req.fhdr(x-jwt),jwt_verify(HS256,secret)] %[req.fhdr(x-jwt),jwt_verify(HS256,wrong)] %[req.fhdr(x-jwt),jwt_verify(HS512,secret)] %[str(a.b),jwt_verify(HS256,secret)] %[req.fhdr(x-jwt),jwt_verify(txn.abc,secret)] %[req.fhdr(x-jwt),jwt_verify(txn.alg,txn.key)]",
    "%[rand(1)] %[uuid(),length] %[env(NOT_SET)] %[thread] %[nbproc] %[fe_defbe] %[connslots(app)] %[be_conn_free(app)]",
];

/// What the body of `yes` or `no` says.
const TESTS: &[&str] = &[
    "path /p/B",
    "path -i /P/b",
    "path -m beg /p",
    "path_beg /q /p",
    "path_end b",
    "path_end -i b",
    "path_sub /",
    "path_sub x",
    "path_dir p",
    "path_dir B",
    "path_dir x",
    "hdr_dom(host) example",
    "hdr_dom(host) exampl",
    "hdr_beg(host) www.",
    "hdr_end(host) .com",
    "hdr(host) -m reg ^w+",
    "path_reg ^/[a-z]/[A-Z]$",
    "path_len 4",
    "path_len gt 4",
    "path -m len 1:9",
    "path -m found",
    "hdr(nope) -m found",
    "hdr(x-list) two",
    "hdr(x-list) -m str three one",
    "req.hdr_cnt(x-list) 3",
    "hdr_val(x-n) 40:50",
    "hdr_val(x-n) ge 43",
    "hdr_val(x-n) lt 43 gt 41",
    "src 127.0.0.0/8",
    "src 10.0.0.0/8 ::1",
    "src -f nets.lst",
    "hdr_ip(x-ip) -f nets.lst",
    "path -f paths.lst",
    "path -i -f paths.lst",
    "hdr(host) -m end -f ends.lst",
    "path,lower -m str /p/b",
    "int(5) 5",
    "path -m int 0",
    "hdr(x-n) -m bool",
    "int(5) eq 4",
    "bool(1)",
    "int(0)",
    "int(2)",
    "str(abc) -m bool",
    "method GET HEAD",
    "method POST",
    "url_param(x) -m found",
    "urlp(x) 1",
    "cook(a) -m str 1",
    "always_true",
    "always_false",
    "src,map_ip(nets.map) -m found",
    "str(x),map(words.map) -m found",
    "path,map_beg_int(paths.map) gt 5",
    "var(txn.abc) -m str abc",
    "var(txn.n) -m int 21",
    "var(txn.n) -m int gt 20",
    "var(txn.none) -m found",
    "bin(0102) -m bin 0102",
    "bin(0102) -m bin 0103",
    "ssl_fc",
    "http_auth(people)",
    "http_auth_group(people) ops",
    "http_auth(others)",
    "dst_port lt 1",
    "req.ver 1.1",
    "path -m str -- -i /p/B",
    "path -M -f words.map",
    "base_beg www.example.com/",
    "url_beg /",
    "url_dom example",
    "req.hdr(x-n),add(1) eq 43",
    "req.hdr(x-n) -m int eq 42",
];

/// Conditions with more than one term.
const CONDITIONS: &[&str] = &[
    "if a b",
    "if a !b",
    "if !a or b",
    "if a b or c",
    "if c || a !c",
    "unless a c",
    "unless c",
    "if { path /p/B } !{ path /x } or FALSE",
    "if TRUE LOCALHOST METH_GET",
    "if HTTP HTTP_1.1",
    "if HTTP_URL_SLASH !HTTP_URL_ABS !HTTP_CONTENT",
    "if many",
    "if ! c",
];

const FILES: &[(&str, &str)] = &[
    (
        "nets.map",
        "# networks\n10.0.0.0/8 ten\n10.1.0.0/16 ten-one\n\n127.0.0.1 self\n",
    ),
    ("words.map", "one 1st\ntwo 2nd word\n/p/B path\n"),
    ("ints.map", "one 41\n"),
    ("numbers.map", "5 five\n7 seven\n"),
    ("regs.map", "^a.b$ matched\n^foo-([0-9]+)$ number-\\1\n"),
    ("paths.map", "/p 7\n/ 1\n"),
    (
        "nets.lst",
        "192.0.2.0/24\n127.0.0.0/8\n# more\n10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4\n10.0.0.5\n2001:db8::/32\n",
    ),
    ("paths.lst", "/a\n/b\n/p/b\n"),
    ("ends.lst", ".org\n.com\n"),
];

const REQUEST: &str = "GET /p/B?x=1&y=%41;n=12;e= HTTP/1.1\r\nHost: www.example.com\r\nX-List: one, two\r\nX-List: three\r\nX-N: 42\r\nX-Doc: {\"a\":{\"b\":\"c\",\"n\":5,\"l\":[1,2],\"t\":true}}\r\nX-Num: {\"f\":1.5,\"e\":1e3,\"big\":1e30,\"t\":\"7\"}\r\nX-Empty:\r\nX-Ip: 10.0.0.3\r\nX-Json: a\"b/c\\d\u{e4}]\r\nX-Long: The quick brown fox jumps over the lazy dog, twice and thrice\r\nCookie: a=1; b=two; n=3\r\nCookie: a=4\r\nAccept-Language: it;q=0.4, de;q=0.8, en;q=0.7\r\nAuthorization: Basic YW5uYTpwYXNz\r\nX-Jwt: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm5hIiwiaWF0IjoxNTE2MjM5MDIyfQ.kyjnpRZsbVBNCJ7_d5tjiNeXec-zR46YMW6vEekzmD0\r\n";

fn config(port: u16, origin: u16, folder: &str) -> String {
    let mut text = format!(
        "global\n    nbthread 1\n    set-var proc.p str(process)\nuserlist people\n    group ops users anna\n    user anna insecure-password pass\n    user otto insecure-password x groups ops\nuserlist others\n    user anna password $5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:{port} name main\n    unique-id-format %{{+X}}o%ci-%fi-%HM\n    capture request header X-N len 1\n    acl a path /p/B\n    acl b hdr(x-n) 42\n    acl c path /c\n    acl many path /x\n    acl many path /p/B\n    http-request capture req.hdr(host) len 3\n    http-request set-var(txn.abc) str(abc)\n    http-request set-var(txn.n) int(21)\n    http-request set-var(txn.alg) str(HS256)\n    http-request set-var(txn.key) str(secret)\n    http-request set-var(sess.s) src\n    http-request set-var(req.r) path,upper\n    http-request set-var-fmt(txn.fmt) \"%[path]-%HM\"\n    http-request set-var(txn.gone) str(x)\n    http-request unset-var(txn.gone)\n"
    );
    let file = |expression: &str| {
        FILES.iter().fold(expression.to_owned(), |text, (name, _)| {
            text.replace(name, &format!("{folder}/{name}"))
        })
    };
    let answer = "http-request return status 200 content-type text/plain";
    for (n, shown) in all_shown().enumerate() {
        let shown = file(&shown.replace('\\', "\\\\").replace('"', "\\\""));
        let _ = writeln!(
            text,
            "    {answer} lf-string \"{}\" if {{ req.hdr(x-case) s{n} }}",
            shown.replace('$', "\\$")
        );
    }
    for (n, test) in TESTS.iter().enumerate() {
        let _ = writeln!(
            text,
            "    {answer} string yes if {{ req.hdr(x-case) t{n} }} {{ {} }}",
            file(test)
        );
    }
    for (n, condition) in CONDITIONS.iter().enumerate() {
        let _ = writeln!(
            text,
            "    http-request set-var(txn.c{n}) int(1) {condition}"
        );
        let _ = writeln!(
            text,
            "    {answer} string yes if {{ req.hdr(x-case) c{n} }} {{ var(txn.c{n}) -m found }}"
        );
    }
    let _ = write!(
        text,
        "    {answer} string no if {{ req.hdr(x-case) -m found }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\n"
    );
    text
}

fn all_shown() -> impl Iterator<Item = String> {
    let own = SHOWN.iter().map(|text| (*text).to_owned());
    own.chain(protocols::shown())
}

fn ask(client: &mut Client, case: &str) -> String {
    client.send(format!("{REQUEST}X-Case: {case}\r\n\r\n"));
    let (head, body) = client.response();
    let status = head.split(' ').nth(1).unwrap_or("").to_owned();
    format!("{status} {}", String::from_utf8_lossy(&body))
}

#[test]
fn expressions_give_what_they_give_in_haproxy() {
    let origin = Origin::named("origin");
    let folder = std::env::temp_dir().join(format!("tandem-expr-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let place = folder.to_str().unwrap();
    let (theirs, ours) = (free_port(), free_port());
    let started = Haproxy::start(&config(theirs, origin.port, place), theirs);
    let Some(_haproxy) = started else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let _proxy = Proxy::start(&config(ours, origin.port, place));
    let (mut a, mut b) = (Client::connect(theirs), Client::connect(ours));
    let shown = all_shown()
        .enumerate()
        .map(|(n, text)| (format!("s{n}"), text));
    let tests = TESTS
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("t{n}"), (*text).to_owned()));
    let conditions = CONDITIONS
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("c{n}"), (*text).to_owned()));
    let mut differ = Vec::new();
    for (case, text) in shown.chain(tests).chain(conditions) {
        let (one, two) = (ask(&mut a, &case), ask(&mut b, &case));
        // Each listens at a port of its own; a digest may hold the same digits by chance.
        let moved = two.replace(&ours.to_string(), &theirs.to_string());
        let moved = moved.replace(&format!("{ours:04X}"), &format!("{theirs:04X}"));
        if one != two && one != moved {
            differ.push(format!("{text}\n  haproxy: {one}\n  ours:    {two}"));
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
}
