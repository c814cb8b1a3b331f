//! One of the two proxies, with a section for each scene.

use super::clients::Clients;
use super::gate::Gate;
use super::scene::{Do, Scene};
use super::support::figures::{Figures, figures};
use super::support::haproxy::Socket;
use super::support::told::{Page, without_times};
use super::support::{Origin, free_port, haproxy};

use std::fmt::Write as _;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Of times only whether they are known.
const FORMAT: &str = "%f %b/%s %ST %tsc %rc %sq/%bq %fc/%bc/%sc T=%TR/%Tw/%Tc/%Tr/%Ta %{+Q}r";

/// What has not happened after this long does not.
const PATIENCE: Duration = Duration::from_secs(3);

pub struct Side {
    ports: Vec<u16>,
    pub probe: u16,
    socket: Socket,
    log: UdpSocket,
    /// Lines of the log that nobody asked for yet.
    unread: Mutex<Vec<String>>,
    gate: Arc<Gate>,
    origin: Origin,
    /// Where the servers of each scene are checked.
    pages: Vec<Page>,
}

/// What happened in a scene: step by step, at the server, in the log.
#[derive(Debug)]
pub struct Happened {
    pub steps: Vec<String>,
    pub came: Vec<String>,
    pub lines: Vec<String>,
}

impl Side {
    pub fn new(scenes: &[Scene]) -> Self {
        let log = UdpSocket::bind("127.0.0.1:0").unwrap();
        log.set_read_timeout(Some(PATIENCE)).unwrap();
        let (gate, origin) = Gate::start();
        let probe = free_port();
        Self {
            ports: scenes.iter().map(|_| free_port()).collect(),
            probe,
            socket: Socket::new("queues", probe),
            log,
            unread: Mutex::default(),
            gate,
            origin,
            pages: scenes.iter().map(|_| Page::start()).collect(),
        }
    }

    pub fn config(&self, scenes: &[Scene]) -> String {
        let log = self.log.local_addr().unwrap().port();
        let mut text = format!(
            "global\n nbthread 1\n maxconn 2000\n {}\n log 127.0.0.1:{log} format raw local0 info info\ndefaults\n mode http\n log global\n option dontlognull\n log-format '{FORMAT}'\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n timeout queue 5s\n retries 1\n timeout check 2s\n option httpchk\nfrontend probe\n bind 127.0.0.1:{}\n",
            self.socket.line(),
            self.probe
        );
        for (at, scene) in scenes.iter().enumerate() {
            let (port, page) = (self.ports[at], self.pages[at].port);
            let (name, frontend) = (scene.name, scene.frontend);
            let checked = format!("ORIGIN check port {page} inter 40ms rise 1 fall 1");
            let backend = scene.backend.replace("CHECKED", &checked);
            let front = format!("{name}\n bind 127.0.0.1:{port}");
            let section = match frontend.strip_prefix("listen") {
                Some(lines) => format!("listen {front}\n{lines}"),
                None => format!(
                    "frontend {front}\n {frontend}\n default_backend b-{name}\nbackend b-{name}"
                ),
            };
            writeln!(text, "{section}\n {backend}").unwrap();
        }
        text.replace("ORIGIN", &format!("127.0.0.1:{}", self.origin.port))
    }

    pub fn figures(&self) -> Figures {
        figures(&haproxy::ask(&self.socket.0, "show stat"))
    }

    pub fn play(&self, at: usize, scene: &Scene) -> Happened {
        let mut clients = Clients::default();
        let run = |step: &Do| self.step(at, scene, &mut clients, *step);
        let steps = scene.steps.iter().map(run).collect();
        let lines = (0..scene.lines()).map(|_| self.line()).collect();
        Happened {
            steps,
            came: self.gate.came(&format!("/{}/", scene.name)),
            lines,
        }
    }

    fn step(&self, at: usize, scene: &Scene, clients: &mut Clients, step: Do) -> String {
        let path = |name: char| format!("/{}/{name}", scene.name);
        let port = self.ports[at];
        let () = match step {
            Do::Ask(name) => clients.ask(name, port, &path(name), ""),
            Do::AskWith(name, fields) => clients.ask(name, port, &path(name), fields),
            Do::Line(names) => return self.line_up(at, scene, clients, names, ("BACKEND", "")),
            Do::Behind(names) => {
                let bound = ("s", "Cookie: SRV=s\r\n");
                return self.line_up(at, scene, clients, names, bound);
            }
            Do::Done(name) => {
                self.step(at, scene, clients, Do::Serve(name));
                return clients.got(name);
            }
            Do::Taken(name) if self.gate.has(&path(name), PATIENCE) => {}
            Do::Taken(_) => return "(the server never had it)".to_owned(),
            Do::Shows(who, column, value) => return self.wait(scene, who, column, value),
            Do::Serve(name) => self.gate.open(path(name)),
            Do::Begin(name) => self.gate.begin(path(name)),
            Do::Head(name) => return clients.head(name),
            Do::Ends(name) => return clients.rest(name),
            Do::Got(name) => return clients.got(name),
            Do::Leave(name) => clients.leave(name),
            Do::Half(name) => clients.say_last(name),
            Do::Order(command) => {
                let command = command.replace("BE", &scene.behind());
                return haproxy::ask(&self.socket.0, &command);
            }
            Do::Says(word) => return self.said(scene, word),
            Do::Checks(status) => self.pages[at].set(status),
        };
        String::new()
    }

    /// `who`: whose queue they are in, and the fields that bring them there.
    fn line_up(
        &self,
        at: usize,
        scene: &Scene,
        clients: &mut Clients,
        names: &str,
        (who, fields): (&str, &'static str),
    ) -> String {
        let mut said = String::new();
        for (waiting, name) in names.chars().enumerate() {
            said += &self.step(at, scene, clients, Do::AskWith(name, fields));
            said += &match waiting {
                0 => self.step(at, scene, clients, Do::Taken(name)),
                _ => self.wait(scene, who, "qcur", &waiting.to_string()),
            };
        }
        said
    }

    fn wait(&self, scene: &Scene, who: &str, column: &str, wanted: &str) -> String {
        let row = match who {
            "FRONTEND" => format!("{}/FRONTEND", scene.name),
            _ => format!("{}/{who}", scene.behind()),
        };
        let end = Instant::now() + PATIENCE;
        loop {
            let value = self.figures()[&row][column].clone();
            if value == wanted {
                return String::new();
            }
            if Instant::now() > end {
                return format!("{row} {column} stayed {value}");
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// The next line of the log that is about a request.
    fn line(&self) -> String {
        let line = self.next(|text| text.contains(" T=") && !text.starts_with("probe "));
        without_times(&line)
    }

    /// What the log says of a server behind the check, if any.
    fn said(&self, scene: &Scene, word: &str) -> String {
        let who = format!("Server {}/", scene.behind());
        let line = self.next(|text| text.contains(&who) && text.contains(word));
        let end = line.rsplit_once("ms. ").map(|(_, end)| end.to_owned());
        end.unwrap_or(line)
    }

    /// The first line of the log that is wanted and was not read yet.
    fn next(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut unread = self.unread.lock().unwrap();
        if let Some(at) = unread.iter().position(|text| wanted(text)) {
            return unread.remove(at);
        }
        let mut buffer = [0; 9000];
        while let Ok(n) = self.log.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
            if wanted(&text) {
                return text;
            }
            unread.push(text);
        }
        "(no line)".to_owned()
    }
}
