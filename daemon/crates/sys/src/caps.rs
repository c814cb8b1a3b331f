//! Capabilities, user and group change, no-new-privileges, chroot.
