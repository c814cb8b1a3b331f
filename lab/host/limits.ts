import { readFileSync, writeFileSync } from "node:fs";

/** systemd, its services and udev watch files: some eight instances a host, all counted against root's one limit. */
const instances = { file: "/proc/sys/fs/inotify/max_user_instances", wanted: 8192 };

/**
 * Raises the machine's limit of inotify instances when it is at the kernel's default of 128: with it, the
 * seventeenth lab host stands still at boot. Raising a limit takes nothing from anybody; it stays raised until
 * the machine boots again.
 */
export function raiseLimits(): void {
  if (Number(readFileSync(instances.file, "utf8")) < instances.wanted) {
    writeFileSync(instances.file, String(instances.wanted));
  }
}
