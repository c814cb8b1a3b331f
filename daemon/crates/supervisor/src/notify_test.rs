use super::*;
use crate::users::Users;
use sys::epoll::Events;

struct Bench {
    notifications: Notifications,
    epoll: Epoll,
    warnings: Vec<String>,
    folder: std::path::PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tandem-nq-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            notifications: Notifications::default(),
            epoll: Epoll::new().unwrap(),
            warnings: Vec::new(),
            folder,
        }
    }

    fn add(&mut self, subject: &str, argv: &[&str]) {
        let command = Command {
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            user: None,
            group: None,
        };
        let warning = self.notifications.add(subject.to_owned(), command);
        self.warnings.extend(warning);
    }

    /// A command that waits for a file and then writes a word; it gives up by itself.
    fn say(&mut self, subject: &str, word: &str, after: &str) {
        let folder = self.folder.display();
        let text = format!(
            "for i in $(seq 500); do [ -e {folder}/{after} ] && break; sleep 0.02; done; echo {word} >> {folder}/said; : > {folder}/{word}"
        );
        self.add(subject, &["/bin/sh", "-c", &text]);
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("said")).unwrap_or_default()
    }

    fn run(&mut self, later: Duration, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(10);
        let users = Users::read();
        let mut events = Events::with_capacity(8);
        while !done(self) {
            assert!(
                Instant::now() < end,
                "not done: {:?} {}",
                self.warnings,
                self.said()
            );
            let starter = Starter {
                users: &users,
                guarded: false,
                epoll: &self.epoll,
            };
            let warnings = self.notifications.advance(Instant::now() + later, &starter);
            self.warnings.extend(warnings);
            let wait = Some(Duration::from_millis(20));
            self.epoll.wait(&mut events, wait).unwrap();
            for ready in events.iter() {
                self.warnings
                    .extend(self.notifications.ended(ready.token, &self.epoll));
            }
        }
    }

    fn finish(&mut self) {
        self.run(Duration::ZERO, |bench| !bench.notifications.is_busy());
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn those_of_one_instance_keep_their_order_however_long_each_takes() {
    let mut bench = Bench::new("order");
    bench.say("INSTANCE VI_1", "one", "go");
    bench.say("INSTANCE VI_1", "two", ".");
    bench.say("INSTANCE VI_1", "three", ".");
    bench.run(Duration::ZERO, |bench| bench.notifications.is_busy());
    std::fs::write(bench.folder.join("go"), "").unwrap();
    bench.finish();
    assert_eq!(bench.said(), "one\ntwo\nthree\n");
    assert_eq!(bench.warnings, Vec::<String>::new());
}

#[test]
fn those_of_another_instance_do_not_wait() {
    let mut bench = Bench::new("beside");
    bench.say("INSTANCE VI_1", "one", "other");
    bench.say("INSTANCE VI_2", "other", ".");
    bench.finish();
    assert_eq!(bench.said(), "other\none\n");
}

#[test]
fn one_that_holds_up_the_next_is_ended_and_one_that_holds_up_nobody_is_not() {
    let mut bench = Bench::new("late");
    bench.say("INSTANCE VI_1", "alone", "go");
    bench.run(Duration::ZERO, |bench| bench.notifications.is_busy());
    bench.run(Duration::ZERO, |bench| {
        bench
            .notifications
            .queues
            .values()
            .all(|it| it.running.is_some())
    });
    // Far later nothing waits for it: it goes on.
    let (later, mut looks) = (PATIENCE * 2, 0);
    bench.run(later, |_| {
        looks += 1;
        looks > 5
    });
    assert!(bench.notifications.is_busy() && bench.warnings.is_empty());
    bench.say("INSTANCE VI_1", "next", ".");
    bench.run(later, |bench| bench.said() == "next\n");
    bench.finish();
    assert_eq!(bench.warnings.len(), 1, "{:?}", bench.warnings);
    assert!(bench.warnings[0].ends_with("held up the next one for too long and was ended"));
}

#[test]
fn failures_are_told_and_the_next_one_runs() {
    let mut bench = Bench::new("fail");
    for program in ["/bin/false", "/nonexistent/notify", "/bin/true"] {
        bench.add("GROUP G", &[program]);
    }
    bench.finish();
    let expected = [
        "notify command '/bin/false' ended with status 1",
        "notify command '/nonexistent/notify' cannot be run: /nonexistent/notify does not exist",
    ];
    assert_eq!(bench.warnings, expected);
}

#[test]
fn a_queue_that_nobody_works_off_is_bounded() {
    let mut bench = Bench::new("bound");
    for number in 0..=MOST {
        bench.add("INSTANCE VI_1", &["/bin/true", &number.to_string()]);
    }
    let expected = format!("notify command '/bin/true 0' is not run: {MOST} newer ones wait");
    assert_eq!(bench.warnings, [expected]);
    assert_eq!(bench.notifications.dropped, 1);
}
