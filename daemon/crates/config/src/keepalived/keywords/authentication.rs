//! `authentication { auth_type PASS|AH  auth_pass … }`

use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{AuthKind, Authentication};
use crate::keepalived::tree::Node;
use crate::source::Spanned;

const BLOCK: Block = Block::new("authentication");

/// Bytes of a PASS password that travel (RFC 2338, 5.3.10), and of an AH key.
const PASS_BYTES: usize = 8;
const AH_BYTES: usize = 16;

pub fn read(cx: &mut Context<'_>, node: &Node) -> Option<Authentication> {
    let mut kind: Option<Spanned<AuthKind>> = None;
    let mut password: Option<Spanned<String>> = None;
    for child in node.children() {
        if !cx.known(BLOCK, child) {
            continue;
        }
        match child.keyword() {
            "auth_type" => kind = auth_type(cx, child).or(kind),
            _ => password = cx.text(BLOCK, child, "auth_pass s3cret"),
        }
    }
    let Some(kind) = kind else {
        if !node
            .children()
            .iter()
            .any(|child| child.keyword() == "auth_type")
        {
            let message = "'authentication' names no auth_type, so nothing is authenticated";
            cx.error(
                "keepalived/missing-value",
                node.keyword_span(),
                message.to_owned(),
            )
            .suggest("add 'auth_type PASS', or remove the block");
        }
        return None;
    };
    let Some(password) = password else {
        let message = "'authentication' has no auth_pass".to_owned();
        cx.error("keepalived/missing-value", node.keyword_span(), message)
            .suggest("add 'auth_pass …', the same on both nodes");
        return None;
    };
    Some(Authentication {
        kind,
        password: bytes(cx, kind.value, &password),
    })
}

fn auth_type(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<AuthKind>> {
    let word = cx.one(BLOCK, node, "auth_type PASS")?;
    let kind = match word.text.as_str() {
        "PASS" => AuthKind::Pass,
        "AH" => AuthKind::Ah,
        _ => {
            cx.bad(word, "an authentication type", "write PASS or AH");
            return None;
        }
    };
    Some(Spanned::new(kind, word.span))
}

fn bytes(cx: &mut Context<'_>, kind: AuthKind, password: &Spanned<String>) -> Spanned<Vec<u8>> {
    let most = if kind == AuthKind::Pass {
        PASS_BYTES
    } else {
        AH_BYTES
    };
    let mut bytes = password.value.clone().into_bytes();
    if bytes.len() > most {
        let message = format!(
            "the password has {} bytes; only the first {most} are used, so different \
             passwords may match",
            bytes.len()
        );
        // The bytes themselves are not repeated: messages end up in logs.
        cx.warning("keepalived/long-password", password.span, message)
            .suggest(format!("shorten it to {most} bytes on both nodes"));
        bytes.truncate(most);
    }
    Spanned::new(bytes, password.span)
}
