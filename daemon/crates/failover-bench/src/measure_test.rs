use super::*;

/// Builds what a round leaves: an answer each millisecond, by the node that serves then.
struct Story {
    start: Instant,
    asked: Asked,
    held: Vec<Held>,
}

impl Story {
    fn new() -> Self {
        let asked = Asked::default();
        Self {
            start: Instant::now(),
            asked,
            held: Vec::new(),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn answers(mut self, from: u64, to: u64, node: usize) -> Self {
        let times = (from..to).map(|ms| (self.at(ms), node)).collect::<Vec<_>>();
        self.asked.answers.extend(times);
        self
    }

    fn control(mut self, from: u64, to: u64) -> Self {
        let times = (from..to).map(|ms| self.at(ms)).collect::<Vec<_>>();
        self.asked.control.extend(times);
        self
    }

    fn held(mut self, at: u64, node: usize, held: bool) -> Self {
        self.held.push((self.at(at), node, held));
        self
    }

    fn seen(&self, event: Event, at: u64, end: u64) -> Seen {
        let reachable = [event != Event::Isolation, true];
        let (at, end) = (self.at(at), self.at(end));
        measure(&Observation {
            event,
            asked: &self.asked,
            held: &self.held,
            reachable,
            at,
            end,
        })
    }
}

fn near(value: f64, wanted: f64) {
    assert!((value - wanted).abs() < 0.01, "{value} instead of {wanted}");
}

#[test]
fn a_move_costs_the_time_between_the_last_and_the_first_answer() {
    let story = Story::new().control(0, 2000).held(0, 0, true);
    let story = story
        .answers(0, 1000, 0)
        .answers(1300, 2000, 1)
        .held(1290, 1, true)
        .held(1295, 0, false);
    let seen = story.seen(Event::Sigterm, 1000, 1999);
    near(seen.outage, 301.0);
    near(seen.take_over.unwrap(), 300.0);
    near(seen.dual, 5.0);
    near(seen.before, 1.0);
    near(seen.stall, 0.0);
    assert!(!seen.dead_at_end && !seen.dual_at_end && !seen.black_hole());
    assert_eq!(seen.extra_moves, 0);
}

#[test]
fn what_the_machine_itself_stood_still_is_no_outage() {
    let story = Story::new()
        .control(0, 1100)
        .control(1280, 2000)
        .held(0, 0, true);
    let story = story
        .answers(0, 1000, 0)
        .answers(1300, 2000, 1)
        .held(1290, 1, true);
    let seen = story.seen(Event::Isolation, 1000, 1999);
    near(seen.outage, 301.0 - 180.0);
    near(seen.stall, 180.0);
}

#[test]
fn an_address_that_is_there_and_does_not_answer_for_long_is_a_black_hole() {
    let story = Story::new()
        .control(0, 9000)
        .held(0, 1, true)
        .held(2000, 0, true)
        .held(2010, 1, false);
    let story = story.answers(0, 2000, 1);
    let seen = story.seen(Event::HealLate, 2000, 8000);
    assert!(seen.black_hole() && seen.dead_at_end && seen.take_over.is_none());
    near(seen.outage, 6001.0);
}

#[test]
fn a_long_detection_with_the_only_holder_out_of_reach_is_none() {
    let story = Story::new()
        .control(0, 9000)
        .held(0, 0, true)
        .held(5500, 1, true);
    let story = story.answers(0, 2000, 0).answers(5501, 9000, 1);
    let seen = story.seen(Event::Isolation, 2000, 8999);
    assert!(!seen.black_hole() && seen.dual_at_end);
    near(seen.outage, 3502.0);
    near(seen.unreached, 1.0);
}

#[test]
fn moves_that_nobody_asked_for_are_counted_even_if_no_client_saw_them() {
    let story = Story::new()
        .control(0, 3000)
        .held(0, 0, true)
        .answers(0, 3000, 0);
    let story = story
        .held(1500, 1, true)
        .held(1501, 0, false)
        .held(1502, 0, true)
        .held(1503, 1, false);
    assert_eq!(story.seen(Event::Load, 1000, 2999).extra_moves, 2);
    // The repair of a killed worker is one move there and one back.
    assert_eq!(story.seen(Event::KillChild, 1000, 2999).extra_moves, 0);
    // Before the event does not count.
    assert_eq!(story.seen(Event::Load, 1600, 2999).extra_moves, 0);
}

#[test]
fn answers_that_overtake_each_other_are_no_moves() {
    let story = Story::new().control(0, 3000).held(0, 0, true);
    let story = story.answers(0, 1000, 0).answers(1000, 1002, 1);
    let story = story.answers(1002, 1003, 0).answers(1003, 3000, 1);
    assert_eq!(story.seen(Event::Load, 900, 2999).extra_moves, 1);
}

#[test]
fn of_two_holders_the_one_that_stays_has_not_moved() {
    let story = Story::new().control(0, 3000).answers(0, 3000, 0);
    let story = story.held(0, 0, true).held(1, 1, true).held(2, 1, false);
    // Deleted and put back.
    let story = story.held(1500, 0, false).held(1501, 0, true);
    assert_eq!(story.seen(Event::VipDeleted, 1000, 2999).extra_moves, 0);
}

#[test]
fn a_client_that_never_got_an_answer_is_measured_to_the_end() {
    let story = Story::new().control(0, 1000).held(0, 1, true);
    let seen = story.seen(Event::Failback, 100, 900);
    near(seen.outage, 800.0);
    assert!(seen.dead_at_end);
}
