//! Debian's exim on a host, with everything of its own in one folder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use testkit::segment::Host;

pub const PORT: u16 = 2525;

/// Takes mail for example.org into one file; refuses `nobody` for good, and `grey` until
/// [`Exim::let_grey_pass`].
pub struct Exim {
    child: Child,
    folder: PathBuf,
}

/// Reason to leave the tests out on this machine.
pub fn unavailable() -> Option<String> {
    let error = Command::new("exim4").arg("-bV").output().err()?;
    Some(format!(
        "needs exim4 from the package exim4-daemon-light: {error}"
    ))
}

impl Exim {
    pub fn start(host: &Host, address: &str, folder: &Path) -> Self {
        let folder = folder.join("exim");
        for name in ["", "spool", "log", "in"] {
            let path = folder.join(name);
            std::fs::create_dir_all(&path).unwrap();
            // Its own user writes there.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
        let file = folder.join("exim.conf");
        std::fs::write(&file, configuration(&folder, address)).unwrap();
        let log = std::fs::File::create(folder.join("output")).unwrap();
        let child = host
            .namespace
            .command("exim4")
            .arg("-C")
            .arg(&file)
            .arg("-bdf")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let exim = Self { child, folder };
        crate::pair::wait("exim listens", || {
            let place = format!("{address}:{PORT}");
            host.namespace
                .enter(|| std::net::TcpStream::connect(place).is_ok())
        });
        exim
    }

    pub fn let_grey_pass(&self) {
        std::fs::write(self.folder.join("pass"), "").unwrap();
    }

    /// Every mail that was taken, whole.
    pub fn mails(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("in/mbox")).unwrap_or_default();
        let mails = text.split("From lb-").skip(1);
        mails
            .map(|mail| mail.split_once('\n').unwrap().1.to_owned())
            .collect()
    }

    /// The subjects of mails from one sender, in order of arrival.
    pub fn subjects(&self, from: &str) -> Vec<String> {
        let mails = self
            .mails()
            .into_iter()
            .filter(|mail| header(mail, "From") == Some(from.into()));
        mails.filter_map(|mail| header(&mail, "Subject")).collect()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A header's text, put together when it is folded.
pub fn header(mail: &str, name: &str) -> Option<String> {
    let head = mail
        .split("\n\n")
        .next()?
        .replace("\n\t", " ")
        .replace("\n ", " ");
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
    Some(line.trim().to_owned())
}

fn configuration(folder: &Path, address: &str) -> String {
    let dir = folder.display();
    format!(
        "primary_hostname = relay.example.org\n\
         spool_directory = {dir}/spool\n\
         log_file_path = {dir}/log/%slog\n\
         pid_file_path = {dir}/exim.pid\n\
         local_interfaces = {address}\n\
         daemon_smtp_ports = {PORT}\n\
         tls_advertise_hosts =\n\
         host_lookup =\n\
         acl_smtp_rcpt = recipients\n\
         keep_environment =\n\
         begin acl\n\
         recipients:\n  \
           deny local_parts = nobody\n    message = there is no such person here\n  \
           defer local_parts = grey\n    condition = ${{if exists{{{dir}/pass}}{{0}}{{1}}}}\n    message = come back later\n  \
           accept domains = example.org\n  \
           deny message = relaying is not for strangers\n\
         begin routers\n\
         everybody:\n  driver = accept\n  transport = folder\n\
         begin transports\n\
         folder:\n  driver = appendfile\n  file = {dir}/in/mbox\n  user = Debian-exim\n  group = Debian-exim\n  mode = 0666\n  mode_fail_narrower = false\n  batch_max = 100\n"
    )
}
