//! Sections that other sections refer to: `userlist`, `http-errors`.

use super::args::Args;
use super::context::Context;
use super::keywords::OWN_STATUSES;
use super::model::{Config, HttpErrors, Resolvers, User, UserList};
use super::resolvers;
use super::section::Listed;
use crate::source::Spanned;
use std::collections::BTreeMap;

/// Opens the section of that name.
pub fn open(cx: &mut Context<'_>, config: &mut Config, kind: Listed, args: &mut Args<'_>) -> bool {
    let example = match kind {
        Listed::Users => "userlist admins",
        Listed::Errors => "http-errors site",
        Listed::Ring => "ring events",
        Listed::Mailers => "mailers relays",
        Listed::Peers => "peers pair",
        Listed::Resolvers => "resolvers dns",
    };
    let Some(name) = cx.string(args, "the name of the section", example) else {
        return false;
    };
    let keyword = example.split(' ').next().unwrap_or("");
    cx.permitted(&format!("a section '{keyword}'"), &name, name.span);
    cx.finish(args, keyword);
    taken(cx, config, kind, &name);
    match kind {
        Listed::Users => config.userlists.push(UserList {
            name,
            users: Vec::new(),
        }),
        Listed::Errors => config.http_errors.push(HttpErrors {
            name,
            files: BTreeMap::new(),
        }),
        Listed::Ring => super::ring::open(config, name),
        Listed::Mailers => super::mailers::open(config, name),
        Listed::Peers => super::peers::open(cx, config, name),
        Listed::Resolvers => config.resolvers.push(Resolvers::new(name)),
    }
    true
}

/// Whether a section of that name stands above; of others it is said where they are looked up.
fn taken(cx: &mut Context<'_>, config: &Config, kind: Listed, name: &Spanned<String>) {
    let userlists = || config.userlists.iter().any(|list| list.name == *name);
    let errors = || config.http_errors.iter().any(|list| list.name == *name);
    match kind {
        Listed::Users if userlists() => {
            let message = format!("there is a userlist '{name}' above: this one is never asked");
            cx.warning("haproxy/duplicate-name", name.span, message)
                .suggest("write all users into one of them, or give this one another name");
        }
        Listed::Errors if errors() => {
            let message = format!("there is a section 'http-errors {name}' above");
            cx.error("haproxy/duplicate-name", name.span, message)
                .suggest("write all lines into one of them, or give this one another name");
        }
        _ => {}
    }
}

/// What a section's lines say about others of it.
#[derive(Default)]
pub struct Lines {
    /// Group name → its users, as `group NAME users A,B` says; settled when the section ends.
    groups: Vec<(String, Vec<Spanned<String>>)>,
    peers: super::peers::Lines,
}

pub fn keyword(
    cx: &mut Context<'_>,
    config: &mut Config,
    kind: Listed,
    lines: &mut Lines,
    mut args: Args<'_>,
) {
    if kind == Listed::Resolvers {
        return resolvers::keyword(cx, config, args);
    }
    let args = &mut args;
    let Some(keyword) = args.keyword_text() else {
        return;
    };
    match (kind, keyword) {
        (Listed::Users, "user") => user(cx, config, args),
        (Listed::Users, "group") => group(cx, lines, args),
        (Listed::Errors, "errorfile") => errorfile(cx, config, args),
        (Listed::Ring, _) => return super::ring::keyword(cx, config, keyword, args),
        (Listed::Mailers, _) => return super::mailers::keyword(cx, config, keyword, args),
        (Listed::Peers, _) => {
            return super::peers::keyword(cx, config, &mut lines.peers, keyword, args);
        }
        (kind, _) => {
            let known = match kind {
                Listed::Users => "user and group",
                _ => "errorfile",
            };
            cx.error(
                "haproxy/unknown-keyword",
                args.keyword,
                format!("unknown keyword '{keyword}' in this section"),
            )
            .suggest(format!("it takes {known} lines"));
            return;
        }
    }
    cx.finish(args, keyword);
}

fn user(cx: &mut Context<'_>, config: &mut Config, args: &mut Args<'_>) {
    let example = "user admin insecure-password SECRET groups ops";
    let Some(name) = cx.string(args, "the name of the user", example) else {
        return;
    };
    let (mut password, mut hashed, mut member) = (String::new(), false, Vec::new());
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            kind @ ("password" | "insecure-password") => {
                hashed = kind == "password";
                let Some(text) = cx.string(args, "the password", example) else {
                    return;
                };
                if hashed && !known_hash(&text) {
                    cx.error(
                        "haproxy/bad-value",
                        text.span,
                        "this hash of a password cannot be checked here".to_owned(),
                    )
                    .suggest("use SHA-256 or SHA-512, as 'mkpasswd -m sha-512' writes them");
                }
                password = text.value;
            }
            "groups" => {
                let list = cx.string(args, "the groups", example);
                let list = list.map(|list| list.value).unwrap_or_default();
                member.extend(list.split(',').map(str::to_owned));
            }
            _ => {
                cx.bad(
                    word,
                    "a parameter of 'user'",
                    "it takes password, insecure-password, groups",
                );
                return args.skip_all();
            }
        }
    }
    if let Some(list) = config.userlists.last_mut() {
        list.users.push(User {
            name,
            password,
            hashed,
            groups: member,
        });
    }
}

/// SHA-crypt with 256 or 512 bits.
fn known_hash(text: &str) -> bool {
    text.starts_with("$5$") || text.starts_with("$6$")
}

fn group(cx: &mut Context<'_>, lines: &mut Lines, args: &mut Args<'_>) {
    let example = "group ops users admin,anna";
    let Some(name) = cx.string(args, "the name of the group", example) else {
        return;
    };
    cx.permitted("a group", &name, name.span);
    let mut users = Vec::new();
    if args.take_if("users").is_some()
        && let Some(list) = cx.string(args, "the users", example)
    {
        let names = list.value.split(',');
        users.extend(names.map(|user| Spanned::new(user.to_owned(), list.span)));
    }
    lines.groups.push((name.value, users));
}

/// Puts users into the groups that name them.
pub fn close(cx: &mut Context<'_>, config: &mut Config, lines: Lines) {
    let Some(list) = config.userlists.last_mut() else {
        return;
    };
    for (group, names) in lines.groups {
        for name in names {
            match list
                .users
                .iter_mut()
                .find(|user| user.name.value == name.value)
            {
                Some(user) => user.groups.push(group.clone()),
                None => {
                    let message = format!("there is no user '{name}' in this userlist");
                    cx.error("haproxy/unknown-user", name.span, message)
                        .suggest(format!("add 'user {name} password …'"));
                }
            }
        }
    }
}

fn errorfile(cx: &mut Context<'_>, config: &mut Config, args: &mut Args<'_>) {
    let example = "errorfile 503 /etc/haproxy/errors/503.http";
    let Some(status) = cx.number(args, 200..=599, "the status", example) else {
        return args.skip_all();
    };
    if !OWN_STATUSES.contains(&status.value) {
        let message = format!("the proxy never answers {} by itself", status.value);
        cx.warning("haproxy/no-effect", status.span, message)
            .suggest("it can still be sent by 'http-request return errorfiles'");
    }
    if let (Some(file), Some(section)) = (
        cx.string(args, "the file", example),
        config.http_errors.last_mut(),
    ) {
        section.files.insert(status.value, file);
    }
}
