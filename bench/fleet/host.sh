# One host: root is an overlay of this machine's in a tmpfs, systemctl the stand-in, and sshd the first process.
# Arguments: folder of the host, interface address, folder of the fleet, control group of the host. Run in namespaces
# of its own.
set -eu
dir=$1 address=$2 fleet=$3 group=$4
mount --make-rprivate /
mount -t tmpfs tmpfs "$dir"
mkdir "$dir/upper" "$dir/work" "$dir/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
root=$dir/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
mkdir -p "$group/tandem.service"
mount --bind "$group" "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
# Other programs of this machine that are configured here are no part of the host.
rm -rf "$root/etc/tandem" "$root/opt/tandem" "$root/var/lib/tandem" "$root/etc/systemd/system/tandem.service"
# What the administrator of this machine has bash do at each login is no part of the host either.
mount -t tmpfs -o mode=700 tmpfs "$root/root"
mkdir -p "$root/run/sshd" "$root/run/lock" "$root/root/.ssh" "$root/etc/sysctl.d" "$root/etc/systemd/system"
cp "$fleet/systemctl" "$root/usr/bin/systemctl"
cp "$fleet/host_key" "$fleet/sshd_config" "$root/run/sshd/"
cp "$fleet/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
chmod 755 "$root/usr/bin/systemctl"
chmod 700 "$root/root" "$root/root/.ssh"
chmod 600 "$root/root/.ssh/authorized_keys" "$root/run/sshd/host_key"
chown -R 0:0 "$root/root/.ssh"
ip link set lo up
# The fleet moves the interface in; its other end is the pair's bridge.
tries=0
until ip link show eth0 >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] || exit 70
  sleep 0.02
done
ip address add "$address" dev eth0
ip link set eth0 up
exec chroot "$root" /usr/sbin/sshd -D -e -f /run/sshd/sshd_config
