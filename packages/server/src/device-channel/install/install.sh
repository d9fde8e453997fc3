#!/bin/sh
# Makes this device one of a Tideway server, brings its agent up to date, or removes it: `--help` says how.
# The whole script is one group of commands, which a shell reads to its end first: a download that is cut off runs nothing.
{
# Put in by the server that gives this script out: its own address, and its files with what proves them.
server=@SERVER@
version=@VERSION@
# Lines of: kind, operating system, architecture, name, bytes, SHA-256.
files=@FILES@

# Root's own: what root runs must not be what another user can change.
home=/opt/tideway-agent
# The user's as whom the agent runs: it replaces its own program here.
programs=$home/programs
command_link=/usr/local/bin/tideway-agent
settings=/etc/tideway/agent.env
state=/var/lib/tideway-agent
unit=/etc/systemd/system/tideway-agent.service
init_script=/etc/init.d/tideway-agent
log=/var/log/tideway-agent.log
pid_file=/var/run/tideway-agent.pid
# Packages that came as artifacts.
cache=/var/cache/tideway-agent

usage() {
  cat <<END
Makes this device one of the server $server, or brings its agent up to date:
  curl -fsSL $server/install.sh | sh -s -- -p TOKEN [options]

  -p, --pairing-token TOKEN  lets a new device join; also \$TIDEWAY_PAIRING_TOKEN, which no list of processes shows
      --claim-token TOKEN    makes this the device that was entered beforehand; also \$TIDEWAY_CLAIM_TOKEN
  -n, --name NAME            name wished for
  -g, --group GROUP          group to join
  -an, --app NAME            app that the device carries now, and
  -av, --app-version VERSION its version
  -u, --user USER            runs the agent, and all steps, as this user instead of root; stays so in later runs
      --runtime KIND         node: with the Node.js of this device; executable: with its own. Else what is possible
      --force                also while an update is at work
      --uninstall            removes the agent and all that it keeps
      --keep-state           with --uninstall: keeps $state, with the key by which the server knows the device

A value may follow its option as the next word or after a =. Root's rights are needed.
END
}

main() {
  umask 022
  read_options "$@"
  [ "$(uname -s)" = Linux ] || fail "The agent runs on Linux, and this is $(uname -s)."
  [ "$(id -u)" = 0 ] || fail 'Root is needed: put sudo before sh. With -u USER the agent then runs as another user.'
  find_service_manager
  if [ "$action" = uninstall ]; then uninstall; else install; fi
}

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "install.sh: $*" >&2; }
fail() { printf '%s\n' "install.sh: $*" >&2; exit 1; }
misused() { printf '%s\n' "install.sh: $*" 'Options: --help' >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

read_options() {
  action=install force= keep_state= name= group= app= app_version= user= runtime=
  token=${TIDEWAY_PAIRING_TOKEN:-} claim_token=${TIDEWAY_CLAIM_TOKEN:-}
  while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
      -h | --help) usage; exit 0 ;;
      --uninstall) action=uninstall; continue ;;
      --keep-state) keep_state=yes; continue ;;
      --force) force=yes; continue ;;
      -*=*) value=${option#*=}; option=${option%%=*} ;;
      -*)
        known_option "$option"
        [ $# -gt 0 ] || misused "$option needs a value."
        case $1 in -?*) misused "$option needs a value, and $1 looks like an option: write $option=$1 if it is none." ;; esac
        value=$1
        shift
        ;;
      # A word by itself is the pairing token.
      *) value=$option; option=-p ;;
    esac
    known_option "$option"
    [ -n "$value" ] || misused "$option needs a value."
    case $option in
      -p | --pairing-token) token=$value ;;
      --claim-token) claim_token=$value ;;
      -n | --name) name=$value ;;
      -g | --group) group=$value ;;
      -an | --app) app=$value ;;
      -av | --app-version) app_version=$value ;;
      -u | --user) user=$value ;;
      --runtime) runtime=$value ;;
    esac
  done
  [ -z "$token" ] || [ -z "$claim_token" ] || misused '-p and --claim-token are two ways to join: give one of them.'
  if [ -n "$app" ] && [ -z "$app_version" ]; then misused '-an needs -av: the version of the app.'; fi
  if [ -z "$app" ] && [ -n "$app_version" ]; then misused '-av needs -an: the name of the app.'; fi
  case $runtime in '' | node | executable) ;; *) misused "--runtime is node or executable, not $runtime." ;; esac
}

known_option() {
  case $1 in
    -p | --pairing-token | --claim-token | -n | --name | -g | --group | -an | --app | -av | --app-version | -u | --user | --runtime) ;;
    *) misused "There is no option $1." ;;
  esac
}

find_service_manager() {
  if [ -d /run/systemd/system ] && have systemctl && have systemd-notify; then manager=systemd
  elif [ -d /etc/init.d ] && have start-stop-daemon && { have update-rc.d || have chkconfig; }; then manager=sysv
  else manager=none
  fi
}

# ---- Installing

install() {
  was_here= is_new=yes
  [ ! -x "$home/tideway-agent" ] || was_here=yes
  [ ! -e "$state/identity.json" ] || is_new=
  look_around
  [ -z "$is_new" ] || [ -n "$token$claim_token" ] || fail 'A new device needs a pairing token: -p TOKEN.'
  [ -n "$user" ] || [ -z "$was_here" ] || user=$(user_of_command)
  [ -n "$user" ] || user=root
  check_user
  check_tools
  choose_program
  check_room
  demand_no_update
  staging=$(mktemp -d "${home%/*}/.tideway-agent.XXXXXX") || fail "Nothing can be written to ${home%/*}."
  is_touched=
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  fetch_program
  is_touched=yes
  stop_service
  join_server
  lay_out
  put_in_place
  put_service && start_service || fail 'The agent could not be started.'
  is_touched=
  sweep
  say_how_it_went
}

# What was there before the agent is no part of it, and outlives an installation that fails.
look_around() {
  was_there=
  for place in "$home" "$programs" "$state" "${settings%/*}" "$settings" "$unit" "$unit.d" "$init_script" "$log" "$log.1" "$cache"; do
    [ ! -e "$place" ] || was_there="$was_there $place "
  done
  state_owner=$(owner_of "$state") programs_owner=$(owner_of "$programs")
}

owner_of() { [ ! -d "$1" ] || ls -nd "$1" | awk '{ print $3 }'; }

give_back() { [ -z "$2" ] || chown -R "$2" "$1"; }

# As whom the agent has run so far.
user_of_command() {
  sed -n -e 's/.* exec runuser -u \([^ ]*\) -- .*/\1/p' -e 's/.* exec su -s [^ ]* \([^ ]*\) -- .*/\1/p' "$home/tideway-agent"
}

check_user() {
  case $user in *[!A-Za-z0-9._-]*) fail "-u must be the name of a user, not $user." ;; esac
  id -u "$user" >/dev/null 2>&1 || fail "There is no user $user on this device: make it first."
}

check_tools() {
  have curl || have wget || fail 'curl or wget is needed.'
  for tool in sha256sum mktemp df awk; do have "$tool" || fail "$tool is needed."; done
  case $server in
    https:* | http://127.*) ;;
    *) say "Warning: the way to $server is not encrypted. Who can change what comes from there rules this device." >&2 ;;
  esac
}

# Sets program_name, program_bytes, program_sha256, and node where that is to run it.
choose_program() {
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) arch=$(uname -m) ;;
  esac
  node= program_name=
  if [ "$runtime" != executable ] && find_node; then choose_file node - -; fi
  [ -z "$program_name" ] || return 0
  node=
  if [ "$runtime" != node ]; then choose_file executable linux "$arch"; fi
  [ -z "$program_name" ] || return 0
  [ "$runtime" != executable ] || fail "This server has no agent with a runtime of its own for linux $arch."
  fail "Node.js 20.19 or newer is needed, and ${node_fault:-this server has no agent for it}."
}

find_node() {
  node=$(command -v node) || { node_fault='there is no node in the PATH'; return 1; }
  case $node in [!/]* | *[!A-Za-z0-9/._+@-]*) node_fault="the path $node cannot be used"; return 1 ;; esac
  is_enough='const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2019 ? 1 : 0)'
  as_user "exec $node -e '$is_enough'" >/dev/null 2>&1 && return 0
  node_fault="$node is $(as_user "exec $node --version" 2>/dev/null || printf '%s' "nothing that $user can run")"
  return 1
}

choose_file() {
  while read -r kind os file_arch name_of_file bytes sha256; do
    [ "$kind $os $file_arch" = "$1 $2 $3" ] || continue
    program_name=$name_of_file program_bytes=$bytes program_sha256=$sha256
    return 0
  done <<END
$files
END
}

check_room() {
  mkdir -p "${home%/*}" || fail "${home%/*} cannot be made: is the file system read-only?"
  # Old and new stand side by side, and the agent itself needs some room.
  needed=$((program_bytes / 1024 * 2 + 20480))
  free=$(df -Pk "${home%/*}" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$needed" ] || fail "$needed kB are needed in ${home%/*}, and $free are free."
}

# A step that is broken off counts as failed, and the update is undone.
demand_no_update() {
  [ -z "$force" ] && [ -n "$was_here" ] || return 0
  case $("$home/tideway-agent" status --json </dev/null 2>/dev/null) in
    *'"update": {'*) fail "This device is at an update, which would be broken off. Wait, or give --force." ;;
  esac
}

# Its sum is checked before anything of it runs.
fetch_program() {
  say "Fetching the agent $version from $server ($program_name)"
  chmod 755 "$staging"
  program=$staging/$program_name
  fetch "$server/agent/files/$program_name" "$program" || fail "$program_name could not be fetched."
  sum=$(sha256sum "$program") || fail 'sha256sum failed.'
  sum=${sum%% *}
  [ "$sum" = "$program_sha256" ] || fail "$program_name came with the SHA-256 $sum, and $program_sha256 is what the server means. Nothing of it was run: try again."
  chmod 755 "$program"
  said=$(as_user "exec $node $program --version" 2>&1) || fail "The agent does not run here as $user: $said"
}

fetch() {
  if have curl; then curl -fsSL --retry 3 --connect-timeout 30 -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}

as_user() {
  if [ "$user" = root ]; then sh -c "$1" </dev/null
  elif have runuser; then runuser -s /bin/sh -c "$1" "$user" </dev/null
  else su -s /bin/sh -c "$1" "$user" </dev/null
  fi
}

# First of all that changes something: where the server says no, all is put back.
join_server() {
  mkdir -p "$state" && chmod 700 "$state" && chown -R "$user" "$state" || fail "$state cannot be made."
  # In the environment, where no list of processes shows them.
  device=$(
    export TIDEWAY_SERVER="$server" TIDEWAY_STATE="$state"
    if [ -n "$is_new" ]; then
      export TIDEWAY_PAIRING_TOKEN="$token" TIDEWAY_CLAIM_TOKEN="$claim_token"
      export TIDEWAY_NAME="$name" TIDEWAY_GROUP="$group" TIDEWAY_APP="$app" TIDEWAY_APP_VERSION="$app_version"
    fi
    as_user "exec $node $program join"
  ) || fail 'This device could not join.'
}

# The program puts itself where it can replace itself; the launcher that starts it goes back to the one before.
lay_out() {
  mkdir -p "$programs" && chown -R "$user" "$programs" || fail "$programs cannot be made."
  keep current "$programs/current"
  as_user "exec $node $program lay-out $programs" >/dev/null || fail "The agent could not be laid out in $programs."
}

put_in_place() {
  mkdir -p "${settings%/*}" "${command_link%/*}" || fail "${settings%/*} cannot be made."
  keep command "$home/tideway-agent"
  keep settings "$settings"
  keep unit "$unit"
  keep init_script "$init_script"
  (umask 077 && write_settings >"$staging/settings") && mv -f "$staging/settings" "$settings" &&
    write_command >"$staging/command" && chmod 755 "$staging/command" &&
    mv -f "$staging/command" "$home/tideway-agent" || fail 'Not all could be written.'
  # For the day when the server is gone.
  if fetch "$server/install.sh" "$staging/install.sh"; then mv -f "$staging/install.sh" "$home/install.sh"; fi
  if [ -L "$command_link" ] || [ ! -e "$command_link" ]; then ln -sf "$home/tideway-agent" "$command_link"; fi
}

keep() { [ ! -e "$2" ] || cp -p "$2" "$staging/$1.before" || fail "$2 cannot be kept."; }
bring_back() { [ ! -e "$staging/$1.before" ] || cp -p "$staging/$1.before" "$2"; }

# What people have added stays. The token has done its work and is not kept.
write_settings() {
  say "# Settings of the Tideway agent. Written by install.sh; lines that are added stay."
  say "TIDEWAY_SERVER='$server'"
  added=
  [ ! -e "$settings" ] || added=$(grep -v -e '^# Settings of the Tideway agent\.' -e '^TIDEWAY_SERVER=' -e '^TIDEWAY_[A-Z]*_TOKEN=' "$settings")
  [ -z "$added" ] || say "$added"
  for variable in HTTPS_PROXY HTTP_PROXY NO_PROXY; do
    # In small letters they win, as for the agent itself.
    small=$(say "$variable" | tr 'A-Z' 'a-z')
    eval "value=\${$small:-\${$variable:-}}"
    case $value in
      '') continue ;;
      *[\'\\[:cntrl:]]*) warn "$variable holds a character that $settings cannot hold: set it there by hand." && continue ;;
    esac
    case $added in *"$variable="* | *"$small="*) continue ;; esac
    say "$variable='$value'"
  done
}

# Root runs nothing that another user can change, but becomes that user.
write_command() {
  say '#!/bin/sh'
  say '# The agent of this device. Written by install.sh.'
  if [ "$user" != root ]; then
    if have runuser; then switch="runuser -u $user -- $programs/tideway-agent"
    else switch="su -s $programs/tideway-agent $user --"
    fi
    say "[ \"\$(id -u)\" != 0 ] || exec $switch \"\$@\""
  fi
  say "exec $programs/tideway-agent \"\$@\""
}

# What an interrupted install.sh has left.
sweep() {
  for folder in "${home%/*}"/.tideway-agent.*; do [ "$folder" = "$staging" ] || rm -rf "$folder"; done
  sync
}

say_how_it_went() {
  if [ -n "$is_new" ]; then say "This device is $device of $server."
  else say "This device is still $device of $server. Its agent is now $version."
  fi
  [ "$manager" = none ] || return 0
  cat >&2 <<END
Nothing starts the agent: this device has neither systemd nor init scripts that install.sh knows. Have this run at each
start, as $user, and again whenever it ends:
  set -a; . $settings; exec $home/tideway-agent run
END
  exit 3
}

clean_up() {
  code=$?
  trap - EXIT
  [ -z "$is_touched" ] || put_back
  rm -rf "$staging"
  exit "$code"
}

put_back() {
  stop_service
  if [ -z "$was_here" ]; then
    remove_service
    remove_files
    remove "$state"
  fi
  [ ! -e "$staging/current.before" ] || as_user "cp $staging/current.before $programs/current"
  bring_back command "$home/tideway-agent"
  bring_back settings "$settings"
  bring_back unit "$unit"
  bring_back init_script "$init_script"
  give_back "$state" "$state_owner"
  give_back "$programs" "$programs_owner"
  [ "$manager" != systemd ] || systemctl daemon-reload
  [ -n "$was_here" ] || { say 'Nothing was installed.' >&2; return; }
  if start_service; then say 'The agent that was here before goes on.' >&2
  else say 'The agent that was here before does not start any more.' >&2
  fi
}

# ---- The service

put_service() {
  case $manager in
    systemd)
      write_unit >"$unit.new" && mv -f "$unit.new" "$unit" && systemctl daemon-reload && systemctl --quiet enable tideway-agent
      ;;
    sysv)
      write_supervisor >"$home/supervise.new" && chmod 755 "$home/supervise.new" && mv -f "$home/supervise.new" "$home/supervise" &&
        write_init_script >"$init_script.new" && chmod 755 "$init_script.new" && mv -f "$init_script.new" "$init_script" &&
        if have update-rc.d; then update-rc.d tideway-agent defaults; else chkconfig --add tideway-agent; fi
      ;;
  esac
}

start_service() {
  case $manager in
    # Returns when the agent says that it runs.
    systemd) systemctl restart tideway-agent || { systemctl --no-pager --lines=20 status tideway-agent >&2; return 1; } ;;
    sysv) "$init_script" start ;;
  esac
}

stop_service() {
  [ "$manager" != systemd ] || [ ! -e "$unit" ] || systemctl stop tideway-agent
  [ ! -x "$init_script" ] || "$init_script" stop
}

remove_service() {
  if [ "$manager" = systemd ] && [ -e "$unit" ]; then systemctl --quiet disable tideway-agent; fi
  if [ -e "$init_script" ]; then
    remove "$init_script"
    if have update-rc.d; then update-rc.d tideway-agent remove; elif have chkconfig; then chkconfig --del tideway-agent; fi
  fi
  remove "$unit" "$unit.d" "$unit.new" "$init_script.new"
  [ "$manager" != systemd ] || { systemctl daemon-reload; systemctl --quiet reset-failed tideway-agent 2>/dev/null; }
}

write_unit() {
  cat <<END
# Written by install.sh. What you change belongs in $unit.d/, which stays.
[Unit]
Description=Tideway agent: carries out the updates of this device
After=network.target
# However often it ends, it is started again: nobody is there to do it by hand.
StartLimitIntervalSec=0

[Service]
ExecStart=$programs/tideway-agent run
EnvironmentFile=$settings
# Named also where it is root: only then HOME is set, which programs like git ask for.
User=$user
# The agent says when it runs, and again and again that its work goes on; if not, it is killed and started anew.
Type=notify
WatchdogSec=2min
Restart=always
RestartSec=10
# It speaks through a program, systemd-notify, and is itself a child of its launcher.
NotifyAccess=all
# It ends the running step itself, in order, and asks for more time where that must not be interrupted.
KillMode=mixed
TimeoutStopSec=90
# A step that wants too much memory is a step that failed, and no reason to stop the agent.
OOMPolicy=continue
StateDirectory=${state##*/}
StateDirectoryMode=0700
# Of the steps: what they write is for others to read. The agent closes its own files one by one.
UMask=0022
# An image of the memory would hold the secrets of an update.
LimitCORE=0
KeyringMode=private
END
  if [ "$user" = root ]; then write_hardening_of_root; else write_hardening_of_user; fi
  cat <<END

[Install]
WantedBy=multi-user.target
END
}

# Who orders updates may run anything as root: what the steps do sets the limits, and each line says which step.
write_hardening_of_root() {
  cat <<END
# Packages and images write everywhere; and a view of the files of its own would hide from the device what steps mount.
ProtectSystem=no
ProtectHome=no
# The apps of the device have their sockets in /tmp.
PrivateTmp=no
# Images go to block devices, firmware goes out through serial ones.
PrivateDevices=no
# Steps load modules, set parameters of the kernel, the clock and the host's name, and read what the kernel says.
ProtectKernelModules=no
ProtectKernelTunables=no
ProtectKernelLogs=no
ProtectClock=no
ProtectHostname=no
ProtectControlGroups=no
# The agent looks for what a step has left running, and tells boots apart by the first process.
ProtectProc=default
# Packages bring programs with setuid bits, and their scripts call su and sudo.
NoNewPrivileges=no
RestrictSUIDSGID=no
# Steps start containers, 32-bit programs and real-time ones, and speak any protocol.
RestrictNamespaces=no
LockPersonality=no
RestrictRealtime=no
# Node.js compiles while it runs.
MemoryDenyWriteExecute=no
END
}

# As a user the agent, and every step, can do what the user can, and no more.
write_hardening_of_user() {
  cat <<END
# No step gets more rights than the user has: sudo and su do not work in steps.
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictSUIDSGID=yes
# Nothing of these is a user's business.
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
LockPersonality=yes
RestrictRealtime=yes
# What the user may write, steps may write: the rights of the files say where.
ProtectSystem=no
ProtectHome=no
# The apps of the device have their sockets in /tmp.
PrivateTmp=no
# The user may be allowed to use some.
PrivateDevices=no
# The agent looks for what a step has left running, and tells boots apart by the first process.
ProtectProc=default
# Containers of the user.
RestrictNamespaces=no
# Node.js compiles while it runs.
MemoryDenyWriteExecute=no
END
}

write_supervisor() {
  cat <<END
#!/bin/sh
# Keeps the agent running where no service manager does. Written by install.sh.
stopping= agent= pause=
stop() {
  stopping=yes
  [ -z "\$agent\$pause" ] || kill \$agent \$pause 2>/dev/null
}
trap stop TERM INT
trap '' HUP
exec </dev/null >>$log 2>&1
while sleep 3600; do
  [ "\$(wc -c <$log)" -lt 1000000 ] || { cat $log >$log.1; : >$log; }
done &
while [ -z "\$stopping" ]; do
  $programs/tideway-agent run &
  agent=\$!
  [ -z "\$stopping" ] || kill \$agent
  while kill -0 \$agent 2>/dev/null; do wait \$agent; done
  agent=
  if [ -z "\$stopping" ]; then
    sleep 10 &
    pause=\$!
    wait \$pause
    pause=
  fi
done
trap '' TERM
kill 0
END
}

write_init_script() {
  cat <<END
#!/bin/sh
### BEGIN INIT INFO
# Provides:          tideway-agent
# Required-Start:    \$remote_fs \$network
# Required-Stop:     \$remote_fs \$network
# Should-Start:      \$syslog \$time docker dbus
# Should-Stop:       \$syslog docker dbus
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Tideway agent
# Description:       Carries out the updates of this device
### END INIT INFO
# chkconfig: 2345 90 10
# Written by install.sh.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
pid_file=$pid_file

# After a boot, the number of the last time may be that of anything.
is_running() {
  [ -s "\$pid_file" ] && command_line=/proc/\$(cat "\$pid_file")/cmdline && [ -r "\$command_line" ] || return 1
  case \$(tr '\\0' ' ' 2>/dev/null <"\$command_line") in *" $home/supervise "*) ;; *) return 1 ;; esac
}

start() {
  is_running && return 0
  touch $log $log.1 && chown $user $log $log.1 && chmod 600 $log $log.1 || return 1
  set -a
  . $settings
  HOME=\$(eval "printf %s ~$user")
  start-stop-daemon -S -q -b -m -p "\$pid_file" -c $user -x $home/supervise
}

# The supervisor ends when the agent has ended, which ends its step first.
stop() {
  is_running || return 0
  pid=\$(cat "\$pid_file")
  kill "\$pid"
  for second in \$(seq 90); do
    is_running || { rm -f "\$pid_file"; return 0; }
    sleep 1
  done
  # It leads its session or not, as start-stop-daemon has it.
  kill -9 "-\$(cut -d ' ' -f 5 "/proc/\$pid/stat")"
  rm -f "\$pid_file"
}

case \${1:-} in
  start) start ;;
  stop) stop ;;
  restart | force-reload) stop && start ;;
  status) if is_running; then echo 'tideway-agent runs.'; else echo 'tideway-agent does not run.'; exit 3; fi ;;
  *) echo "Usage: \$0 start|stop|restart|status" >&2; exit 2 ;;
esac
END
}

# ---- Removing

uninstall() {
  was_here= was_there= staging= device=
  [ ! -x "$home/tideway-agent" ] || was_here=yes
  [ ! -e "$state/identity.json" ] || device=$(sed -n 's/.*"device_id":"\([^"]*\)".*/\1/p' "$state/identity.json")
  demand_no_update
  stop_service
  case $([ -z "$was_here" ] || "$home/tideway-agent" status --json </dev/null 2>/dev/null) in
    *'"process": '[0-9]*) fail 'An agent is running that install.sh has not started: end it first.' ;;
  esac
  remove_service
  remove_files
  [ -n "$keep_state" ] || rm -rf "$state"
  say 'The agent is removed from this device.'
  [ ! -e "$state" ] || say "$state is kept: an agent that is installed anew is the same device."
  [ ! -e "${settings%/*}" ] || say "${settings%/*} holds what install.sh did not put there, and stays."
  [ -z "$device" ] || say "The server still has it as $device: delete it there, if it is not to come back."
}

remove_files() {
  [ ! -L "$command_link" ] || [ "$(readlink "$command_link")" != "$home/tideway-agent" ] || rm -f "$command_link"
  remove "$programs" "$home/tideway-agent" "$home/install.sh" "$home/supervise" "$home"
  remove "$log" "$log.1" "$pid_file" "$cache" "$settings"
  had "${settings%/*}" || rmdir "${settings%/*}" 2>/dev/null
  sweep
}

remove() { for place in "$@"; do had "$place" || rm -rf "$place"; done; }
had() { case $was_there in *" $1 "*) ;; *) return 1 ;; esac; }

main "$@"
exit
}
