//! `setenv`, `presetenv`, `unsetenv`, `resetenv`, `localpeer`: the next line sees the change.

use super::args::Args;
use super::context::Context;

/// The variable that holds the name of this machine among its peers.
pub const LOCAL_PEER: &str = "HAPROXY_LOCALPEER";

pub fn keyword(cx: &mut Context<'_>, keyword: &str, args: &mut Args<'_>) {
    match keyword {
        "setenv" | "presetenv" => set(cx, keyword, args),
        "unsetenv" | "resetenv" => {
            let mut names = Vec::new();
            while let Some(word) = args.take() {
                names.push(word.text.to_string());
            }
            if keyword == "resetenv" {
                return cx.environment.reset(&names);
            }
            if names.is_empty() {
                return cx.missing(args, "the name of a variable", "unsetenv SITE");
            }
            for name in names {
                cx.environment.unset(&name);
            }
        }
        _ => {
            if let Some(name) = cx.string(args, "the name", "localpeer lb-a") {
                if cx.peers_begun {
                    let message =
                        "'localpeer' counts for 'peers' sections below it alone".to_owned();
                    cx.warning("haproxy/no-effect", name.span, message)
                        .suggest("write 'global' above 'peers'");
                    return;
                }
                cx.environment.set(LOCAL_PEER, name.value);
            }
        }
    }
}

fn set(cx: &mut Context<'_>, keyword: &str, args: &mut Args<'_>) {
    let (Some(name), Some(value)) = (args.take(), args.take()) else {
        let example = format!("{keyword} SITE blue");
        return cx.missing(args, "the name or the value of the variable", &example);
    };
    if name.text.is_empty() || name.text.contains(['=', '\0']) {
        return cx.bad(
            name,
            "the name of a variable",
            "use letters, digits and underscores",
        );
    }
    if keyword == "setenv" || cx.environment.get(&name.text).is_none() {
        cx.environment.set(&name.text, value.text.to_string());
    }
}
