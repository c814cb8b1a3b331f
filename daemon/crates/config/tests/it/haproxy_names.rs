//! `resolvers` sections, and servers that are given by name: what is read, and what is refused how.

use crate::said::{errors, haproxy, valid};
use config::haproxy::model::{InitAddress, NameServers};
use std::time::Duration;

#[test]
fn sections_are_read_with_the_defaults_of_the_manual() {
    let config = valid(haproxy(
        "resolvers a\n nameserver one 10.0.0.53\n parse-resolv-conf\n nameserver two tcp@[::1]:5353\n\
         resolvers b\n nameserver x udp@10.0.0.1:53\n resolve_retries 5\n timeout resolve 2s\n timeout retry 300\n \
         hold nx 1s\n hold refused 2s\n hold timeout 3s\n hold other 4s\n hold valid 5s\n hold obsolete 6s\n \
         accepted_payload_size 8192\n",
    ));
    let [a, b] = config.resolvers.as_slice() else {
        panic!("{:?}", config.resolvers)
    };
    let sources: Vec<String> = a
        .sources
        .iter()
        .map(|source| match source {
            NameServers::Given {
                name,
                address,
                stream,
            } => format!("{name} {address} {stream}"),
            NameServers::System => "system".to_owned(),
        })
        .collect();
    assert_eq!(
        sources,
        ["one 10.0.0.53:53 false", "system", "two [::1]:5353 true"]
    );
    let seconds = |d: Duration| d.as_millis();
    assert_eq!((a.retries, a.payload), (3, 512));
    assert_eq!((seconds(a.resolve), seconds(a.retry)), (1000, 1000));
    assert_eq!(
        (
            seconds(a.hold.nx),
            seconds(a.hold.valid),
            seconds(a.hold.obsolete)
        ),
        (30_000, 10_000, 0)
    );
    assert_eq!((b.retries, b.payload), (5, 8192));
    assert_eq!((seconds(b.resolve), seconds(b.retry)), (2000, 300));
    let h = b.hold;
    let all = [h.nx, h.refused, h.timeout, h.other, h.valid, h.obsolete].map(seconds);
    assert_eq!(all, [1000, 2000, 3000, 4000, 5000, 6000]);
}

#[test]
fn templates_are_as_many_servers_and_inherit_what_is_said_of_names() {
    let config = valid(haproxy(
        "resolvers dns\n nameserver a 10.0.0.53:53\nbackend b\n \
         default-server resolvers dns init-addr last,libc,10.0.0.9 resolve-prefer ipv4 resolve-net 10.0.0.0/8,192.168.0.0/16\n \
         server-template web 2-3 web.lan:80 resolve-opts allow-dup-ip,ignore-weight\n \
         server-template srv 2 _http._tcp.lan check resolve-prefer ipv6 init-addr none\n",
    ));
    let servers = &config.proxies[0].servers;
    let names: Vec<&str> = servers.iter().map(|s| s.name.0.as_str()).collect();
    assert_eq!(names, ["web2", "web3", "srv1", "srv2"]);
    let web = &servers[1].resolving;
    assert_eq!(
        web.resolvers.as_ref().map(|r| r.value.as_str()),
        Some("dns")
    );
    assert!(web.prefers_ipv4 && web.allow_dup_ip && web.ignore_weight);
    assert_eq!(web.networks.len(), 2);
    let methods = web.init_addr.as_ref().unwrap();
    let last = InitAddress::Ip("10.0.0.9".parse().unwrap());
    assert_eq!(methods.value, [InitAddress::Last, InitAddress::Libc, last]);
    let srv = &servers[2];
    assert_eq!(srv.address.value.service(), Some("_http._tcp.lan"));
    assert!(!srv.resolving.prefers_ipv4 && !srv.resolving.allow_dup_ip);
}

#[test]
fn lines_of_sections_are_judged() {
    let parsed = haproxy(
        "resolvers\nresolvers a\nresolvers b\n nameserver\n nameserver x\n nameserver y dns.lan:53\n nameserver z 10.0.0.1:0\n \
         nameserver n 10.0.0.1:53 maxconn 4\n nameserver n 10.0.0.2:53\n hold\n hold foo 1s\n hold nx soon\n \
         timeout connect 1s\n timeout retry 0\n resolve_retries 0\n accepted_payload_size 100\n nameservers x\nresolvers b\n parse-resolv-conf now\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 1:10 the name of the section is missing [] => write e.g. 'resolvers dns'",
            "error 2:11 resolvers 'a' has no name server [a] => add 'nameserver NAME ADDRESS:53', or 'parse-resolv-conf'",
            "error 4:12 the name of the name server is missing [] => write e.g. 'nameserver dns1 10.0.0.53:53'",
            "error 5:14 the address is missing [] => write e.g. 'nameserver dns1 10.0.0.53:53'",
            "error 6:15 'dns.lan:53' is not the address of a name server [dns.lan:53] => write ADDRESS[:PORT], or tcp@ADDRESS[:PORT] to ask by TCP; a name server cannot be named",
            "error 7:15 '10.0.0.1:0' is not the address of a name server [10.0.0.1:0] => write ADDRESS[:PORT], or tcp@ADDRESS[:PORT] to ask by TCP; a name server cannot be named",
            "error 8:27 'maxconn' behind a name server has no effect here [maxconn] => write the name and the address alone; questions share one connection by TCP",
            "error 9:13 this section has a name server 'n' already [n] => give each name server of a section its own name",
            "error 10:6 the kind of answer is missing [] => write e.g. 'hold nx 30s'",
            "error 11:7 'foo' is not a kind of answer [foo] => write nx, refused, timeout, other, valid or obsolete",
            "error 12:10 'soon' is not a time [soon] => write a number and a unit, e.g. 500ms, 10s, 2m, 1h, 1d",
            "error 13:10 'connect' is not a timeout of a resolvers section [connect] => write resolve or retry",
            "error 14:16 a time of 0 would ask without a pause [0] => write a time of 1ms or more",
            "error 15:18 '0' is not a whole number from 1 to 1000 [0] => write a number from 1 to 1000",
            "error 16:24 '100' is not a whole number from 512 to 65535 [100] => write a number from 512 to 65535",
            "error 17:2 unknown keyword of a resolvers section 'nameservers' [nameservers] => did you mean 'nameserver'?",
            "error 18:11 there is a section 'resolvers b' above [b] => give it another name, or put the lines into one section",
            "error 19:20 unexpected 'now' behind 'parse-resolv-conf' [now] => remove it, or put it on a line of its own",
        ]
    );
}

#[test]
fn parameters_of_named_servers_are_judged() {
    let parsed = haproxy(
        "resolvers dns\n nameserver a 10.0.0.53:53\nbackend b\n \
         server a web.lan:80 resolvers dsn\n server b web.lan:80 resolvers default\n \
         server c web.lan:80 resolve-prefer ipv5\n server d web.lan:80 resolve-net 10.0.0.0/8,1.2.3.4/99\n \
         server e web.lan:80 resolve-opts allow-dup-ip,foo\n server f web.lan:80 init-addr last,foo\n \
         server g _http._tcp.lan\n server-template t\n server-template t x web.lan:80\n server-template t 3-1 web.lan:80\n \
         server-template t 0 web.lan:80\n server-template t 2 10.0.0.1:80\n server-template c 1 web.lan:80\n \
         server-template h 2 web.lan:80 resolvers nope\n server h1 10.0.0.1:80\n server i web.lan:80 resolve-net\n",
    );
    assert_eq!(
        errors(&parsed),
        [
            "error 4:32 there is no section 'resolvers dsn' [dsn] => did you mean 'dns'?",
            "error 6:37 'ipv5' is not a family of addresses [ipv5] => write ipv4 or ipv6",
            "error 7:45 '1.2.3.4/99' is not a network [1.2.3.4/99] => write e.g. 10.0.0.0/8,2001:db8::/32",
            "error 8:48 'foo' is not an option of resolve-opts [foo] => write allow-dup-ip, prevent-dup-ip or ignore-weight",
            "error 9:37 'foo' is not a way to the first address [foo] => write last, libc, none or an address, joined by commas",
            "error 10:11 '_http._tcp.lan' names a service, and no name server is asked for it [_http._tcp.lan] => add 'resolvers NAME' to the line, and a section 'resolvers NAME'",
            "error 11:19 the number of servers is missing [] => write e.g. 'server-template web 3 web.example.com:80 resolvers dns check'",
            "error 12:20 'x' is not a number of servers [x] => write a number from 1 to 4096, or a range such as 1-10",
            "error 13:20 '3-1' is not a number of servers [3-1] => write a number from 1 to 4096, or a range such as 1-10",
            "error 14:20 '0' is not a number of servers [0] => write a number from 1 to 4096, or a range such as 1-10",
            "error 17:43 there is no section 'resolvers nope' [nope] => add 'resolvers nope' with a 'nameserver' line",
            "error 18:9 backend 'b' has a server 'h1' already [h1] => give each server of a backend its own name",
            "error 19:33 the network is missing [] => write e.g. 'resolve-net 10.0.0.0/8'",
        ]
    );
}

#[test]
fn the_number_of_a_template_is_that_of_its_first_server() {
    let config = valid(haproxy(
        "defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n\
         backend b\n server a 127.0.0.1:1 id 1\nbackend c\n server a 127.0.0.1:1 id 1\n server-template t 3 h.lan:1 id 9\n",
    ));
    let ids = config.proxies[1].servers.iter();
    let ids: Vec<Option<u32>> = ids.map(|it| it.id.as_ref().map(|id| id.value)).collect();
    assert_eq!(ids, [Some(1), Some(9), None, None]);
}
