//! A started ip(8) or bridge(8) that waits for its next line, so that a command takes effect
//! within a fraction of a millisecond instead of after a program's start.

use std::io::Write as _;
use std::process::{Child, ChildStdin, Stdio};

use testkit::netns::Namespace;

use crate::error::{BenchError, While as _};

#[derive(Debug)]
pub struct Console {
    child: Child,
    input: Option<ChildStdin>,
}

impl Console {
    pub fn start(namespace: &Namespace, program: &str) -> Result<Self, BenchError> {
        let mut command = namespace.command(program);
        command
            .args(["-force", "-batch", "-"])
            .stdin(Stdio::piped());
        let mut child = command.spawn().during(format!("starting {program}"))?;
        let input = child.stdin.take();
        Ok(Self { child, input })
    }

    pub fn say(&mut self, line: &str) -> Result<(), BenchError> {
        let Some(input) = &mut self.input else {
            return Ok(());
        };
        input.write_all(format!("{line}\n").as_bytes()).during(line)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // It ends with its input.
        self.input = None;
        let _ = self.child.wait();
    }
}
