//! A configuration that is refused leaves nothing behind: the one before goes on as it was.

use super::support::{Client, Origin, Proxy, free_port, haproxy::ask};
use std::path::PathBuf;

/// Files of a test; they go with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let own = std::env::temp_dir().join(format!("tandem-refused-{}", std::process::id()));
        std::fs::create_dir_all(&own).unwrap();
        Self(own)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const CONFIG: &str = "
global
    nbthread 1
    stats socket SOCKET level admin
    set-var proc.level str(LEVEL)
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:PORT
    http-request track-sc0 src table counts
    http-request deny if { path,map_reg(RULES) -m found }
    default_backend b
backend b
    balance roundrobin
    server s1 127.0.0.1:FIRST weight 50
    server s2 127.0.0.1:SECOND weight 50 WORDS
backend counts
    stick-table type ip size 10 store STORE
";

#[test]
fn servers_tables_variables_and_files_stay_what_they_were() {
    let (a, b) = (Origin::named("a"), Origin::named("b"));
    let (folder, port) = (Folder::new(), free_port());
    let socket = PathBuf::from(folder.path("socket"));
    let config = |level: &str, second: u16, words: &str, store: &str| {
        [
            ("SOCKET", folder.path("socket")),
            ("LEVEL", level.to_owned()),
            ("PORT", port.to_string()),
            ("RULES", folder.path("rules")),
            ("FIRST", a.port.to_string()),
            ("SECOND", second.to_string()),
            ("WORDS", words.to_owned()),
            ("STORE", store.to_owned()),
        ]
        .iter()
        .fold(CONFIG.to_owned(), |text, (word, value)| {
            text.replace(word, value)
        })
    };
    let asked = |count: usize| {
        let mut client = Client::connect(port);
        let each = (0..count).map(|_| String::from_utf8(client.get("/x").1).unwrap());
        each.collect::<Vec<_>>().concat()
    };
    folder.write("rules", "^/forbidden yes\n");
    let fine = config("old", b.port, "", "http_req_cnt");
    let mut proxy = Proxy::start(&fine);
    let before = asked(4);
    assert!(before.contains('a') && before.contains('b'), "{before}");
    folder.write("rules", "(forbidden yes\n");
    for (second, words) in [
        (b.port, "disabled"),
        (free_port(), "check"),
        (b.port, "weight 0"),
    ] {
        let other = config("new", second, words, "gpc0");
        let reasons = proxy.configure(&other).unwrap_err();
        assert!(reasons[0].contains("rules"), "{reasons:?}");
    }
    let after = asked(4);
    assert!(after.contains('a') && after.contains('b'), "{after}");
    assert_eq!(proxy.server_state("b", "s2"), "no check");
    let table = ask(&socket, "show table counts");
    assert!(table.contains(" http_req_cnt=8\n"), "{table}");
    let level = ask(&socket, "get var proc.level");
    assert!(level.contains("value=<old>"), "{level}");
    // Orders go on to be carried out with the files that it came with.
    ask(&socket, "set maxconn frontend f 7");
    let all = proxy.statistics();
    let line = all.lines().find(|line| line.starts_with("f,FRONTEND,"));
    assert_eq!(line.and_then(|line| line.split(',').nth(6)), Some("7"));
    folder.write("rules", "^/forbidden yes\n");
    proxy.configure(&fine).unwrap();
    let table = ask(&socket, "show table counts");
    assert!(table.contains(" http_req_cnt=8\n"), "{table}");
}
