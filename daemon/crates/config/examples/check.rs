//! Prints what the parsers say about files: `check FILE…` (`*.conf` = keepalived).
use config::{Options, Source, render};
fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read(&path).unwrap_or_default();
        let source = Source::new(path.clone(), String::from_utf8_lossy(&text));
        let options = Options::default();
        let (ok, out) = if std::path::Path::new(&path)
            .extension()
            .is_some_and(|e| e == "conf")
        {
            let p = config::keepalived::parse(&[source], &options);
            (p.is_valid(), render::render_all(&p.diagnostics, &p.sources))
        } else {
            let p = config::haproxy::parse(&[source], &options);
            (p.is_valid(), render::render_all(&p.diagnostics, &p.sources))
        };
        print!("{out}");
        println!("=== {path}: {}", if ok { "accepted" } else { "refused" });
    }
}
