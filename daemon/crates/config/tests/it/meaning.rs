//! Real files mean what keepalived 2.2.7 takes them to mean: its own dump of the running
//! configuration against our model. Commands in the files are replaced, so that none is run.

use crate::meaning_lines::{of_group, ours, theirs};
use config::keepalived::model::Config;
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

/// How many values keepalived shows, and those that only one of us has.
fn compare(files: &[PathBuf], folder: &Path) -> Option<(usize, Vec<String>)> {
    let dumps = dumps(files, folder)?;
    let mut differ = Vec::new();
    let mut compared = 0;
    for (path, dump) in files.iter().zip(&dumps) {
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
    Some((compared, differ))
}

/// Texts whose meaning lies in the steps from lines to keywords.
#[rustfmt::skip]
const SMALL: &[&str] = &[
    "! all of it # twice\n@{ priority 42 # not 43\n}\n",
    "@{ # in front\n virtual_ipaddress { ! here\n 10.0.0.7/24 # 10.0.0.8\n }\n}\n",
    "@\n{\n priority 7 }\n",
    "@{\n virtual_ipaddress\n {\n 10.0.0.7\n 10.0.0.8 }\n}\n",
    "$P=33\n@{\n priority $P\n}\n",
    "$P=3\n$Q=${P}4\n$P=5\n@{\n priority ${Q}\n}\n",
    "$V=\\\n10.0.0.7\\\n10.0.0.8\n@{\n virtual_ipaddress {\n $V\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~SEQ(N, 2, 4) 10.0.0.$N/24\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~SEQ(N, 2, 4) 10.0.0.${N}/24\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~SEQ(N, 9, -4, 1) 10.0.0.$N\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~LST(N, 3, 7, 5) 10.0.0.$N\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~LST({A,B},{1,2},{3,4}) 10.0.$A.$B\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~SEQ(A, 1, 2) ~SEQ(B, 3, 4) 10.0.$A.$B\n }\n}\n",
    "@{\n virtual_ipaddress {\n ~SEQ(A, 1, 2) ~SEQ(B, 3, 4) 10.0.${A}.$B\n ~LST({A,B},{5,6},{7,8}) 10.0.${A}.$B\n }\n}\n",
    "@{\n virtual_ipaddress {\n 10.0.0.7\n }\n priority 9\n priority 8\n virtual_ipaddress {\n 10.0.0.8\n }\n}\n",
    "@{\n nopreempt\n preempt\n}\n",
    "@{\n authentication {\n auth_type PASS\n auth_pass ab#cd\n }\n}\n",
    "@{\n authentication {\n auth_type PASS\n auth_pass \"a#b!c\"\n }\n}\n",
    "@{\n priority 10\r\n nopreempt\r\n}\r\n",
    "@{\n\tpriority\t12\n}\n",
    "global_defs {\n vrrp_version 3\n vrrp_garp_master_delay 2\n}\n@{\n advert_int 0.25\n garp_master_repeat 3\n}\n",
    "@{\n state MASTER\n}\n",
    "@{\n priority 255\n}\n",
    "@{\n virtual_ipaddress {\n 10.0.0.7\n 10.0.0.7\n }\n}\n",
    "@{\n priority 20 30\n}\n",
];

#[test]
fn small_files_go_the_same_steps_from_lines_to_keywords() {
    if !Path::new("/usr/sbin/keepalived").exists() {
        eprintln!("skipped: the Debian package 'keepalived' is not installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("tandem-small-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let head = "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n";
    let address = "virtual_ipaddress {\n 10.0.0.100/24\n }\n";
    let mut files = Vec::new();
    for (number, text) in SMALL.iter().enumerate() {
        // An instance has an address; the brace may stand anywhere.
        let opened = text.replacen("@{", &format!("{head}{address}"), 1);
        let opened = opened.replacen(
            "@\n{",
            &format!("{}{address}", head.replacen(" {", "\n{", 1)),
            1,
        );
        let path = folder.join(format!("{number}.conf"));
        std::fs::write(&path, opened).expect("a file");
        files.push(path);
    }
    let result = compare(&files, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    let Some((compared, differ)) = result else {
        eprintln!("skipped: no network namespace can be made here (root and veth are needed)");
        return;
    };
    assert!(
        compared > SMALL.len() * 15,
        "only {compared} values were compared"
    );
    assert!(differ.is_empty(), "{}", differ.join("\n"));
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
    let result = compare(&files, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    let Some((compared, differ)) = result else {
        eprintln!("skipped: no network namespace can be made here (root and veth are needed)");
        return;
    };
    assert!(compared > 500, "only {compared} values were compared");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
