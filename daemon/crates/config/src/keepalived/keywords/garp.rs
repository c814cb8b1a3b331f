//! `garp_*` of an instance, `vrrp_garp_*` of `global_defs`.

use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{ExtraAnnouncements, Garp};
use crate::keepalived::tree::Node;
use std::time::Duration;

/// What was said; `None` = as the level above.
#[derive(Debug, Clone, Default)]
pub struct GarpDraft {
    master_delay: Option<Duration>,
    master_repeat: Option<u32>,
    master_refresh: Option<Duration>,
    refresh_repeat: Option<u32>,
    lower_prio_delay: Option<Duration>,
    lower_prio_repeat: Option<u32>,
    interval: Option<Duration>,
    gna_interval: Option<Duration>,
    extra: Option<ExtraAnnouncements>,
}

impl GarpDraft {
    /// Takes up a keyword; `name` is without `vrrp_`. False when it is none of these.
    pub fn keyword(&mut self, cx: &mut Context<'_>, block: Block, name: &str, node: &Node) -> bool {
        match name {
            "garp_master_delay" => self.master_delay = whole(cx, block, node),
            "garp_master_refresh" => self.master_refresh = whole(cx, block, node),
            "garp_lower_prio_delay" => self.lower_prio_delay = whole(cx, block, node),
            "garp_master_repeat" => self.master_repeat = count(cx, block, node),
            "garp_master_refresh_repeat" => self.refresh_repeat = count(cx, block, node),
            "garp_lower_prio_repeat" => self.lower_prio_repeat = count(cx, block, node),
            "garp_interval" => self.interval = between(cx, block, node),
            "gna_interval" => self.gna_interval = between(cx, block, node),
            "garp_extra_if" => self.extra = extra(cx, block, node),
            _ => return false,
        }
        true
    }

    /// In `global_defs`: what is said about lower priorities follows what is said about masters.
    pub fn global(&self) -> Garp {
        let base = Garp::default();
        self.over(&Garp {
            lower_prio_delay: self.master_delay.unwrap_or(base.master_delay),
            lower_prio_repeat: self.master_repeat.unwrap_or(base.master_repeat),
            ..base
        })
    }

    /// What is said here over what is said above, each by itself.
    pub fn over(&self, base: &Garp) -> Garp {
        let refresh = match self.master_refresh {
            None => base.master_refresh,
            Some(every) => (!every.is_zero()).then_some(every),
        };
        let delay = self.master_delay.unwrap_or(base.master_delay);
        let repeat = self.master_repeat.unwrap_or(base.master_repeat);
        Garp {
            master_delay: delay,
            master_repeat: repeat,
            master_refresh: refresh,
            refresh_repeat: self.refresh_repeat.unwrap_or(base.refresh_repeat),
            lower_prio_delay: self.lower_prio_delay.unwrap_or(base.lower_prio_delay),
            lower_prio_repeat: self.lower_prio_repeat.unwrap_or(base.lower_prio_repeat),
            interval: self.interval.unwrap_or(base.interval),
            gna_interval: self.gna_interval.unwrap_or(base.gna_interval),
            extra: self.extra.unwrap_or(base.extra),
        }
    }
}

/// `[all] SECONDS`
fn extra(cx: &mut Context<'_>, block: Block, node: &Node) -> Option<ExtraAnnouncements> {
    let all = node.args().first().is_some_and(|word| word.text == "all");
    let taken = usize::from(all) + 1;
    cx.no_block(node);
    cx.finish(block, node, taken);
    let Some(word) = node.args().get(taken - 1) else {
        cx.missing(node, &format!("{} all 100", node.keyword()));
        return None;
    };
    let seconds = cx.number_word(word, 0..=86_400u64)?;
    Some(ExtraAnnouncements {
        every: (seconds.value > 0).then(|| Duration::from_secs(seconds.value)),
        on_all: all,
    })
}

/// Files in use say 0, which keepalived refuses and then does.
fn between(cx: &mut Context<'_>, block: Block, node: &Node) -> Option<Duration> {
    let time = cx.seconds(block, node)?;
    if time.is_zero() {
        let message = format!("'{}' is 0, which keepalived does not take", node.keyword());
        cx.warning("keepalived/bad-value", time.span, message)
            .suggest("remove the line: without it nothing is waited for");
    }
    Some(time.value)
}

fn whole(cx: &mut Context<'_>, block: Block, node: &Node) -> Option<Duration> {
    cx.number(block, node, 0..=86_400u64)
        .map(|seconds| Duration::from_secs(seconds.value))
}

fn count(cx: &mut Context<'_>, block: Block, node: &Node) -> Option<u32> {
    cx.number(block, node, 1..=1000u32).map(|count| count.value)
}
