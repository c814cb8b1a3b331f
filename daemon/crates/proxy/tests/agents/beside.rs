//! The same words lead to the same states, weights, limits and lines in the log as in haproxy.

use crate::support::haproxy::{Haproxy, Socket};
use crate::support::told::{Agent, Page, States, lines, of_haproxy, of_ours};
use crate::support::{Proxy, free_port};
use std::net::UdpSocket;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// What the agent says, and the status of the page that is checked.
const STEPS: &[(&str, usize)] = &[
    ("", 200),
    ("50%", 200),
    ("33%", 200),
    ("0%", 200),
    ("1000%", 200),
    ("100%", 200),
    ("drain", 200),
    ("ready", 200),
    ("maint", 200),
    ("drain", 200),
    ("maint", 200),
    ("ready", 200),
    ("fail", 200),
    ("up", 200),
    ("stopped # x y", 200),
    ("drain", 200),
    ("up 75% maxconn:30,", 200),
    ("ready 100%", 200),
    ("down", 200),
    ("down", 500),
    ("up", 500),
    ("up", 200),
    ("bogus", 200),
    ("maxconn:0", 200),
    ("maxconn:7", 200),
    ("maint down", 200),
    ("ready", 200),
    ("UP", 200),
    ("", 500),
    ("", 200),
    ("", 404),
    ("drain", 404),
    ("ready", 404),
    ("", 200),
];

/// Two servers are asked and checked, each by itself.
struct Side {
    asked: [(Agent, Page); 2],
    log: UdpSocket,
}

impl Side {
    fn start() -> Self {
        Self {
            asked: [0, 1].map(|_| (Agent::start(true), Page::start())),
            log: UdpSocket::bind("127.0.0.1:0").unwrap(),
        }
    }

    fn config(&self, listen: u16, socket: &str) -> String {
        let log = self.log.local_addr().unwrap().port();
        let [first, second] = &self.asked;
        let checked = |(agent, page): &(Agent, Page)| {
            format!(
                "server s 127.0.0.1:{} weight 40 check agent-check agent-port {} agent-inter 25ms agent-send \"how are you\\n\"",
                page.port, agent.port
            )
        };
        let page = first.1.port;
        format!(
            "global\n log 127.0.0.1:{log} local0\n stats socket {socket} level admin\ndefaults\n log global\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n timeout check 5s\n option httpchk\n http-check disable-on-404\n default-server inter 25ms fall 1 rise 1\nlisten l\n bind 127.0.0.1:{listen}\nbackend b\n {} maxconn 50\n server t 127.0.0.1:{page} weight 40\n server u 127.0.0.1:{page} track s weight 10\nbackend c\n server v 127.0.0.1:{page} track b/u disabled\n server w 127.0.0.1:{page} track b/u backup\nbackend h\n balance source\n {}\n",
            checked(first),
            checked(second)
        )
    }

    /// Until all have been asked, and checked where they are, twice: then the first answer counts.
    fn step(&self, words: &str, status: usize, paused: bool) {
        for (agent, page) in &self.asked {
            page.status.store(status, SeqCst);
            agent.say(&format!("{words}\n"));
        }
        let before = self
            .asked
            .each_ref()
            .map(|(agent, page)| (agent.asked(), page.asked()));
        for ((agent, page), (of_agent, of_page)) in self.asked.iter().zip(before) {
            agent.wait_asked(of_agent + 3);
            if !paused {
                page.wait_asked(of_page + 3);
            }
        }
    }
}

/// Waits until ours has the states of haproxy; returns the last of both.
fn agreed(theirs: &States, mut ours: impl FnMut() -> States) -> States {
    let end = Instant::now() + Duration::from_secs(3);
    loop {
        let now = ours();
        if now == *theirs || Instant::now() > end {
            return now;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What haproxy says again each time an agent repeats itself.
fn is_repeated(line: &str) -> bool {
    line.contains(" remains in ") || line.contains("but remains in")
}

fn said(side: &Side) -> Vec<String> {
    let mut said = lines(&side.log);
    // Two agents and two checks run beside each other.
    said.retain(|line| !is_repeated(line));
    for line in &mut said {
        *line = line.replace("<0A>", "");
        // Whichever of agent and check comes last brings the server up, in its own words.
        if let Some((up, counts)) = line
            .split_once(" is UP, reason: ")
            .and_then(|(name, rest)| Some((format!("{name} is UP. "), rest.split_once(". ")?.1)))
        {
            *line = up + counts;
        }
    }
    said.sort();
    said
}

#[test]
fn the_same_words_lead_to_the_same_states() {
    let (theirs, ours) = (Side::start(), Side::start());
    let Socket(socket) = &Socket::new("agents", "theirs");
    let listen = free_port();
    let path = socket.to_str().unwrap();
    let Some(_haproxy) = Haproxy::start(&theirs.config(listen, path), listen) else {
        panic!("haproxy is not installed");
    };
    let own = format!("{path}.own");
    let mut proxy = Proxy::start(&ours.config(free_port(), &own));
    let _ = std::fs::remove_file(own);
    let mut paused = false;
    for (number, (words, status)) in STEPS.iter().enumerate() {
        paused |= words.contains("maint");
        paused &= !words.contains("ready") && !words.contains("drain");
        std::thread::scope(|scope| {
            scope.spawn(|| theirs.step(words, *status, paused));
            ours.step(words, *status, paused);
        });
        let wanted = of_haproxy(socket);
        let mut wanted: States = wanted
            .into_iter()
            .filter(|(name, _)| !name.starts_with('l'))
            .collect();
        // The page says DRAIN of a weight of 0, as the manual has it.
        for state in wanted
            .values_mut()
            .filter(|state| state.2 == 0 && state.4 == "UP")
        {
            state.4 = "DRAIN".to_owned();
        }
        let found = agreed(&wanted, || {
            let mut states = of_ours(&mut proxy);
            states.retain(|name, _| !name.starts_with('l'));
            states
        });
        assert_eq!(
            wanted, found,
            "step {number} '{words}' {status}: haproxy's on the left"
        );
        let (one, two) = (said(&theirs), said(&ours));
        if number > 0 {
            assert_eq!(
                one, two,
                "step {number} '{words}' {status}: haproxy's on the left"
            );
        }
    }
    assert!(
        ours.asked[0]
            .0
            .heard
            .lock()
            .unwrap()
            .iter()
            .all(|text| text == "how are you\n")
    );
}
