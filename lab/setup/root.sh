#!/bin/sh
# Builds the Debian root that every lab host starts from, once per version of this file:
#   DEST/base      a small Debian server: systemd, sshd, ifupdown, nftables and what an operator expects
#   DEST/services  an overlay layer on it with nginx, keepalived and haproxy, all disabled
#   DEST/packages  the archives that made the second layer, for hosts that install them by themselves
# Hosts put their own writable layer on top (lab/host/disk.ts). Everything happens beside DEST and is
# moved into place at the end, so that an interrupted build leaves nothing that looks finished.
# usage: root.sh DEST          prints nothing but errors; the caller shows progress
set -eu
umask 022

SUITE=bookworm
BASE_PACKAGES=systemd,systemd-sysv,dbus,ifupdown,iproute2,openssh-server,procps,psmisc,nftables,sudo,iputils-ping,iputils-arping,curl,tcpdump,netbase,less
SERVICE_PACKAGES="nginx-light keepalived haproxy"

# Mounts made below (debootstrap's proc and sys, the overlay) vanish with this private mount namespace.
if [ "${TANDEM_ROOT_PRIVATE:-}" != 1 ]; then
  TANDEM_ROOT_PRIVATE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi

dest=$1
work=$dest.part.$$
# A build that was killed leaves its folder; nobody else builds while the caller holds the lock.
rm -rf "$dest".part.*
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$work/base" "$work/services"

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $SUITE" 'Component: main' 2>/dev/null |
  grep -v security | head -n 1)
debootstrap --variant=minbase --include="$BASE_PACKAGES" "$SUITE" "$work/base" ${mirror:+"$mirror"} \
  >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }

base=$work/base
rm -f "$base"/var/cache/apt/archives/*.deb
# Identity belongs to a host, not to the root: keys and machine-id are written per host.
rm -f "$base"/etc/ssh/ssh_host_* "$base"/etc/hostname "$base"/etc/resolv.conf
: >"$base/etc/machine-id"
cat >"$base/etc/ssh/sshd_config.d/lab.conf" <<'CONF'
UseDNS no
PermitRootLogin prohibit-password
HostKey /etc/ssh/ssh_host_ed25519_key
CONF
mkdir -p "$base/etc/systemd/journald.conf.d" "$base/var/log/journal"
printf '[Journal]\nSystemMaxUse=32M\nRateLimitIntervalSec=0\n' >"$base/etc/systemd/journald.conf.d/lab.conf"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer console-getty.service getty@.service systemd-networkd.service systemd-resolved.service; do
  ln -sf /dev/null "$base/etc/systemd/system/$unit"
done
chroot "$base" useradd --create-home --shell /bin/bash ops

# The second layer: the same root with the packages of a web server and of the comparison pair.
mkdir "$work/overlay-work" "$work/merged"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/services,workdir=$work/overlay-work" "$work/merged"
merged=$work/merged
cp /etc/resolv.conf "$merged/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$merged/usr/sbin/policy-rc.d"
chmod 755 "$merged/usr/sbin/policy-rc.d"
mount -t proc proc "$merged/proc"
{
  chroot "$merged" apt-get update -q &&
    DEBIAN_FRONTEND=noninteractive chroot "$merged" \
      apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io $SERVICE_PACKAGES &&
    chroot "$merged" systemctl disable nginx keepalived haproxy
} >"$work/services.log" 2>&1 || { tail -n 20 "$work/services.log" >&2; exit 1; }
umount "$merged/proc"
mkdir "$work/packages"
mv "$merged"/var/cache/apt/archives/*.deb "$work/packages/"
rm -f "$merged/usr/sbin/policy-rc.d" "$merged/etc/resolv.conf"
rm -rf "$merged"/var/lib/apt/lists/* "$merged"/var/cache/apt/*.bin
umount "$merged"
rm -rf "$base"/var/lib/apt/lists/* "$base"/var/cache/apt/*.bin "$work/overlay-work" "$merged"

rm -rf "$dest"
mv "$work" "$dest"
