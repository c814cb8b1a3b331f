//! Real files mean what keepalived 2.2.7 takes them to mean: its own dump of the running
//! configuration against our model. Commands in the files are replaced, so that none is run.

use config::keepalived::model::{
    AcceptMode, AuthKind, Config, InitialState, Instance, Transport, Version,
};
use config::{Options, Source, keepalived};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The text with every command replaced by one that does nothing.
fn harmless(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let at = line
            .split_ascii_whitespace()
            .find(|word| word.starts_with("notify_") || matches!(*word, "notify" | "script"))
            .filter(|word| !matches!(*word, "notify_priority_changes"))
            .and_then(|word| Some(line.find(word)? + word.len()));
        let command = at.filter(|at| line[*at..].starts_with([' ', '\t']));
        let closes = if line.trim_end().ends_with('}') {
            " }"
        } else {
            ""
        };
        match command {
            Some(at) => {
                let _ = writeln!(out, "{} \"/bin/true\"{closes}", &line[..at]);
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

/// The dumps of all files: each is started in one private namespace until it has said all.
fn dumps(files: &[PathBuf], folder: &Path) -> Option<Vec<String>> {
    let mut script = "ip link set lo up || exit 1\n".to_owned();
    for (number, name) in crate::beside::interfaces(files).into_iter().enumerate() {
        let _ = writeln!(
            script,
            "ip link add {name} type veth peer name tp{number} && ip link set {name} up && \
             ip link set tp{number} up && ip addr add 198.18.{number}.1/24 dev {name} || exit 1"
        );
    }
    script.push_str(
        "cd \"$1\"; shift\nfor f in \"$@\"; do\n: >out\n/usr/sbin/keepalived -n -l -d -P -f \"$f\" -p a -r b >out 2>&1 &\n\
         pid=$!\ntries=0\nuntil grep -qE '< Interfaces >|^[^(]* Stopped Keepalived' out || [ $tries -ge 600 ]; do sleep 0.05; tries=$((tries + 1)); done\n\
         kill -KILL $pid $(cat b 2>/dev/null); wait $pid 2>/dev/null; rm -f a b\n\
         echo '=== '; cat out\ndone\n",
    );
    let output = Command::new("unshare")
        .args([
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            &script,
            "sh",
        ])
        .arg(folder)
        .args(files)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let all: Vec<String> = text.split("=== ").skip(1).map(ToOwned::to_owned).collect();
    (all.len() == files.len()).then_some(all)
}

/// `NAME key = value` lines of the topology part, as far as both sides can say them.
fn theirs(dump: &str) -> Vec<String> {
    let topology = dump.split("< VRRP Topology >").nth(1).unwrap_or("");
    let topology = topology.split("< VRRP Scripts >").next().unwrap_or("");
    let (mut name, mut list) = (String::new(), "");
    let mut found = Vec::new();
    for line in topology.lines() {
        // A time stands in front of every line.
        let Some((_, text)) = line.split_once(": ") else {
            continue;
        };
        let (deep, text) = (text.starts_with("     "), text.trim());
        if text.starts_with("------<") {
            break;
        }
        if let Some(new) = text.strip_prefix("VRRP Instance = ") {
            new.clone_into(&mut name);
        } else if text.starts_with("Virtual IP") {
            list = "address";
        } else if text.starts_with("Unicast Peer") {
            list = "peer";
        } else if deep && !list.is_empty() {
            found.push(format!("{name} {list} = {}", listed(list, text)));
        } else {
            list = "";
            let wanted = [
                "VRRP Version",
                "Wantstate",
                "Interface",
                "Gratuitous ARP delay",
                "Gratuitous ARP repeat",
                "Gratuitous ARP refresh",
                "Gratuitous ARP refresh repeat",
                "Down timer adverts",
                "Virtual Router ID",
                "Priority",
                "Advert interval",
                "Preempt",
                "Password",
                "Gratuitous ARP lower priority delay",
                "Gratuitous ARP lower priority repeat",
                "Send advert after receive lower priority advert",
                "Send advert after receive higher priority advert",
                "Accept",
                "Promote_secondaries",
                "Authentication type",
                "Preempt delay",
                "Unicast TTL",
                "Notify priority changes",
            ];
            if let Some((key, value)) = text.split_once(" = ")
                && wanted.contains(&key)
            {
                found.push(format!("{name} {key} = {value}"));
            }
        }
    }
    found.sort();
    found
}

/// Of an address also where it is and its label; what the kernel adds is not in the file.
fn listed(list: &str, text: &str) -> String {
    let mut words = text.split_ascii_whitespace();
    let mut kept = words.next().unwrap_or("").to_owned();
    if list == "address" {
        let words: Vec<&str> = words.collect();
        for pair in words
            .windows(2)
            .filter(|pair| matches!(pair[0], "dev" | "label"))
        {
            let _ = write!(kept, " {} {}", pair[0], pair[1]);
        }
    }
    kept
}

fn ours(config: &Config) -> Vec<String> {
    let mut found: Vec<String> = config.instances.iter().flat_map(of_instance).collect();
    found.retain(|line| !of_group(config, line));
    found.sort();
    found
}

/// The wish of a group's member is the group's: the dump shows what became of it, not what is
/// written.
fn of_group(config: &Config, line: &str) -> bool {
    let mut members = config.sync_groups.iter().flat_map(|group| &group.members);
    members.any(|member| line.starts_with(&format!("{} Wantstate", member.value.0)))
}

/// How it announces, yields and authenticates.
fn manners(i: &Instance) -> Vec<String> {
    let on = |on: bool| if on { "enabled" } else { "disabled" };
    let garp = &i.garp;
    let mut all = vec![
        format!(
            "Gratuitous ARP lower priority delay = {}",
            garp.lower_prio_delay.as_secs()
        ),
        format!(
            "Gratuitous ARP lower priority repeat = {}",
            garp.lower_prio_repeat
        ),
        format!(
            "Send advert after receive lower priority advert = {}",
            !i.lower_prio_no_advert
        ),
        format!(
            "Send advert after receive higher priority advert = {}",
            i.higher_prio_send_advert
        ),
        format!("Accept = {}", on(i.accept == AcceptMode::Accept)),
        format!("Promote_secondaries = {}", on(i.promote_secondaries)),
        format!("Notify priority changes = {}", i.notify.priority_changes),
    ];
    if i.version.value == Version::V2 {
        let kind = match i.auth.as_ref().map(|auth| auth.kind.value) {
            None => "none",
            Some(AuthKind::Pass) => "SIMPLE_PASSWORD",
            Some(AuthKind::Ah) => "IPSEC_AH",
        };
        all.push(format!("Authentication type = {kind}"));
    }
    if !i.preempt_delay.is_zero() {
        all.push(format!(
            "Preempt delay = {:.6} secs",
            i.preempt_delay.as_secs_f64()
        ));
    }
    all
}

fn of_instance(i: &Instance) -> Vec<String> {
    let v3 = i.version.value == Version::V3;
    let interval = if v3 {
        format!("{} milli-sec", i.advert_int.as_millis())
    } else {
        format!("{} sec", i.advert_int.as_secs())
    };
    let garp = &i.garp;
    let mut all = vec![
        format!("VRRP Version = {}", if v3 { 3 } else { 2 }),
        format!(
            "Wantstate = {}",
            if i.state.value == InitialState::Master {
                "MASTER"
            } else {
                "BACKUP"
            }
        ),
        format!("Interface = {}", i.interface.value),
        format!("Gratuitous ARP delay = {}", garp.master_delay.as_secs()),
        format!("Gratuitous ARP repeat = {}", garp.master_repeat),
        format!(
            "Gratuitous ARP refresh = {}",
            garp.master_refresh.map_or(0, |d| d.as_secs())
        ),
        format!("Gratuitous ARP refresh repeat = {}", garp.refresh_repeat),
        format!("Down timer adverts = {}", i.down_timer_adverts),
        format!("Virtual Router ID = {}", i.vrid.value.0),
        format!("Priority = {}", i.priority.value.0),
        format!("Advert interval = {interval}"),
        format!(
            "Preempt = {}",
            if i.nopreempt { "disabled" } else { "enabled" }
        ),
    ];
    all.extend(manners(i));
    if let Some(auth) = &i.auth {
        let password = String::from_utf8_lossy(&auth.password.value);
        // Only eight bytes of a key are shown and used.
        all.push(format!(
            "Password = {}",
            password.chars().take(8).collect::<String>()
        ));
    }
    let vips = i.vips.iter().chain(&i.vips_excluded);
    all.extend(vips.map(|vip| {
        let whole = if vip.address.is_ipv6() { 128 } else { 32 };
        let address = vip.address.value;
        let interface = vip.interface.as_ref().unwrap_or(&i.interface);
        let label = vip
            .label
            .as_ref()
            .map_or(String::new(), |label| format!(" label {label}"));
        let more = format!(" dev {interface}{label}");
        if vip.prefix == whole {
            format!("address = {address}{more}")
        } else {
            format!("address = {address}/{}{more}", vip.prefix)
        }
    }));
    if let Transport::Unicast { peers, ttl } = &i.transport {
        all.push(format!("Unicast TTL = {ttl}"));
        all.extend(
            peers
                .iter()
                .map(|peer| format!("peer = {}", peer.address.value)),
        );
    }
    all.iter()
        .map(|line| format!("{} {line}", i.name.value.0))
        .collect()
}

fn model(path: &Path) -> Config {
    let options = Options {
        tolerant: true,
        ..Options::default()
    };
    keepalived::parse(&[Source::new("keepalived.conf", text_of(path))], &options).config
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the copy")
}

#[test]
fn real_files_have_the_meaning_that_keepalived_gives_them() {
    let Some(originals) = crate::corpus::files("keepalived") else {
        eprintln!("skipped: ../shared/corpus/keepalived is not beside the project");
        return;
    };
    if !Path::new("/usr/sbin/keepalived").exists() {
        eprintln!("skipped: the Debian package 'keepalived' is not installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("tandem-meaning-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let mut files = Vec::new();
    for path in &originals {
        let bytes = std::fs::read(path).expect("a readable file");
        let copy = folder.join(path.file_name().unwrap_or_default());
        std::fs::write(&copy, harmless(&String::from_utf8_lossy(&bytes))).expect("a copy");
        files.push(copy);
    }
    // Without an instance keepalived's VRRP process has nothing to show.
    files.retain(|path| !model(path).instances.is_empty());
    let dumps = dumps(&files, &folder);
    let mut differ = Vec::new();
    let mut compared = 0;
    for (path, dump) in files.iter().zip(dumps.iter().flatten()) {
        let config = model(path);
        let (mut theirs, ours) = (theirs(dump), ours(&config));
        theirs.retain(|line| !of_group(&config, line));
        let name = path.file_name().unwrap_or_default().display();
        // An instance for the LVS half's synchronisation runs only with its kernel module.
        let needs_module = text_of(path).contains("lvs_sync_daemon_interface");
        if theirs.is_empty() && needs_module {
            println!("{name}: keepalived shows no instance");
            continue;
        }
        compared += theirs.len();
        differ.extend(
            theirs
                .iter()
                .filter(|line| !ours.contains(line))
                .map(|line| format!("{name}: keepalived: {line}")),
        );
        differ.extend(
            ours.iter()
                .filter(|line| !theirs.contains(line))
                .map(|line| format!("{name}: we: {line}")),
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
    if dumps.is_none() {
        eprintln!("skipped: no network namespace can be made here (root and veth are needed)");
        return;
    }
    assert!(compared > 500, "only {compared} values were compared");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
