/**
 * What starts the agent on a device where it may replace itself: it chooses the program, watches a new one until that has
 * proved itself, and goes back to the previous one where it does not (docs/decisions/0013). It never changes with an
 * update, and knows nothing but files: a program that is broken in any way cannot take it along. POSIX sh, for small
 * systems too.
 */
export const launcherScript = String.raw`#!/bin/sh
# Starts tideway-agent from this folder. Made by "tideway-agent lay-out"; an update of the agent does not change it.
here=$(dirname -- "$(readlink -f -- "$0")")
most_starts=3
case $TIDEWAY_PROVE_WITHIN_S in '' | *[!0-9]*) prove_within_s=300 ;; *) prove_within_s=$TIDEWAY_PROVE_WITHIN_S ;; esac

say() { echo "tideway-agent launcher: $1" >&2; }

# The first line of a file; nothing where there is none.
line_of() {
  line=
  [ ! -f "$1" ] || IFS= read -r line <"$1" || :
  printf '%s' "$line"
}

# Brings a file or folder to disk; small systems have a "sync" that always takes everything.
settle() { sync -- "$1" || sync; }

# Puts a line in the place of a file: whole, and for sure after the return.
keep() {
  { printf '%s\n' "$2" >"$1.new" && settle "$1.new" && mv -f -- "$1.new" "$1" && settle "$(dirname -- "$1")"; } 2>/dev/null
}

is_there() { [ -n "$1" ] && { [ -f "$here/versions/$1/tideway-agent" ] || [ -f "$here/versions/$1/tideway-agent.mjs" ]; }; }

# Becomes the program of a version.
become() {
  export TIDEWAY_PROGRAM="$1"
  folder=$here/versions/$1
  shift
  [ ! -f "$folder/tideway-agent" ] || exec "$folder/tideway-agent" "$@"
  node=$(line_of "$here/node")
  [ -x "$node" ] || node=node
  exec "$node" "$folder/tideway-agent.mjs" "$@"
}

# Says in "version" what is to be started, and in "previous" what can be gone back to.
look() {
  version=$(line_of "$here/current")
  previous=$(line_of "$here/previous")
  is_there "$previous" || previous=
  is_there "$version" || version=$previous
  [ -n "$version" ] && return
  say "there is no program in $here: lay it out anew"
  exit 1
}

# Says in "version" what is to be started, and in "on_trial" whether it has yet to prove itself.
choose() {
  look
  on_trial=
  [ -n "$previous" ] && [ "$previous" != "$version" ] && ! is_proven || return 0
  starts=$(line_of "$here/versions/$version/starts")
  case $starts in '' | *[!0-9]*) starts=0 ;; esac
  if [ "$starts" -lt "$most_starts" ] && keep "$here/versions/$version/starts" "$((starts + 1))"; then
    on_trial=yes
    return 0
  fi
  say "$version has not proved itself ($fault): going back to $previous"
  # Where a power cut has come between the two, the first fault stands.
  { [ -s "$here/versions/$version/rejected" ] || keep "$here/versions/$version/rejected" "$fault"; } &&
    keep "$here/current" "$previous"
  version=$previous
}

is_proven() { [ -e "$here/versions/$version/proven" ]; }

# Ends a program that does not prove itself in time.
watch() {
  waited=0
  while [ "$waited" -lt "$prove_within_s" ]; do
    sleep 1
    ! is_proven && kill -0 "$1" 2>/dev/null || return 0
    waited=$((waited + 1))
  done
  kill -KILL "$1" 2>/dev/null
}

export TIDEWAY_PROGRAMS="$here"
if [ "$1" != run ]; then
  look
  # Somebody who asks is answered by a program of which is known that it works.
  [ -n "$previous" ] && ! is_proven && version=$previous
  become "$version" "$@"
fi

export TIDEWAY_LAUNCHER=$$
child=
stopping=
fault=silent
trap 'stopping=yes; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM INT HUP
while [ -z "$stopping" ]; do
  choose
  become "$version" "$@" &
  child=$!
  [ -z "$stopping" ] || kill -TERM "$child" 2>/dev/null
  watcher=
  if [ -n "$on_trial" ]; then
    watch "$child" &
    watcher=$!
  fi
  wait "$child"
  code=$?
  # A signal ends the waiting, and not yet the program.
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  child=
  [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
  [ -z "$stopping" ] || break
  if [ -n "$on_trial" ] && ! is_proven; then
    # 137: somebody ended it, as the watch above does; all else is its own doing.
    fault=silent
    [ "$code" -eq 137 ] || fault="crashed with exit code $code"
    sleep 1
  elif [ "$code" -eq 75 ]; then
    : # It has replaced itself, and wants to be started anew.
  elif [ -n "$TIDEWAY_RESTART_AFTER_S" ]; then
    say "the agent ended with exit code $code: starting it again in $TIDEWAY_RESTART_AFTER_S s"
    sleep "$TIDEWAY_RESTART_AFTER_S"
  else
    break
  fi
done
exit "$code"
`;
