//! Rules over connections and their first bytes: `tcp-request`, `tcp-response`.

use super::compile::Compiler;
use super::context::Context;
use super::effects::Effect;
use super::environment::Environment;
use super::last_rule;
use super::resolve::Resolve;
use super::{Condition, Truth};
use crate::plan::Greeting;
use config::Location;
use config::haproxy::model;

/// What a `tcp-request` or `tcp-response` rule does.
#[derive(Debug)]
pub enum TcpAction {
    Accept,
    Reject,
    Vanish,
    /// The server's side ends.
    Close,
    /// A header of the PROXY protocol comes first.
    ExpectProxy,
    /// A NetScaler client IP header comes first.
    ExpectNetscaler,
    /// What follows is read as requests.
    SwitchMode,
    Resolve(Resolve),
    Effect(Effect),
}

#[derive(Debug)]
pub struct TcpRule {
    pub action: TcpAction,
    pub condition: Option<Condition>,
    /// Where it is written, for `last_rule_file` and `last_rule_line`.
    pub location: Option<Location>,
}

/// How tcp rules ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    Reject,
    Vanish,
    Close,
    /// Accepted, and from now on in http mode.
    Http,
    /// Ask again when more has come.
    Wait,
    /// A name is asked for; then go on at this rule.
    Name(usize),
}

/// Runs tcp rules up to the first that decides, from this one on. After a wait for bytes all of them
/// are asked again, with more to look at.
pub fn run_tcp(rules: &[TcpRule], from: usize, ctx: &Context<'_>) -> Verdict {
    for (number, rule) in rules.iter().enumerate().skip(from) {
        let truth = rule.condition.as_ref().map_or(Truth::Yes, |c| c.truth(ctx));
        if truth == Truth::Wait {
            return Verdict::Wait;
        }
        if truth == Truth::No {
            continue;
        }
        let verdict = match &rule.action {
            TcpAction::Accept => Verdict::Accept,
            TcpAction::Reject => Verdict::Reject,
            TcpAction::Vanish => Verdict::Vanish,
            TcpAction::Close => Verdict::Close,
            TcpAction::SwitchMode => Verdict::Http,
            TcpAction::Resolve(resolve) if resolve.ask(ctx) => return Verdict::Name(number + 1),
            other => {
                other.act(ctx);
                continue;
            }
        };
        last_rule::note(rule.location.as_ref(), ctx);
        return verdict;
    }
    Verdict::Accept
}

impl TcpAction {
    /// What it does besides deciding.
    fn act(&self, ctx: &Context<'_>) {
        let expects = match self {
            Self::ExpectProxy => Greeting::Proxy,
            Self::ExpectNetscaler => Greeting::Netscaler,
            Self::Effect(effect) => return effect.apply(ctx),
            _ => return,
        };
        ctx.remember(|memory| memory.expects = Some(expects));
    }

    fn compile(action: &model::TcpAction, env: &Environment<'_>) -> Result<Self, String> {
        Ok(match action {
            model::TcpAction::Accept => Self::Accept,
            model::TcpAction::Reject => Self::Reject,
            model::TcpAction::SilentDrop => Self::Vanish,
            model::TcpAction::Close => Self::Close,
            model::TcpAction::SwitchMode => Self::SwitchMode,
            model::TcpAction::ExpectProxy => {
                env.remember();
                Self::ExpectProxy
            }
            model::TcpAction::ExpectNetscaler => {
                env.remember();
                Self::ExpectNetscaler
            }
            model::TcpAction::Resolve(resolve) => Self::Resolve(Resolve::compile(resolve, env)?),
            model::TcpAction::Effect(effect) => Self::Effect(Effect::compile(effect, env, false)?),
        })
    }
}

impl Compiler<'_> {
    pub fn tcp_rules(
        &self,
        rules: &[model::TcpRule],
        phase: model::TcpPhase,
        problems: &mut Vec<String>,
    ) -> Vec<TcpRule> {
        self.env
            .response
            .set(phase == model::TcpPhase::ResponseContent);
        // Who is turned away before there is a stream is told of without a rule.
        let told = matches!(
            phase,
            model::TcpPhase::RequestContent | model::TcpPhase::ResponseContent
        );
        let mut out = Vec::new();
        for rule in rules.iter().filter(|rule| rule.phase == phase) {
            let compiled = self
                .condition(rule.condition.as_ref())
                .and_then(|condition| {
                    Ok(TcpRule {
                        action: TcpAction::compile(&rule.action.value, self.env)?,
                        condition,
                        location: told.then(|| rule.location.clone()),
                    })
                });
            match compiled {
                Ok(rule) => out.push(rule),
                Err(why) => problems.push(why),
            }
        }
        out
    }
}
