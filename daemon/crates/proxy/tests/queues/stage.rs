//! Scenes through haproxy and through ours, side by side.

use super::scene::Scene;
use super::side::{Happened, Side};
use super::support::Proxy;
use super::support::figures::differences;
use super::support::haproxy::Haproxy;
use std::fmt::Write as _;
use std::time::Duration;

/// As in tests/effects/stage.rs; how often a server was checked depends on the time.
const APART: &[&str] = &["bin", "bout", "addr", "connect", "reuse"];

pub fn compare(scenes: &[Scene]) {
    let (theirs, ours) = (Side::new(scenes), Side::new(scenes));
    let Some(haproxy) = Haproxy::start(&theirs.config(scenes), theirs.probe) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let proxy = Proxy::start(&ours.config(scenes));
    let play = |side: &Side| -> Vec<Happened> {
        let all = scenes.iter().enumerate();
        all.map(|(at, scene)| side.play(at, scene)).collect()
    };
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| play(&theirs));
        (play(&ours), one.join().unwrap())
    });
    let mut differ = String::new();
    for (scene, (ours, theirs)) in scenes.iter().zip(one.iter().zip(&two)) {
        for (n, step) in scene.steps.iter().enumerate() {
            unlike(
                &mut differ,
                scene,
                &format!("{step:?}"),
                &theirs.steps[n],
                &ours.steps[n],
            );
        }
        let [them, us] = [theirs, ours].map(|all| (all.came.join(" "), all.lines.join("\n")));
        unlike(&mut differ, scene, "the server's requests", &them.0, &us.0);
        unlike(&mut differ, scene, "the log", &them.1, &us.1);
    }
    differ += &differences(Duration::from_secs(2), APART, || {
        (theirs.figures(), ours.figures())
    });
    drop((haproxy, proxy));
    assert!(differ.is_empty(), "haproxy's first\n{differ}");
}

fn unlike(differ: &mut String, scene: &Scene, what: &str, theirs: &str, ours: &str) {
    if theirs != ours {
        let name = scene.name;
        let _ = writeln!(differ, "--- {name}: {what}\n{theirs}\n--- ours\n{ours}\n");
    }
}
