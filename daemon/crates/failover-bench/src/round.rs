//! One scenario against one pair, from its start to its end.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::error::{BenchError, While as _};
use crate::event::Event;
use crate::lab::Lab;
use crate::load::Load;
use crate::measure::{Observation, measure};
use crate::random::Random;
use crate::record::Seen;
use crate::scenario::Scenario;

/// keepalived announces at once and again after five seconds; later than both.
const AFTER_BOTH_BLOCKS: Duration = Duration::from_millis(6500);
const FROZEN: Duration = Duration::from_secs(6);
const UNDER_LOAD: Duration = Duration::from_secs(20);
/// A client that is dead is watched longer, to tell a long outage from one without an end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs it; an observation for each event that is asked for.
pub fn run(
    lab: &mut Lab,
    scenario: &Scenario,
    wanted: &[Event],
    random: &mut Random,
) -> Result<Vec<(Event, Seen)>, BenchError> {
    lab.settle()?;
    let mut all = Vec::new();
    for event in &scenario.0 {
        prepare(lab, *event)?;
        // Anywhere between two adverts.
        std::thread::sleep(random.below(lab.plan().profile.advert()));
        let seen = observe(lab, *event)?;
        if wanted.contains(event) {
            all.push((*event, seen));
        }
    }
    Ok(all)
}

/// What must be so before the event can happen.
fn prepare(lab: &mut Lab, event: Event) -> Result<(), BenchError> {
    match event {
        Event::Failback => lab.daemon(0)?.wait_end(PATIENCE),
        // The isolation was watched for about as long as the take-over needs to be believed.
        Event::HealEarly => since_take_over(lab, Duration::from_secs(1)),
        Event::HealLate => since_take_over(lab, AFTER_BOTH_BLOCKS),
        Event::Thaw => {
            lab.daemon(0)?.signal_all(Signal::STOP)?;
            std::thread::sleep(FROZEN);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn since_take_over(lab: &Lab, wanted: Duration) -> Result<(), BenchError> {
    let taken = lab
        .holders
        .log()
        .into_iter()
        .rev()
        .find(|(_, node, held)| *node == 1 && *held);
    let Some((at, _, _)) = taken else {
        let what = "b takes the address of an isolated master".to_owned();
        return Err(BenchError::Timeout {
            what,
            after: PATIENCE,
        });
    };
    std::thread::sleep(wanted.saturating_sub(at.elapsed()));
    Ok(())
}

fn observe(lab: &mut Lab, event: Event) -> Result<Seen, BenchError> {
    let load = (event == Event::Load).then(Load::start).transpose()?;
    let at = Instant::now();
    inject(lab, event)?;
    watch(lab, event, at);
    let end = Instant::now();
    drop(load);
    let (asked, held) = (lab.probe.asked(), lab.holders.log());
    let reachable = [!matches!(event, Event::Isolation | Event::LinkDown), true];
    let observation = Observation {
        event,
        asked: &asked,
        held: &held,
        reachable,
        at,
        end,
    };
    lab.tell_story(&observation)?;
    let mut seen = measure(&observation);
    seen.port_right = lab.port_is_right();
    Ok(seen)
}

fn inject(lab: &mut Lab, event: Event) -> Result<(), BenchError> {
    let to_child = |lab: &mut Lab, signal| {
        let child = lab.daemon(0)?.vrrp_child()?;
        rustix::process::kill_process(child, signal).during("signalling the VRRP process")
    };
    match event {
        Event::Sigterm => lab.daemon(0)?.signal(Signal::TERM),
        Event::KillAll => lab.daemon(0)?.signal_all(Signal::KILL),
        Event::KillParent => lab.daemon(0)?.signal(Signal::KILL),
        Event::KillChild => to_child(lab, Signal::KILL),
        Event::LinkDown => lab.pull_cable(),
        Event::Isolation => lab.isolate(true),
        Event::Hang => to_child(lab, Signal::STOP),
        Event::ScriptFault | Event::ScriptWeight => lab.set_service(0, false),
        Event::Thaw => lab.daemon(0)?.signal_all(Signal::CONT),
        Event::HealEarly | Event::HealLate => lab.isolate(false),
        Event::Failback => lab.start(0),
        Event::Reload => lab.daemon(0)?.signal(Signal::HUP),
        Event::VipDeleted => lab.delete_vip(),
        Event::Load => Ok(()),
    }
}

/// How long the event needs at least, with its detection and a repair that follows by itself.
fn least(advert: Duration, event: Event) -> Duration {
    match event {
        Event::Load => UNDER_LOAD,
        // The heal after it has its own time; the VIP has moved by then.
        Event::KillChild | Event::Hang => advert * 8 + Duration::from_secs(2),
        Event::ScriptFault | Event::ScriptWeight => advert * 4 + Duration::from_millis(2200),
        Event::HealEarly | Event::HealLate | Event::Thaw => advert * 2 + Duration::from_secs(4),
        Event::Failback => advert * 4 + Duration::from_secs(2),
        Event::Isolation => advert * 4 + Duration::from_millis(300),
        _ => advert * 4 + Duration::from_secs(1),
    }
}

/// Until enough time went by and somebody answers, or nobody does for very long.
fn watch(lab: &Lab, event: Event, at: Instant) {
    let least = least(lab.plan().profile.advert(), event);
    let most = least + PATIENCE;
    std::thread::sleep(least.saturating_sub(at.elapsed()));
    let done = || match event {
        // A supervisor may have replaced the process: whoever serves.
        Event::KillChild | Event::Hang => lab.probe.steady(None, Duration::from_millis(300)),
        _ => lab
            .probe
            .steady(event.successor(), Duration::from_millis(300)),
    };
    while !done() && at.elapsed() < most {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a round takes when nothing goes wrong; for the time that a run needs.
pub fn nominal(advert: Duration, scenario: &Scenario) -> Duration {
    let start = advert * 5 + Duration::from_secs(1);
    let events = scenario.0.iter().map(|event| {
        let before = match event {
            Event::Thaw => FROZEN,
            Event::HealLate => AFTER_BOTH_BLOCKS,
            _ => Duration::ZERO,
        };
        before + least(advert, *event)
    });
    start + events.sum::<Duration>()
}
