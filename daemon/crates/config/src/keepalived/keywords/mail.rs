//! Keywords of `global_defs` about mail.

use crate::keepalived::context::{Block, Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Mail, SmtpServer};
use crate::keepalived::tree::Node;

/// Takes up a keyword; false when it is none of these.
pub fn keyword(cx: &mut Context<'_>, block: Block, mail: &mut Mail, node: &Node) -> bool {
    match node.keyword() {
        "notification_email" => {
            // The words of the block, on any lines.
            let lines = node.children().iter().flat_map(|line| &line.words);
            for word in lines {
                check_address(cx, word);
                mail.to.push(owned(word));
            }
            if node.block.is_none() {
                let message = "'notification_email' takes a block of addresses".to_owned();
                cx.error("keepalived/missing-block", node.span(), message)
                    .suggest("write notification_email { ops@example.com }");
            }
        }
        "notification_email_from" => {
            mail.from = cx.text(block, node, "notification_email_from lb@example.com");
            if let Some(word) = node.args().first() {
                check_address(cx, word);
            }
        }
        "smtp_server" => smtp_server(cx, block, mail, node),
        "smtp_connect_timeout" => {
            if let Some(timeout) = cx.seconds(block, node) {
                mail.connect_timeout = timeout;
            }
        }
        "smtp_helo_name" => mail.helo_name = cx.text(block, node, "smtp_helo_name lb.example.com"),
        "smtp_alert" => mail.alert = Some(cx.switch(block, node)),
        "smtp_alert_vrrp" => mail.alert_vrrp = Some(cx.switch(block, node)),
        "no_email_faults" => mail.no_faults = cx.alone(block, node),
        _ => return false,
    }
    true
}

/// keepalived takes anything, so this only warns. A bare name is a user of this host.
fn check_address(cx: &mut Context<'_>, word: &Word) {
    let (user, host) = word.text.split_once('@').unwrap_or((&word.text, "here"));
    let plain = |text: &str, more: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        !text.is_empty() && text.chars().all(fits) && !text.starts_with('.') && !text.ends_with('.')
    };
    // RFC 5322, atext with dots; a domain, or an address in brackets.
    if !plain(user, ".!#$%&'*+/=?^_`{|}~-") || !plain(host, ".-:[]") {
        let message = format!(
            "'{}' is no mail address; nothing can be sent to it",
            word.text
        );
        cx.warning("keepalived/bad-value", word.span, message)
            .suggest("write e.g. ops@example.com");
    }
}

fn smtp_server(cx: &mut Context<'_>, block: Block, mail: &mut Mail, node: &Node) {
    cx.no_block(node);
    let Some(host) = node.args().first() else {
        return cx.missing(node, "smtp_server 127.0.0.1 25");
    };
    let mut port = 25;
    if let Some(word) = node.args().get(1) {
        port = cx
            .number_word(word, 1..=65535)
            .map_or(25, |port| port.value);
    }
    cx.finish(block, node, 2);
    mail.server = Some(SmtpServer {
        host: owned(host),
        port,
    });
}
