//! What one request costs: what more of them cost, so that the start and the end count nothing.

use crate::cases::Case;
use crate::instance::{Instance, Tool};
use crate::traffic;
use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

/// System calls of the proxy process for each request.
pub fn syscalls(binary: &Path, case: &Case) -> f64 {
    per_request(100, 500, |requests| {
        let out = Scratch::new("strace");
        // As a grandchild, so that this test stays the parent of the proxy process.
        let options = ["-D", "-f", "-c", "-o"].map(Into::into);
        let mut options = options.to_vec();
        options.push(out.0.clone().into());
        let tool = Tool {
            program: "strace",
            options,
        };
        run(&tool, binary, case, requests);
        // strace ends a moment after the process that it watched.
        let table = out.wait_for("total");
        let calls = |line: &str| {
            let mut columns = line.split_ascii_whitespace();
            (columns.next_back() == Some("total")).then(|| columns.nth(3).map(str::to_owned))
        };
        let calls = table.lines().find_map(calls).flatten();
        calls.and_then(|n| n.parse().ok()).expect("a sum of calls")
    })
}

/// Instructions of the proxy process outside the kernel, for each request.
pub fn instructions(binary: &Path, case: &Case) -> f64 {
    per_request(100, 1100, |requests| {
        let out = Scratch::new("callgrind");
        let tool = callgrind("/dev/null".as_ref(), &out.0);
        run(&tool, binary, case, requests);
        let log = out.wait_for("Collected : ");
        let (_, number) = log.split_once("Collected : ").unwrap();
        number.lines().next().unwrap().trim().parse().unwrap()
    })
}

/// Instructions by function, of a start and a thousand requests.
pub fn profile(binary: &Path, case: &Case) {
    let log = Scratch::new("callgrind");
    let out = std::env::temp_dir().join(format!("tandem-gate-{}.callgrind", case.id));
    run(&callgrind(&out, &log.0), binary, case, 1000);
    log.wait_for("Collected : ");
    eprintln!("callgrind_annotate {}", out.display());
}

fn callgrind(out: &Path, log: &Path) -> Tool {
    Tool {
        program: "perl",
        options: vec![
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gate/unvdso.pl").into(),
            "valgrind".into(),
            "--tool=callgrind".into(),
            format!("--callgrind-out-file={}", out.display()).into(),
            format!("--log-file={}", log.display()).into(),
        ],
    }
}

#[allow(clippy::cast_precision_loss)]
fn per_request(few: usize, many: usize, count: impl Fn(usize) -> f64) -> f64 {
    (count(many) - count(few)) / (many - few) as f64
}

fn run(tool: &Tool, binary: &Path, case: &Case, requests: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    let config = case.config(address, traffic::origin(), sink.local_addr().unwrap());
    let instance = Instance::start(tool, binary, &config, &listener);
    let send = if case.each {
        traffic::each
    } else {
        traffic::kept
    };
    send(address, case.request, requests);
    instance.stop();
}

/// A file that is gone with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new(tool: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tandem-gate-{}-{number}.{tool}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn wait_for(&self, word: &str) -> String {
        for _ in 0..1000 {
            let text = fs::read_to_string(&self.0).unwrap_or_default();
            // The line is complete when another follows or the text ends with it.
            if text.contains(word) && text.ends_with('\n') {
                return text;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("no '{word}' in {}", self.0.display());
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", fs::read_to_string(&self.0).unwrap_or_default());
        }
        let _ = fs::remove_file(&self.0);
    }
}
