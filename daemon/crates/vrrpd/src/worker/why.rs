//! Why an instance has become master, or is no longer: for the line in the log. Pure.

use vrrp::instance::Heard;
use vrrp::settings::HANDOVER_PRIORITY;
use vrrp::{Micros, State};

/// What the instance knew when it changed.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The last advert of another router.
    pub heard: Option<Heard>,
    pub priority: u8,
    /// It was told to hand over.
    pub yielded: bool,
    pub interval: Micros,
    pub now: Micros,
}

impl Seen {
    fn silence(&self, heard: &Heard) -> Micros {
        self.now.saturating_sub(heard.at)
    }

    fn is_silent(&self, heard: &Heard) -> bool {
        self.silence(heard) >= 2 * self.interval
    }
}

/// `None`: nothing that was heard explains it, as when a sync group moves together.
pub fn cause(from: State, to: State, seen: &Seen) -> Option<String> {
    match (from, to) {
        (State::Backup, State::Master) => match &seen.heard {
            None => Some("no other master is heard".to_owned()),
            Some(heard) => vacancy(heard, seen),
        },
        (State::Master, State::Backup) if seen.yielded => Some("handed over".to_owned()),
        (State::Master, State::Backup) => {
            let winner = seen
                .heard
                .filter(|it| it.priority >= seen.priority && !seen.is_silent(it))?;
            Some(compared(&winner, seen))
        }
        _ => None,
    }
}

fn vacancy(heard: &Heard, seen: &Seen) -> Option<String> {
    let source = heard.source;
    if heard.priority == 0 {
        return Some(format!("{source} has given the addresses up"));
    }
    if heard.priority == HANDOVER_PRIORITY && !seen.is_silent(heard) {
        return Some(format!("{source} hands over"));
    }
    if seen.is_silent(heard) {
        let ms = seen.silence(heard) / 1000;
        return Some(format!("no advert of {source} for {ms} ms"));
    }
    (heard.priority < seen.priority).then(|| compared(heard, seen))
}

fn compared(heard: &Heard, seen: &Seen) -> String {
    format!(
        "{} advertises priority {}, ours is {}",
        heard.source, heard.priority, seen.priority
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(priority: u8, ms_ago: Micros) -> Seen {
        let now = 60_000_000;
        Seen {
            heard: Some(Heard {
                source: "10.0.0.12".parse().unwrap(),
                priority,
                at: now - ms_ago * 1000,
            }),
            priority: 200,
            yielded: false,
            interval: 1_000_000,
            now,
        }
    }

    fn taken(seen: &Seen) -> Option<String> {
        cause(State::Backup, State::Master, seen)
    }

    fn left(seen: &Seen) -> Option<String> {
        cause(State::Master, State::Backup, seen)
    }

    #[test]
    fn a_new_master_says_what_became_of_the_one_before() {
        let text = |it: &Seen| taken(it).unwrap();
        let silent = text(&seen(254, 3200));
        assert_eq!(silent, "no advert of 10.0.0.12 for 3200 ms");
        let gone = text(&seen(0, 20));
        assert_eq!(gone, "10.0.0.12 has given the addresses up");
        assert_eq!(text(&seen(1, 20)), "10.0.0.12 hands over");
        let lower = text(&seen(150, 20));
        assert_eq!(lower, "10.0.0.12 advertises priority 150, ours is 200");
        let alone = Seen {
            heard: None,
            ..seen(0, 0)
        };
        assert_eq!(text(&alone), "no other master is heard");
    }

    #[test]
    fn one_that_gives_way_says_to_whom() {
        let text = left(&seen(254, 5)).unwrap();
        assert_eq!(text, "10.0.0.12 advertises priority 254, ours is 200");
        let told = Seen {
            yielded: true,
            ..seen(254, 5)
        };
        assert_eq!(left(&told).unwrap(), "handed over");
    }

    #[test]
    fn what_was_heard_explains_no_move_of_a_group() {
        assert_eq!(taken(&seen(254, 20)), None);
        assert_eq!(left(&seen(150, 20)), None);
        assert_eq!(left(&seen(254, 9000)), None);
        assert_eq!(cause(State::Init, State::Backup, &seen(254, 5)), None);
    }
}
