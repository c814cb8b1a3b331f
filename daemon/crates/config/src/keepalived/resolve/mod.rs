//! Defaults, `global_defs` folded into instances, and what can only be judged as a whole.

mod addresses;
mod election;
mod fold;
mod groups;
mod paths;
mod protocol;
mod vrid;

use super::context::Context;
use super::keywords::Drafts;
use super::model::Config;

pub fn resolve(cx: &mut Context<'_>, drafts: Drafts) -> Config {
    let Drafts {
        mut config,
        instances,
        ..
    } = drafts;
    // Scripts without a user of their own run as script_user.
    let script_user = config.global.script_user.clone();
    for script in &mut config.scripts {
        script.user = script.user.take().or_else(|| script_user.clone());
    }
    for draft in instances {
        if let Some(instance) = fold::fold(cx, &config.global, draft) {
            config.instances.push(instance);
        }
    }
    for instance in &config.instances {
        protocol::check(cx, instance);
        addresses::check(cx, instance);
        election::check(cx, instance);
    }
    addresses::check_all(cx, &mut config);
    vrid::check(cx, &config);
    groups::resolve(cx, &mut config);
    paths::resolve(cx, &mut config);
    config
}
