//! The VRRP process alone, with its channel on standard input: what the integration tests start
//! inside network namespaces, in the supervisor's place.

use std::os::fd::AsFd;

use ipc::channel::Channel;

fn main() {
    let result = std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map_err(vrrpd::WorkerError::from)
        .and_then(|socket| vrrpd::run_worker_on(Channel::new(socket)));
    if let Err(error) = result {
        eprintln!("vrrp-test-worker: {error}");
        std::process::exit(1);
    }
}
