//! The same faults for tandemd, Debian's keepalived and mixed pairs, each in a lab of four
//! network namespaces, measured by a client that asks every millisecond.
//!
//! In: the command line. Out: tables on standard output, progress on standard error, JSON and a
//! plot where they are asked for. `bench/README.md` says what is measured and how.
#![forbid(unsafe_code)]

mod capture;
mod console;
mod daemon;
mod error;
mod event;
mod holders;
mod janitor;
mod lab;
mod load;
mod machine;
mod measure;
mod options;
mod pair;
mod plot;
mod probe;
mod profile;
mod random;
mod record;
mod round;
mod scenario;
mod schedule;
mod stats;
mod story;
mod table;
mod targets;

use std::path::Path;
use std::process::ExitCode;

use error::{BenchError, While as _};
use options::{Options, Output, USAGE};
use record::Results;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match words.split_first() {
        Some((first, rest)) if !first.starts_with("--") => (first.as_str(), rest),
        _ => ("run", words.as_slice()),
    };
    let outcome = match command {
        _ if words.iter().any(|word| word == "--help") => {
            println!("{USAGE}");
            Ok(())
        }
        "run" => Options::parse(rest).and_then(|options| run(&options)),
        "report" => Options::parse(rest).and_then(|options| report(&options)),
        janitor::COMMAND => {
            if let Some(Ok(run)) = rest.first().map(|word| word.parse()) {
                janitor::clean_after(run);
            }
            Ok(())
        }
        load::COMMAND => {
            load::spin();
            Ok(())
        }
        other => Err(BenchError::Usage(format!("'{other}': no such command"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ BenchError::Usage(_)) => {
            eprintln!("failover-bench: {error}\n\n{USAGE}");
            ExitCode::from(64)
        }
        Err(error) => {
            eprintln!("failover-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), BenchError> {
    if let Some(reason) = testkit::netns::unavailable() {
        return Err(BenchError::Usage(reason));
    }
    if let Some(extra) = options.results.first() {
        return Err(BenchError::Usage(format!(
            "'{}': run takes no files",
            extra.display()
        )));
    }
    let machine = machine::describe(&options.programs, options.labs, options.seed)?;
    let _janitor = janitor::Janitor::hire()?;
    let with_machine = |results: &Results| Results {
        machines: vec![machine.clone()],
        ..results.clone()
    };
    let save = |results: &Results| {
        // A run that is interrupted leaves what it has; `report` makes the tables of it.
        if let Some(file) = &options.output.json
            && let Err(error) = write_json(file, &with_machine(results))
        {
            eprintln!("failover-bench: {error}");
        }
    };
    let results = with_machine(&schedule::run(options, save));
    publish(&results, &options.output)?;
    match results.failed.len() {
        0 => Ok(()),
        count => Err(BenchError::Panicked(format!(
            "{count} measurements could not be made"
        ))),
    }
}

fn report(options: &Options) -> Result<(), BenchError> {
    let mut results = Results::default();
    for file in &options.results {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).during(shown.clone())?;
        let parsed = serde_json::from_str(&text);
        results.merge(parsed.map_err(|source| BenchError::Json {
            file: shown,
            source,
        })?);
    }
    if options.results.is_empty() {
        return Err(BenchError::Usage(
            "report: name a file that --json wrote".to_owned(),
        ));
    }
    publish(&results, &options.output)
}

fn publish(results: &Results, output: &Output) -> Result<(), BenchError> {
    print!(
        "{}{}",
        table::report(results),
        targets::report(&targets::verdicts(results))
    );
    for failed in &results.failed {
        let (profile, event, pair) = (
            failed.profile.name(),
            failed.event.name(),
            failed.pair.name(),
        );
        println!(
            "not measured: {profile} {event} {pair} round {}: {}",
            failed.round, failed.reason
        );
    }
    if let Some(file) = &output.json {
        write_json(file, results)?;
    }
    if let Some(file) = &output.svg {
        std::fs::write(file, plot::svg(results)).during(file.display().to_string())?;
    }
    Ok(())
}

/// Into place in one step: a run that is killed leaves the whole of an earlier state.
fn write_json(file: &Path, results: &Results) -> Result<(), BenchError> {
    let shown = file.display().to_string();
    let json = |source| BenchError::Json {
        file: shown.clone(),
        source,
    };
    let text = serde_json::to_string(results).map_err(json)?;
    let new = file.with_extension("json.new");
    std::fs::write(&new, text + "\n").during(shown.clone())?;
    std::fs::rename(&new, file).during(shown.clone())
}
