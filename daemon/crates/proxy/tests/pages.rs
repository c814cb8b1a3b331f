//! Files that are sent to clients are as large as a buffer at most, as in haproxy.

use config::haproxy::parse;
use config::{Options, Source};
use proxy::plan::{Attachments, problems};

const HEAD: &str = "HTTP/1.1 503 Busy\r\n\r\n";

/// What stands against a configuration whose file `page` has so many bytes, with the line.
fn said(lines: &str, size: usize) -> Vec<String> {
    let text = format!(
        "{lines}\nfrontend web\n bind :80\n mode http\n timeout client 1s\n errorfiles site\n"
    );
    let parsed = parse(&[Source::new("test.cfg", text)], &Options::default());
    assert!(parsed.is_valid(), "{lines}");
    let bytes = format!("{HEAD:x<size$}").into_bytes();
    let files = Attachments::from([("page".to_owned(), bytes)]);
    let found = problems(&parsed.config, &files);
    let line = |place| parsed.sources.position(place).line;
    let told = found
        .iter()
        .map(|p| format!("{}: {}", line(p.place), p.text));
    told.collect()
}

#[test]
fn a_page_larger_than_a_buffer_is_refused_at_its_line() {
    let used = "http-errors site\n errorfile 503 page";
    let wide = "global\n tune.bufsize 32768\nhttp-errors site\n errorfile 503 page";
    let nowhere = "http-errors site\nhttp-errors other\n errorfile 503 page";
    let body = "http-errors site\nfrontend f\n bind :81\n mode http\n timeout client 1s\n http-request return content-type text/plain file page";
    let why = "'page' has 16385 bytes, and only 16384 fit into a buffer; shorten it, or raise 'tune.bufsize'";
    for (lines, place) in [
        (used, "2: errorfile 503 "),
        (nowhere, "3: errorfile 503 "),
        (body, "6: "),
    ] {
        assert_eq!(said(lines, 16384), [""; 0], "{lines}");
        assert_eq!(said(lines, 16385), [format!("{place}{why}")], "{lines}");
    }
    assert_eq!(said(wide, 16385), [""; 0]);
    assert_eq!(said(wide, 32769).len(), 1);
}
