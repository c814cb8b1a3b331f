//! Scenes through haproxy and through ours, side by side: what clients got, what the origin saw (it
//! says so in its answers), the lines of the log, the statistics.

use super::clients::follow;
use super::frames::Frames;
use super::origin;
use super::plain::Plain;
use super::scene::Scene;
use super::support::figures::{differences, figures};
use super::support::haproxy::{self, Haproxy, Socket};
use super::support::told::without_times;
use super::support::{Proxy, WAIT, free_port};
use std::fmt::Write as _;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Of times only whether they are known.
const FORMAT: &str = "%f %b/%s %ST %tsc %rc %sq/%bq %[src] %[dst] T=%TR/%Tw/%Tc/%Tr [%ID] %{+Q}r";

/// One of the two proxies with a section for each scene.
struct Side {
    ports: Vec<u16>,
    probe: u16,
    log: UdpSocket,
}

impl Side {
    fn new(scenes: &[Scene]) -> Self {
        let log = UdpSocket::bind("127.0.0.1:0").unwrap();
        log.set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        Self {
            ports: scenes.iter().map(|_| free_port()).collect(),
            probe: free_port(),
            log,
        }
    }

    fn config(&self, global: &str, sections: &str, scenes: &[Scene], origin: u16) -> String {
        let log = self.log.local_addr().unwrap().port();
        let mut text = format!(
            "global\n nbthread 1\n maxconn 2000\n log 127.0.0.1:{log} format raw local0\n{global}defaults\n mode http\n log global\n option dontlognull\n log-format '{FORMAT}'\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n retries 0\nfrontend probe\n bind 127.0.0.1:{}\n{sections}",
            self.probe
        );
        for (scene, port) in scenes.iter().zip(&self.ports) {
            let Scene {
                name,
                frontend,
                backend,
                ..
            } = scene;
            let accept = if frontend.contains("accept-proxy") {
                " accept-proxy"
            } else {
                ""
            };
            let frontend = frontend.replace("accept-proxy\n", "");
            writeln!(
                text,
                "frontend {name}\n bind 127.0.0.1:{port}{accept}\n {frontend}\n default_backend b-{name}\nbackend b-{name}\n {backend}"
            )
            .unwrap();
        }
        text.replace("ORIGIN", &format!("127.0.0.1:{origin}"))
            .replace("DEAD", "127.0.0.1:1")
    }

    /// What clients got, scene by scene: those of HTTP/1, then those of HTTP/2.
    fn play(&self, scenes: &[Scene]) -> Vec<Vec<String>> {
        std::thread::scope(|scope| {
            let all: Vec<_> = scenes
                .iter()
                .zip(&self.ports)
                .map(|(scene, &port)| {
                    scope.spawn(move || {
                        let mut came = follow::<Plain>(port, scene.client);
                        if scene.in_both() {
                            came.extend(follow::<Frames>(port, scene.client));
                        }
                        came.iter()
                            .map(|text| text.replace(&port.to_string(), "PORT"))
                            .collect()
                    })
                })
                .collect();
            all.into_iter().map(|scene| scene.join().unwrap()).collect()
        })
    }

    /// Takes lines as they come, until there are so many or no more come.
    fn gather(&self, wanted: usize, over: &AtomicBool) -> Vec<String> {
        let (mut lines, mut buffer) = (Vec::new(), [0; 9000]);
        let mut last = Instant::now();
        while lines.len() < wanted && last.elapsed() <= WAIT / 4 {
            if !over.load(Relaxed) {
                last = Instant::now();
            }
            let Ok(n) = self.log.recv(&mut buffer) else {
                continue;
            };
            last = Instant::now();
            let text = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
            if !text.starts_with("probe ") && text.contains(' ') {
                lines.push(text);
            }
        }
        lines
    }

    /// The lines of each scene, of all that came.
    fn by_scene(&self, scenes: &[Scene], lines: &[String]) -> Vec<Vec<String>> {
        let of = |(scene, port): (&Scene, &u16)| {
            let own = lines.iter();
            let own = own.filter(|line| line.split(' ').next() == Some(scene.name));
            own.map(|line| without_times(line).replace(&port.to_string(), "PORT"))
                .collect()
        };
        scenes.iter().zip(&self.ports).map(of).collect()
    }

    /// What clients got and what was logged.
    fn run(&self, scenes: &[Scene]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let over = AtomicBool::new(false);
        let wanted = scenes.iter().map(Scene::lines).sum();
        let (came, lines) = std::thread::scope(|scope| {
            let lines = scope.spawn(|| self.gather(wanted, &over));
            let playing = Playing(&over);
            let came = self.play(scenes);
            drop(playing);
            (came, lines.join().unwrap())
        });
        (came, self.by_scene(scenes, &lines))
    }
}

/// Says that it is over, also where a scene fails.
struct Playing<'a>(&'a AtomicBool);

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Plays the scenes on both sides. `sections` stand before theirs.
pub fn compare(sections: &str, scenes: &[Scene]) {
    let (one, two) = (origin::start(), origin::start());
    let (theirs, ours) = (Side::new(scenes), Side::new(scenes));
    let socket = Socket::new("effects", theirs.probe);
    let text = theirs.config(&format!(" {}\n", socket.line()), sections, scenes, one.port);
    let Some(haproxy) = Haproxy::start(&text, theirs.probe) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let mut proxy = Proxy::start(&ours.config("", sections, scenes, two.port));
    let theirs = theirs.run(scenes);
    let ours = ours.run(scenes);
    let mut differ = String::new();
    for (at, scene) in scenes.iter().enumerate() {
        for (what, theirs, ours) in [
            ("answer", &theirs.0[at], &ours.0[at]),
            ("line", &theirs.1[at], &ours.1[at]),
        ] {
            unlike(&mut differ, scene, what, theirs, ours);
        }
    }
    differ += &counted(&mut proxy, &socket);
    drop(haproxy);
    assert!(differ.is_empty(), "haproxy's first\n{differ}");
}

/// Notes what is not the same in two lists.
fn unlike(differ: &mut String, scene: &Scene, what: &str, theirs: &[String], ours: &[String]) {
    let none = String::new();
    for n in 0..theirs.len().max(ours.len()) {
        let [one, two] = [theirs, ours].map(|list| list.get(n).unwrap_or(&none));
        if one != two {
            let (name, step) = (scene.name, &scene.client[n % scene.client.len()]);
            let _ = writeln!(
                differ,
                "--- {name}, {what} {n}, {step:?}\n{one}\n--- ours\n{two}\n"
            );
        }
    }
}

/// haproxy counts the bytes of its own form of a message (docs/logs.md); each side has an origin of its
/// own; a client may be back before its last connection is gone; when a connection to a server is taken
/// again is a matter of tests/reuse.rs.
const APART: &[&str] = &["bin", "bout", "addr", "smax", "connect", "reuse"];

/// Differences of the statistics.
fn counted(proxy: &mut Proxy, socket: &Socket) -> String {
    differences(Duration::from_secs(3), APART, || {
        let theirs = figures(&haproxy::ask(&socket.0, "show stat"));
        (theirs, figures(&proxy.statistics()))
    })
}
