#!/bin/sh
# Stand-in for systemctl on hosts of the benchmarks, which have no systemd: one kind of unit, a service that listens on
# tandemd's control socket. A timer counts as armed and never runs. What it cannot do is refused.
state=/run/systemctl
mkdir -p "$state"
units=/etc/systemd/system
quiet=no now=no verb= unit= fields=
while [ $# -gt 0 ]; do
  case $1 in
  --quiet | -q) quiet=yes ;;
  --now) now=yes ;;
  --no-pager | --no-ask-password | --system | --full | -l) ;;
  -p) fields="$fields $2"; shift ;;
  --property=*) fields="$fields $(echo "${1#*=}" | tr , ' ')" ;;
  -*) echo "systemctl stand-in: no option $1" >&2; exit 64 ;;
  *) if [ -z "$verb" ]; then verb=$1; else unit=$1; fi ;;
  esac
  shift
done
case $unit in '' | *.*) ;; *) unit=$unit.service ;; esac
file=$units/$unit

pid() { cat "$state/$unit.pid" 2>/dev/null; }
active() {
  case $unit in
  *.timer) [ -e "$state/$unit.on" ] ;;
  *) p=$(pid) && [ -n "$p" ] && kill -0 "$p" 2>/dev/null ;;
  esac
}
exec_of() { sed -n "s/^$1=[-@:+!]*//p" "$file"; }
running() { [ -S /run/tandem/control.sock ] && "$1" status >/dev/null 2>&1; }
start() {
  active && return 0
  [ -e "$file" ] || { echo "Failed to start $unit: Unit $unit not found." >&2; return 5; }
  case $unit in *.timer) : >"$state/$unit.on"; return 0 ;; esac
  exec_of ExecStartPre | while read -r line; do sh -c "$line" || exit 1; done || return 1
  for folder in $(exec_of RuntimeDirectory); do mkdir -p "/run/$folder"; done
  # In a control group that says whose it is, as systemd's do.
  setsid sh -c 'echo $$ >/sys/fs/cgroup/tandem.service/cgroup.procs; exec "$@"' start $(exec_of ExecStart) \
    </dev/null >>"$state/$unit.log" 2>&1 9>&- &
  echo $! >"$state/$unit.pid"
  set -- $(exec_of ExecStart)
  tries=0
  until running "$1"; do
    active || { tail -n 5 "$state/$unit.log" >&2; return 1; }
    tries=$((tries + 1))
    [ "$tries" -lt 1000 ] || return 1
    sleep 0.03
  done
}
stop() {
  rm -f "$state/$unit.on"
  p=$(pid) || return 0
  kill "$p" 2>/dev/null
  tries=0
  while kill -0 "$p" 2>/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 500 ]; then kill -9 "$p"; fi
    sleep 0.03
  done
  rm -f "$state/$unit.pid"
}
link() { echo "$units/$(sed -n 's/^WantedBy=//p' "$file").wants/$unit"; }
enabled() { [ -e "$file" ] && [ -L "$(link)" ]; }
value() {
  case $1 in
  LoadState) if [ -e "$file" ]; then echo loaded; else echo not-found; fi ;;
  ActiveState) if active; then echo active; else echo inactive; fi ;;
  SubState) if active; then echo running; else echo dead; fi ;;
  UnitFileState) if enabled; then echo enabled; elif [ -e "$file" ]; then echo disabled; fi ;;
  MainPID) if active; then pid; else echo 0; fi ;;
  NeedDaemonReload) echo no ;;
  FragmentPath) [ ! -e "$file" ] || echo "$file" ;;
  esac
}
case $verb in
daemon-reload | reset-failed | '') ;;
show)
  for field in ${fields:-LoadState ActiveState SubState UnitFileState MainPID NeedDaemonReload FragmentPath}; do
    echo "$field=$(value "$field")"
  done
  ;;
is-active)
  [ "$quiet" = yes ] || value ActiveState
  active
  ;;
is-enabled)
  [ "$quiet" = yes ] || value UnitFileState
  enabled
  ;;
list-unit-files | is-failed | is-system-running) exit 1 ;;
enable)
  [ -e "$file" ] || { echo "Failed to enable unit: Unit file $unit does not exist." >&2; exit 1; }
  mkdir -p "$(dirname "$(link)")"
  ln -sf "$file" "$(link)"
  [ "$now" = no ] || start
  ;;
disable)
  [ ! -e "$file" ] || rm -f "$(link)"
  [ "$now" = no ] || stop
  ;;
start) start ;;
stop) stop ;;
restart) stop && start ;;
reload)
  active || { echo "$unit is not active" >&2; exit 1; }
  exec_of ExecReload | while read -r line; do sh -c "$line" || exit 1; done
  ;;
*)
  echo "systemctl stand-in: no verb $verb" >&2
  exit 64
  ;;
esac
