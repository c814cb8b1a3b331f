use crate::said::{haproxy, valid};
use config::haproxy::model::*;
use std::net::SocketAddr;
use std::time::Duration;

const SITE: &str = r"
global
    maxconn 20000
    nbthread 2
    user haproxy
    log 127.0.0.1:1514 local0 info
    log /dev/log local1 notice

defaults
    mode http
    log global
    option httplog
    option dontlognull
    option forwardfor except 127.0.0.0/8 if-none
    option redispatch
    retries 2
    timeout connect 5s
    timeout client 1m
    timeout server 60000
    timeout http-request 10s
    default-server inter 1s rise 2 fall 3

frontend web
    bind 10.0.0.100:80 name public
    bind [2001:db8::100]:8000-8002,*:8080 v4v6
    maxconn 5000
    default_backend site

backend site
    balance leastconn
    option httpchk GET /health
    http-check expect status 200-299
    server web1 10.0.0.21:8080 check weight 10
    server web2 web2.example.com:8080 check backup inter 500ms
";

#[test]
fn a_site_is_read_with_defaults_folded_in() {
    let config = valid(haproxy(SITE));
    assert_eq!(config.global.maxconn.unwrap().value, 20000);
    assert_eq!(config.global.logs.len(), 2);
    let web = config.frontends().next().unwrap();
    assert_eq!(web.mode.value, Mode::Http);
    assert_eq!(web.log_format, LogFormat::Http);
    assert_eq!(web.timeouts.client.unwrap().value, Duration::from_mins(1));
    assert_eq!(web.default_backend.as_ref().unwrap().value.0, "site");
    assert_eq!(config.log_targets(web).count(), 2);
    let site = config.backend(&ProxyName("site".into())).unwrap();
    assert_eq!(site.balance.value, Balance::LeastConn);
    assert_eq!(site.retries.value, 2);
    assert_eq!(site.redispatch, Some(Redispatch { interval: -1 }));
    assert_eq!(site.timeouts.server.unwrap().value, Duration::from_mins(1));
    let forward = site.options.forwardfor.as_ref().unwrap();
    assert!(forward.if_none);
    assert_eq!(forward.except.unwrap().to_string(), "127.0.0.0/8");
}

#[test]
fn binds_expand_ranges_and_lists_and_are_numbered() {
    let config = valid(haproxy(SITE));
    let web = config.frontends().next().unwrap();
    let all: Vec<(u32, String)> = web
        .listen_addresses()
        .map(|(index, _, address)| (index, address.to_string()))
        .collect();
    let expected = [
        (0, "10.0.0.100:80"),
        (1, "[2001:db8::100]:8000"),
        (2, "[2001:db8::100]:8001"),
        (3, "[2001:db8::100]:8002"),
        (4, "0.0.0.0:8080"),
    ];
    assert_eq!(all, expected.map(|(index, text)| (index, text.to_owned())));
    assert_eq!(web.binds[0].name.as_ref().unwrap().value, "public");
    assert_eq!(web.binds[1].ipv6, Ipv6Mode::V4V6);
}

#[test]
fn servers_start_from_default_server() {
    let config = valid(haproxy(SITE));
    let site = config.backend(&ProxyName("site".into())).unwrap();
    let [web1, web2] = site.servers.as_slice() else {
        panic!("two servers")
    };
    assert!(web1.check.enabled && !web1.backup);
    assert_eq!(web1.weight.value, 10);
    assert_eq!(web1.check.inter.value, Duration::from_secs(1));
    assert_eq!(web2.check.inter.value, Duration::from_millis(500));
    assert!(web2.backup);
    let ServerAddress::Tcp { host, port } = &web2.address.value else {
        panic!("a TCP server")
    };
    assert_eq!(*host, Host::Name("web2.example.com".into()));
    assert_eq!(*port, ServerPort::Fixed(8080));
    let [request, expect] = site.check.value.steps() else {
        panic!("an HTTP check")
    };
    let CheckAction::Request(request) = &request.action else {
        panic!("{request:?}")
    };
    assert_eq!(
        (request.method.as_str(), &request.uri),
        ("GET", &CheckText::Fixed(b"/health".to_vec()))
    );
    assert_eq!(request.version.value, "HTTP/1.0");
    let CheckAction::Expect(expect) = &expect.action else {
        panic!("{expect:?}")
    };
    assert_eq!(expect.wanted, ExpectKind::Status(vec![200..=299]));
}

#[test]
fn several_defaults_sections_and_from_choose_what_is_inherited() {
    let config = valid(haproxy(
        "defaults tcp\n mode tcp\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n\
         defaults web from tcp\n mode http\n timeout client 2s\n\
         frontend a\n bind :1\n default_backend x\n\
         frontend b from tcp\n bind :2\n default_backend y\n\
         backend x\n server s 10.0.0.1:80 check\n\
         backend y from tcp\n server s 10.0.0.1:80 check\n",
    ));
    let modes: Vec<Mode> = config.proxies.iter().map(|p| p.mode.value).collect();
    assert_eq!(modes, [Mode::Http, Mode::Tcp, Mode::Http, Mode::Tcp]);
    let client = |at: usize| config.proxies[at].timeouts.client.unwrap().value;
    assert_eq!(
        (client(0), client(1)),
        (Duration::from_secs(2), Duration::from_secs(1))
    );
}

#[test]
fn no_option_and_no_log_take_back_what_defaults_said() {
    let config = valid(haproxy(
        "global\n log 127.0.0.1 local0\ndefaults\n mode http\n log global\n option dontlognull\n \
         option http-server-close\n option redispatch\n timeout client 1s\n timeout server 1s\n \
         timeout connect 1s\nlisten a\n bind :1\n no log\n no option dontlognull\n \
         no option http-server-close\n no option redispatch\n server s 10.0.0.1:80 check\n",
    ));
    let a = &config.proxies[0];
    assert!(a.logs.is_empty() && !a.options.dontlognull && a.redispatch.is_none());
    assert_eq!(a.options.connection_mode, ConnectionMode::KeepAlive);
}

#[test]
fn quoting_escaping_and_variables_follow_the_manual() {
    let env = [("NAME", "lb a"), ("PORT", "8080")]
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    let options = config::Options {
        env: &env,
        ..Default::default()
    };
    let text = "listen a\n description \"${NAME} \\$x \\\"q\\\"\" 'a $NAME \\n' b\\ c\\x41 # d\n \
                bind 127.0.0.1:${PORT}\n log-tag \"${NONE-fall back}\"\n";
    let parsed = config::haproxy::parse(&[config::Source::new("f", text)], &options);
    let a = &parsed.config.proxies[0];
    assert_eq!(
        a.description.as_ref().unwrap().value,
        "lb a $x \"q\" a $NAME \\n b cA"
    );
    assert_eq!(a.log_tag.as_ref().unwrap().value, "fall back");
    let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
    assert_eq!(a.binds[0].addresses[0].value, ListenAddress::Tcp(address));
}

#[test]
fn crlf_files_and_a_byte_order_mark_read_as_plain_ones() {
    let plain = "listen a\n bind :80\n mode http\n timeout client 5s\n server s 10.0.0.1:80\n";
    let crlf = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    assert_eq!(haproxy(plain).config, haproxy(&crlf).config);
}

#[test]
fn server_addresses_of_every_form_are_understood() {
    let cases = [
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("10.0.0.1", "10.0.0.1"),
        ("[2001:db8::1]:80", "[2001:db8::1]:80"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("web-1.example.com:8080", "web-1.example.com:8080"),
        ("10.0.0.1:+1000", "10.0.0.1:+1000"),
        ("ipv4@10.0.0.1:80", "10.0.0.1:80"),
        ("unix@/run/app.sock", "unix@/run/app.sock"),
        ("/run/app.sock", "unix@/run/app.sock"),
    ];
    for (written, read) in cases {
        let parsed = haproxy(&format!("backend b\n server s {written}\n"));
        let server = &parsed.config.proxies[0].servers[0];
        assert_eq!(server.address.value.to_string(), read, "{written}");
    }
}

#[test]
fn balance_algorithms_keep_their_parameters() {
    let cases = [
        ("roundrobin", Balance::RoundRobin),
        ("static-rr", Balance::StaticRr),
        ("source", Balance::Source),
        ("first", Balance::First),
        ("random(3)", Balance::Random { draws: 3 }),
        ("random", Balance::Random { draws: 2 }),
    ];
    for (text, expected) in cases {
        let config = haproxy(&format!("backend b\n balance {text}\n")).config;
        assert_eq!(config.proxies[0].balance.value, expected);
    }
    let config = haproxy("backend b\n balance uri len 20 depth 3 whole\n").config;
    let uri = Balance::Uri {
        len: Some(20),
        depth: Some(3),
        whole: true,
        path_only: false,
    };
    assert_eq!(config.proxies[0].balance.value, uri);
    let config = haproxy("backend b\n balance hdr(X-User)\n").config;
    let Balance::Hdr { name, .. } = &config.proxies[0].balance.value else {
        panic!("by header")
    };
    assert_eq!(name.value, "X-User");
}

#[test]
fn two_texts_that_mean_the_same_give_equal_models() {
    let spread = SITE.replace('\n', "\n\n# moved\n").replace("    ", "\t");
    assert_eq!(haproxy(SITE).config, haproxy(&spread).config);
}
