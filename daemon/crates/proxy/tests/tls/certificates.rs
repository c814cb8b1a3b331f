//! Certificates of one's own, made by OpenSSL once for each test program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub struct Certificates {
    folder: PathBuf,
    /// Certificate and key in one, as `crt` wants it: on a curve, and of RSA.
    pub curve: String,
    pub rsa: String,
}

/// For `example.test`, `localhost` and `127.0.0.1`.
pub fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(|| {
        // In the build folder, each program's in the place of its last ones: nothing runs when a program ends.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
        std::fs::create_dir_all(&folder).unwrap();
        let make = |name: &str, kind: &[&str]| {
            let (key, cert) = (
                folder.join(format!("{name}.key")),
                folder.join(format!("{name}.crt")),
            );
            let made = Command::new("openssl")
                .args([
                    "req",
                    "-x509",
                    "-nodes",
                    "-days",
                    "30",
                    "-subj",
                    "/CN=example.test",
                ])
                .args([
                    "-addext",
                    "subjectAltName=DNS:example.test,DNS:localhost,IP:127.0.0.1",
                ])
                .args(["-addext", "basicConstraints=critical,CA:FALSE"])
                .args(kind)
                .arg("-keyout")
                .arg(&key)
                .arg("-out")
                .arg(&cert)
                .stderr(Stdio::null())
                .status();
            assert!(made.expect("openssl is installed").success());
            let read = |path| std::fs::read_to_string(path).unwrap();
            let both = read(&cert) + &read(&key);
            std::fs::write(folder.join(format!("{name}.pem")), &both).unwrap();
            both
        };
        let curve = make(
            "curve",
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        );
        let rsa = make("rsa", &["-newkey", "rsa:2048"]);
        std::fs::write(folder.join("all.crt"), [&curve[..], &rsa].concat()).unwrap();
        Certificates { folder, curve, rsa }
    })
}

impl Certificates {
    /// A file for programs that read it themselves: `curve.pem`, `rsa.key`, `curve.crt`, …
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }
}
