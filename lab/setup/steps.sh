# Sourced. Runs one step at a time per caller: a line when it starts to take long, every ten seconds while it
# runs, and its time at the end. A step's own output goes to a log that is shown only when the step fails.

# say WORD TEXT
say() { printf '%-5s %s\n' "$1" "$2"; }

# seconds, with a tenth, since a stamp of `now`
now() { date +%s%N; }
since() {
  ms=$((($(now) - $1) / 1000000))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# ticker TITLE BEGIN: says every ten seconds that the step still runs; started in the background
ticker() {
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  sleep 2 &
  nap=$!
  wait "$nap"
  say ... "$1"
  while :; do
    sleep 10 </dev/null >/dev/null 2>&1 &
    nap=$!
    wait "$nap"
    say ... "$1: $(since "$2") so far"
  done
}

# step TITLE NAME: calls need_NAME; when it succeeds there is work to do, and do_NAME does it
step() {
  begin=$(now)
  if ! "need_$2"; then
    say ok "$1"
    return 0
  fi
  log=$logs/$2.log
  ticker "$1" "$begin" &
  tick=$!
  code=0
  ("do_$2") >"$log" 2>&1 || code=$?
  kill "$tick" 2>/dev/null
  wait "$tick" 2>/dev/null
  if [ "$code" = 0 ]; then
    say done "$1 ($(since "$begin"))"
    return 0
  fi
  say FAIL "$1 after $(since "$begin"); the end of its output:"
  tail -n 30 "$log" | sed 's/^/      | /'
  return 1
}

# locked NAME COMMAND...: one at a time on this machine, for things that several checkouts share
locked() {
  lock=$cache/.lock-$1
  shift
  (
    flock 9
    "$@"
  ) 9>"$lock"
}
