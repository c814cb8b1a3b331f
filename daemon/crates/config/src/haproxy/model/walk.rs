//! One walk over all rules of a section: the files, samples and effects in them.

use super::{
    Balance, CheckAction, CheckPort, CheckText, Condition, Content, Converter, Effect,
    ExchangeEffect, Format, FormatPart, HttpAction, HttpRule, LogFormat, Proxy, Reply, ReturnBody,
    Sample, TagValue, TcpAction, Test, TestRef, TimeoutValue,
};
use crate::source::Spanned;

/// What the walk meets.
#[derive(Default)]
pub struct Found<'a> {
    pub files: Vec<&'a Spanned<String>>,
    /// Of the files, those that hold patterns, and whether they are looked up as maps.
    pub patterns: Vec<(&'a Spanned<String>, bool)>,
    pub samples: Vec<&'a Sample>,
    pub effects: Vec<&'a Effect>,
    /// `errorfiles NAME` in answers.
    pub sections: Vec<&'a Spanned<String>>,
}

pub fn walk(proxy: &Proxy) -> Found<'_> {
    let mut found = Found::default();
    found.files.extend(proxy.error_files.values());
    for acl in &proxy.acls {
        acl.any_of.iter().for_each(|test| found.test(test));
    }
    let http = [
        &proxy.http_request,
        &proxy.http_response,
        &proxy.http_after_response,
    ];
    for rule in http.into_iter().flatten() {
        found.http_rule(rule);
    }
    for rule in &proxy.tcp_rules {
        found.condition(rule.condition.as_ref());
        match &rule.action.value {
            TcpAction::Effect(effect) => found.effect(effect),
            TcpAction::Resolve(resolve) => found.sample(&resolve.name),
            _ => {}
        }
    }
    for rule in &proxy.use_backends {
        found.condition(rule.condition.as_ref());
        rule.computed.iter().for_each(|format| found.format(format));
    }
    for rule in &proxy.persist_rules {
        found.condition(Some(&rule.condition));
    }
    for rule in &proxy.use_servers {
        found.condition(rule.condition.as_ref());
        rule.computed.iter().for_each(|format| found.format(format));
    }
    for rule in &proxy.stick_rules {
        found.sample(&rule.key);
        found.condition(rule.condition.as_ref());
    }
    for (_, format) in proxy.servers.iter().flat_map(|s| &s.proxy_v2.values) {
        found.format(format);
    }
    if let Balance::Hash(key) = &proxy.balance.value {
        found.sample(key);
    }
    for error in &proxy.http_errors {
        found.body(error.body.as_ref());
    }
    for condition in &proxy.monitor_fail {
        found.condition(Some(condition));
    }
    if let Some(page) = &proxy.stats {
        for rule in &page.rules {
            found.condition(rule.condition.as_ref());
        }
        for condition in &page.admin {
            found.condition(Some(condition));
        }
    }
    if let LogFormat::Custom(format) = &proxy.log_format {
        found.format(format);
    }
    let formats = [&proxy.log_format_sd, &proxy.unique_id_format];
    for format in formats.into_iter().flatten() {
        found.format(format);
    }
    for step in proxy.check.value.steps() {
        found.check_step(&step.action);
    }
    found
}

impl<'a> Found<'a> {
    fn http_rule(&mut self, rule: &'a HttpRule) {
        use HttpAction as A;
        self.condition(rule.condition.as_ref());
        match &rule.action.value {
            A::SetHeader { value, .. }
            | A::AddHeader { value, .. }
            | A::ReplaceHeader { value, .. }
            | A::ReplaceValue { value, .. }
            | A::ReplacePath { value, .. }
            | A::ReplacePathQuery { value, .. }
            | A::ReplaceUri { value, .. }
            | A::SetMethod(value)
            | A::SetPath(value)
            | A::SetPathQuery(value)
            | A::SetQuery(value)
            | A::SetUri(value) => self.format(value),
            A::Effect(effect) => self.effect(effect),
            A::Resolve(resolve) => self.sample(&resolve.name),
            A::Deny(reply) | A::Tarpit(reply) | A::Return(reply) => self.reply(reply),
            A::Redirect(redirect) => self.format(redirect.kind.format()),
            A::DelHeader { .. }
            | A::SetStatus { .. }
            | A::Auth { .. }
            | A::WaitForBody { .. }
            | A::NormalizeUri(_)
            | A::Exporter
            | A::Allow
            | A::SilentDrop
            | A::Reject => {}
        }
    }

    fn reply(&mut self, reply: &'a Reply) {
        self.body(reply.body.as_ref());
        reply
            .headers
            .iter()
            .for_each(|(_, value)| self.format(value));
    }

    fn body(&mut self, body: Option<&'a ReturnBody>) {
        match body.map(|body| &body.content) {
            Some(Content::Text(format)) => self.format(format),
            Some(Content::File(path) | Content::FormatFile(path) | Content::ErrorFile(path)) => {
                self.files.push(path);
            }
            Some(Content::Section(name)) => self.sections.push(name),
            Some(Content::Own) | None => {}
        }
    }

    fn effect(&mut self, effect: &'a Effect) {
        self.effects.push(effect);
        match effect {
            Effect::SetVar { value, .. }
            | Effect::Capture { value, .. }
            | Effect::Track { key: value, .. }
            | Effect::SetTag {
                value: TagValue::Sample(value),
                ..
            }
            | Effect::SetSrc(value)
            | Effect::SetSrcPort(value)
            | Effect::SetDst(value)
            | Effect::SetDstPort(value)
            | Effect::Exchange(
                ExchangeEffect::PriorityClass(value)
                | ExchangeEffect::PriorityOffset(value)
                | ExchangeEffect::Timeout {
                    time: TimeoutValue::Sample(value),
                    ..
                },
            ) => self.sample(value),
            Effect::SetVarFormat { value, .. }
            | Effect::Exchange(ExchangeEffect::EarlyHint { value, .. }) => self.format(value),
            Effect::ChangePatterns { key, value, .. } => {
                [Some(key), value.as_ref()]
                    .into_iter()
                    .flatten()
                    .for_each(|format| self.format(format));
            }
            _ => {}
        }
    }

    fn check_step(&mut self, action: &'a CheckAction) {
        let mut texts = Vec::new();
        match action {
            CheckAction::Connect(connect) => {
                if let Some(CheckPort::Computed(port)) = &connect.port {
                    self.sample(port);
                }
            }
            CheckAction::Send(text) => texts.push(text),
            CheckAction::Request(request) => {
                texts.push(&request.uri);
                texts.extend(&request.body);
                let values = request.headers.iter();
                values.for_each(|(_, value)| self.format(value));
            }
            CheckAction::Expect(expect) => {
                texts.extend(expect.wanted.texts());
                let said = [&expect.on_success, &expect.on_error];
                said.into_iter()
                    .flatten()
                    .for_each(|said| self.format(said));
                expect.status_code.iter().for_each(|code| self.sample(code));
            }
            CheckAction::Effect(effect) => self.effect(effect),
        }
        for text in texts {
            if let CheckText::Format(format) | CheckText::Hexadecimal(format) = text {
                self.format(format);
            }
        }
    }

    fn format(&mut self, format: &'a Format) {
        for part in &format.parts {
            if let FormatPart::Sample { sample, .. } = part {
                self.sample(sample);
            }
        }
    }

    fn condition(&mut self, condition: Option<&'a Condition>) {
        for term in condition
            .into_iter()
            .flat_map(|c| c.any_of.iter().flatten())
        {
            if let TestRef::Anonymous(test) = &term.test.value {
                self.test(test);
            }
        }
    }

    fn test(&mut self, test: &'a Test) {
        self.files.extend(&test.files);
        let patterns = test.files.iter().map(|file| (file, test.keyed));
        self.patterns.extend(patterns);
        self.sample(&test.sample);
    }

    fn sample(&mut self, sample: &'a Sample) {
        self.samples.push(sample);
        for converter in &sample.converters {
            if let Converter::Map { file, .. } = &converter.value {
                self.files.push(file);
                self.patterns.push((file, true));
            }
        }
    }
}
