# Sourced. Toolchains that their installers put outside the PATH of a bare shell.
for dir in "${CARGO_HOME:-${HOME:-/root}/.cargo}/bin" /usr/local/go/bin; do
  case ":$PATH:" in
    *":$dir:"*) ;;
    *) [ ! -d "$dir" ] || PATH=$PATH:$dir ;;
  esac
done
# The last one has what ensure.sh builds for the tests.
for dir in /usr/sbin /sbin "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tandem/bin"; do
  case ":$PATH:" in
    *":$dir:"*) ;;
    *) PATH=$PATH:$dir ;;
  esac
done
export PATH
# Only what is built again and again gains from incremental builds; what is built once would pay for them.
export CARGO_INCREMENTAL=0
