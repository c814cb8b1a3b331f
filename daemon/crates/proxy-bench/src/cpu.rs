//! Processor time of processes, as the kernel counts it.

use crate::command::CpuTime;
use std::fs;

/// Of all threads of the processes, since they began.
pub fn time(pids: &[u32]) -> Result<CpuTime, String> {
    let mut sum = CpuTime::default();
    for pid in pids {
        let one = of(*pid).map_err(|e| format!("processor time of process {pid}: {e}"))?;
        sum.total += one.total;
        sum.user += one.user;
        sum.system += one.system;
        sum.sleeps += one.sleeps;
    }
    Ok(sum)
}

pub fn difference(after: CpuTime, before: CpuTime) -> CpuTime {
    CpuTime {
        total: after.total - before.total,
        user: after.user - before.user,
        system: after.system - before.system,
        sleeps: after.sleeps - before.sleeps,
    }
}

fn of(pid: u32) -> std::io::Result<CpuTime> {
    let (mut total, mut sleeps) = (0.0, 0.0);
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let task = task?.path();
        // A thread that ended meanwhile has nothing to tell.
        let told = ["schedstat", "status"].map(|file| fs::read_to_string(task.join(file)));
        let [Ok(schedule), Ok(status)] = told else {
            continue;
        };
        let on_processor = schedule.split(' ').next().unwrap_or("");
        total += on_processor.parse().unwrap_or(0.0) / 1000.0;
        let mut lines = status.lines();
        let switches = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        sleeps += switches.and_then(|n| n.trim().parse().ok()).unwrap_or(0.0);
    }
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat);
    #[allow(clippy::cast_precision_loss)]
    let each = 1e6 / rustix::param::clock_ticks_per_second() as f64;
    Ok(CpuTime {
        total,
        user: ticks.0 * each,
        system: ticks.1 * each,
        sleeps,
    })
}

/// The user and system fields: the 14th and 15th, of which the second may hold blanks in brackets.
fn ticks(stat: &str) -> (f64, f64) {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let field = |i| {
        let text = rest.split_ascii_whitespace().nth(i);
        text.and_then(|t| t.parse().ok()).unwrap_or(0.0)
    };
    (field(11), field(12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_move_the_fields() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13";
        assert_eq!(ticks(stat), (11.0, 12.0));
    }

    #[test]
    fn own_sleeps_are_counted() {
        let own = [std::process::id()];
        let before = time(&own).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert!(difference(time(&own).unwrap(), before).sleeps >= 1.0);
    }

    #[test]
    fn own_work_is_counted() {
        let own = [std::process::id()];
        let before = time(&own).unwrap();
        let mut sum = 0u64;
        while difference(time(&own).unwrap(), before).total < 2000.0 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(time(&[u32::MAX]).is_err());
    }
}
