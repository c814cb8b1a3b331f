//! The command line of a run.

use std::path::PathBuf;

use crate::daemon::Programs;
use crate::error::BenchError;
use crate::event::Event;
use crate::pair::Pair;
use crate::profile::Profile;

pub const USAGE: &str = "\
failover-bench [run]     measure: the same events for keepalived, tandemd and mixed pairs
failover-bench report RESULT.json...   the tables of one or more runs together

  --events A,B        of: sigterm kill-all kill-parent kill-child link-down isolation hang script-fault
                      script-weight thaw heal-early heal-late failback reload vip-deleted load (default: all)
  --profiles A,B      of: v2-1s v3-100ms v3-10ms unicast ipv6 vmac vmac-xmit-base (default: all)
  --pairs A,B         of: keepalived tandemd tandemd-keepalived keepalived-tandemd, master first (default: all)
  --rounds N          rounds of every event, profile and pair (default: 3)
  --priorities A/B    of the preferred master and its backup (default: 254/253)
  --seed N            of the phase of every event within an advert interval (default: 1)
  --labs N            rounds at the same time (default: 1; more where milliseconds do not matter)
  --tandemd FILE      (default: dist/tandemd)
  --keepalived FILE   (default: keepalived on PATH)
  --keep FOLDER       leave each round's packets (tcpdump), logs and times there
  --json FILE         every measurement, also for `report`
  --svg FILE          a plot: outage by event, logarithmic, one panel for each profile
Runs need root: they make network namespaces, and remove them, also when killed.";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Options {
    pub events: Vec<Event>,
    pub profiles: Vec<Profile>,
    pub pairs: Vec<Pair>,
    pub rounds: u32,
    pub priorities: [u8; 2],
    pub seed: u64,
    pub labs: usize,
    pub programs: Programs,
    pub output: Output,
    pub keep: Option<PathBuf>,
    /// Only of `report`.
    pub results: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            events: Event::ALL.to_vec(),
            profiles: Profile::ALL.to_vec(),
            pairs: Pair::ALL.to_vec(),
            rounds: 3,
            priorities: [254, 253],
            seed: 1,
            labs: 1,
            programs: Programs {
                tandemd: "dist/tandemd".into(),
                keepalived: "keepalived".into(),
            },
            output: Output {
                json: None,
                svg: None,
            },
            keep: None,
            results: Vec::new(),
        }
    }
}

impl Options {
    pub fn parse(words: &[String]) -> Result<Self, BenchError> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                options.results.push(word.into());
                continue;
            }
            let value = words
                .next()
                .ok_or_else(|| usage(format!("{word}: a value is missing")))?;
            options.set(word, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<(), BenchError> {
        match flag {
            "--events" => self.events = chosen(flag, value, &Event::ALL, Event::name)?,
            "--profiles" => {
                self.profiles = chosen(flag, value, &Profile::ALL, Profile::name)?;
            }
            "--pairs" => self.pairs = chosen(flag, value, &Pair::ALL, Pair::name)?,
            "--rounds" => self.rounds = number(flag, value)?,
            "--seed" => self.seed = number(flag, value)?,
            "--labs" => self.labs = number(flag, value)?,
            "--priorities" => self.priorities = priorities(value)?,
            "--tandemd" => self.programs.tandemd = value.into(),
            "--keepalived" => self.programs.keepalived = value.into(),
            "--json" => self.output.json = Some(value.into()),
            "--keep" => self.keep = Some(value.into()),
            "--svg" => self.output.svg = Some(value.into()),
            _ => return Err(usage(format!("{flag}: no such option"))),
        }
        if self.labs == 0 || self.rounds == 0 {
            return Err(usage(format!("{flag}: at least 1")));
        }
        Ok(())
    }
}

fn usage(text: String) -> BenchError {
    BenchError::Usage(text)
}

fn number<T: std::str::FromStr>(flag: &str, value: &str) -> Result<T, BenchError> {
    value
        .parse()
        .map_err(|_| usage(format!("{flag}: '{value}' is no number")))
}

fn priorities(value: &str) -> Result<[u8; 2], BenchError> {
    let wrong = || {
        usage(format!(
            "--priorities: '{value}': write two of 1 to 254, the master's first: 254/253"
        ))
    };
    let (master, backup) = value.split_once('/').ok_or_else(wrong)?;
    let pair: [u8; 2] = [
        master.parse().map_err(|_| wrong())?,
        backup.parse().map_err(|_| wrong())?,
    ];
    if pair[0] > pair[1] && pair[1] > 0 && pair[0] < 255 {
        Ok(pair)
    } else {
        Err(wrong())
    }
}

/// Those of `all` that are named, in their own order.
fn chosen<T: Copy + PartialEq>(
    flag: &str,
    value: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, BenchError> {
    let mut found = Vec::new();
    for word in value.split(',').filter(|word| !word.is_empty()) {
        let Some(one) = all.iter().find(|one| name(**one) == word) else {
            let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            return Err(usage(format!(
                "{flag}: '{word}' is none of {}",
                names.join(", ")
            )));
        };
        found.push(*one);
    }
    if found.is_empty() {
        return Err(usage(format!("{flag}: nothing is named")));
    }
    Ok(all
        .iter()
        .filter(|one| found.contains(one))
        .copied()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Options::parse(&words).map_err(|error| error.to_string())
    }

    #[test]
    fn names_choose_in_their_own_order() {
        let options = parse(&["--events", "failback,sigterm", "--priorities", "150/100"]).unwrap();
        assert_eq!(options.events, [Event::Sigterm, Event::Failback]);
        assert_eq!(options.priorities, [150, 100]);
        assert_eq!(options.profiles.len(), 7);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        let said = |words: &[&str]| parse(words).map(|_| ()).unwrap_err();
        assert!(said(&["--events", "sigtrem"]).contains("none of sigterm, kill-all"));
        assert!(said(&["--rounds", "0"]).contains("at least 1"));
        assert!(said(&["--priorities", "100/150"]).contains("254/253"));
        assert!(said(&["--priorities", "255/100"]).contains("1 to 254"));
        assert!(said(&["--labs"]).contains("missing"));
        assert!(said(&["--speed", "1"]).contains("no such option"));
    }
}
