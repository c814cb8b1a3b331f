//! A large configuration: what it takes is the control thread's, not the workers'.

use crate::support::{Client, Origin, Proxy, free_port, http_config};
use std::fmt::Write as _;
use std::time::Duration;

/// So many that the last one is this test's own, whatever other tests of this program run.
const WORKERS: usize = 5;

#[test]
fn what_a_worker_does_at_a_reload_does_not_grow_with_the_configuration() {
    let origin = Origin::named("x");
    let port = free_port();
    let server = format!("    server s 127.0.0.1:{}", origin.port);
    let log = "    log global\n";
    let small = http_config(port, log, &server).replace(
        "nbthread 1",
        &format!("nbthread {WORKERS}\n    log 127.0.0.1:9 local0"),
    );
    let mut large = small.clone();
    for n in 0..300 {
        write!(large, "backend b{n}\n{server}\n    server t 192.0.2.1:80\n").unwrap();
    }
    let mut proxy = Proxy::start(&small);
    let few = spent(&mut proxy, [&large, &small]);
    assert_eq!(Client::connect(port).get("/").1, b"x");
    let limit = Duration::from_millis(1);
    assert!(
        few < limit,
        "a worker takes {few:?} to take up 300 backends"
    );
}

/// Processor time of a worker for one reload, the least of some.
fn spent(proxy: &mut Proxy, turns: [&String; 2]) -> Duration {
    let pairs = (0..3).map(|_| {
        let before = processor_time();
        for text in turns {
            proxy.configure(text).unwrap();
        }
        processor_time().saturating_sub(before) / 2
    });
    pairs.min().unwrap()
}

fn processor_time() -> Duration {
    let name = format!("proxy-{}\n", WORKERS - 1);
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let mut own = tasks.filter_map(|task| {
        let task = task.ok()?.path();
        let comm = std::fs::read_to_string(task.join("comm")).ok()?;
        (comm == name).then(|| std::fs::read_to_string(task.join("schedstat")).unwrap())
    });
    let schedule = own.next().expect("a worker of that number");
    assert!(own.next().is_none(), "another test has so many workers");
    let spent = schedule.split(' ').next().unwrap();
    Duration::from_nanos(spent.parse().unwrap())
}
