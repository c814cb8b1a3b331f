use super::*;

fn up() -> Word {
    Word {
        up: true,
        reason: String::new(),
    }
}

fn down(reason: &str) -> Word {
    Word {
        up: false,
        reason: reason.to_owned(),
    }
}

fn serving(now: Instant) -> Service {
    let mut service = Service::default();
    service.ready(now);
    assert_eq!(service.said(up(), now), Some(up()));
    service
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_the_proxy_says_is_told_once() {
    let now = Instant::now();
    let mut service = serving(now);
    assert_eq!(service.said(up(), now), None);
    let word = down("no server is up in app");
    assert_eq!(service.said(word.clone(), now), Some(word));
}

#[test]
fn a_quick_restart_is_not_told() {
    let now = Instant::now();
    let mut service = serving(now);
    service.ended(now);
    assert_eq!(service.said(down("not checked yet"), now), None);
    assert_eq!(service.said(up(), now + SECOND), None);
    assert_eq!(service.due(now + SECOND * 2), None);
    assert_eq!(service.told(), Some(&up()));
}

#[test]
fn a_proxy_that_stays_away_is_told_after_the_grace() {
    let now = Instant::now();
    let mut service = serving(now);
    service.ended(now);
    // Dying again does not put it off.
    service.ended(now + SECOND);
    assert_eq!(service.due(now + SECOND * 2), None);
    let word = down("the proxy process is not running");
    let due = service.due(service.deadline().unwrap());
    assert_eq!(due, Some(Need::Tell(word.clone())));
    assert_eq!(service.told(), Some(&word));
}

#[test]
fn a_proxy_that_comes_back_sick_is_told_after_the_grace() {
    let now = Instant::now();
    let mut service = serving(now);
    service.ended(now);
    assert_eq!(service.said(down("all down"), now + SECOND), None);
    assert!(matches!(service.due(now + SECOND * 3), Some(Need::Tell(word)) if !word.up));
}

#[test]
fn first_checks_of_another_configuration_are_waited_for() {
    let now = Instant::now();
    let mut service = serving(now);
    service.reconfigured(now);
    let word = down("no server is up in app");
    assert_eq!(service.said(word.clone(), now), None);
    assert_eq!(service.said(up(), now + SECOND), None);
    assert_eq!(service.due(now + SECOND / 2), None);
    // One that they find sick is told, and so is whatever comes later.
    service.reconfigured(now + SECOND);
    assert_eq!(service.said(word.clone(), now + SECOND), None);
    assert_eq!(service.due(now + SECOND * 4), Some(Need::Tell(word)));
    let mut service = serving(now);
    service.reconfigured(now);
    assert_eq!(service.said(up(), now), None);
    let word = down("frontend web does not listen");
    assert_eq!(service.said(word.clone(), now + SECOND), Some(word));
}

#[test]
fn a_proxy_that_never_served_has_no_grace() {
    let now = Instant::now();
    let mut service = Service::default();
    service.ended(now);
    let word = down("no server is up in app");
    assert_eq!(service.said(word.clone(), now), Some(word));
}

#[test]
fn a_silent_proxy_is_told_and_later_killed() {
    let now = Instant::now();
    let mut service = serving(now);
    assert_eq!(service.due(now), None);
    let asked = now + SECOND;
    assert_eq!(service.due(asked), Some(Need::Ask));
    service.asked(asked);
    assert_eq!(service.due(asked), None);
    assert_eq!(service.due(asked + SECOND), Some(Need::Ask));
    service.asked(asked + SECOND);
    let word = down("the proxy process does not answer");
    assert_eq!(service.due(asked + SECOND * 3), Some(Need::Tell(word)));
    assert_eq!(service.due(asked + SECOND * 10), Some(Need::Kill));
}

#[test]
fn an_answer_restores_the_proxys_own_word() {
    let now = Instant::now();
    let mut service = serving(now);
    service.asked(now);
    assert!(matches!(service.due(now + SECOND * 4), Some(Need::Tell(_))));
    assert_eq!(service.answered(), Some(up()));
    assert_eq!(service.answered(), None);
}

#[test]
fn without_a_proxy_the_reason_is_known_from_the_start() {
    let service = Service::absent("no proxy is configured");
    assert_eq!(service.told(), Some(&down("no proxy is configured")));
    assert_eq!(service.deadline(), None);
}
