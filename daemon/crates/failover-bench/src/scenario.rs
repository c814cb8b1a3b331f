//! Events in the order in which one round can see them: what is a repair of one is another's
//! event, so a stop and the failback after it cost one start of the pair.

use crate::event::Event;
use crate::profile::Check;

/// Events that follow each other in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario(pub Vec<Event>);

impl Scenario {
    fn ending_in(event: Event) -> Self {
        Self(match event {
            Event::Failback => vec![Event::Sigterm, event],
            Event::HealEarly | Event::HealLate => vec![Event::Isolation, event],
            _ => vec![event],
        })
    }

    /// The fewest scenarios that see all of these events.
    pub fn of(events: &[Event]) -> Vec<Self> {
        let all: Vec<Self> = events.iter().map(|event| Self::ending_in(*event)).collect();
        let within = |one: &Self| {
            all.iter()
                .any(|other| other != one && other.0.starts_with(&one.0))
        };
        all.iter().filter(|one| !within(one)).cloned().collect()
    }

    pub fn check(&self) -> Check {
        match self.0.first() {
            Some(Event::ScriptFault) => Check::Fault,
            Some(Event::ScriptWeight) => Check::Weight,
            _ => Check::None,
        }
    }

    /// Busy loops would disturb every other round.
    pub fn loads_the_machine(&self) -> bool {
        self.0.contains(&Event::Load)
    }

    pub fn name(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|event| event.name()).collect();
        names.join("+")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_that_is_an_event_itself_needs_no_round_of_its_own() {
        let names = |events: &[Event]| -> Vec<String> {
            Scenario::of(events).iter().map(Scenario::name).collect()
        };
        assert_eq!(
            names(&[Event::Sigterm, Event::Failback]),
            ["sigterm+failback"]
        );
        assert_eq!(names(&[Event::Isolation]), ["isolation"]);
        assert_eq!(
            names(&[Event::HealLate, Event::Isolation, Event::HealEarly]),
            ["isolation+heal-late", "isolation+heal-early"]
        );
    }

    #[test]
    fn every_event_is_seen() {
        let seen: Vec<Event> = Scenario::of(&Event::ALL)
            .into_iter()
            .flat_map(|one| one.0)
            .collect();
        assert!(Event::ALL.iter().all(|event| seen.contains(event)));
    }
}
