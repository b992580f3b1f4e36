# slow
# mix release with an erts of its own, copied elsewhere, and all that its script does: in the foreground, in the background, and from outside.
. ../step.sh
quiet() { step "$@" | sed -e 's/ ([0-9.]*m\{0,1\}s)//' -e 's/0\.1\.0-rc[^ ]*/VERSION/'; }
settled() { for i in $(seq 300); do [ -e "$1" ] && return; sleep 0.1; done; echo "no $1 after 30 s" >&2; }
gone() { for i in $(seq 300); do kill -0 "$1" 2> /dev/null || return; sleep 0.1; done; echo "$1 lives after 30 s"; }
# Oxbeam has to be in the erts that is copied; the real machine is there already.
root=$(erl -noshell -eval 'io:put_chars(code:root_dir()), halt().')
export ERTS=$(echo $root/erts-*)
ours=
if command -v oxbeam > /dev/null; then
    ours=yes
    mkdir otp
    ln -s $root/lib $root/releases otp
    cp -r $root/erts-* otp
    oxbeam otp embed otp > /dev/null
    export ERTS=$(echo $PWD/otp/erts-*)
fi
export MIX_ENV=prod ERL_EPMD_PORT=43711 ELIXIR_ERL_OPTIONS=
mix new counting --sup > /dev/null
cd counting
cat > mix.exs <<'X'
defmodule Counting.MixProject do
  use Mix.Project

  def project do
    [app: :counting, version: "0.1.0", releases: [counting: [include_erts: System.fetch_env!("ERTS")]]]
  end

  def application, do: [extra_applications: [:logger, :crypto], mod: {Counting.Application, []}]
end
X
cat > lib/counting/application.ex <<'X'
defmodule Counting.Application do
  use Application

  def start(_type, _arguments) do
    children = [{Agent, fn -> 41 end}]
    Supervisor.start_link(children, strategy: :one_for_one, name: Counting.Supervisor)
  end

  def next do
    [{_, counter, _, _}] = Supervisor.which_children(Counting.Supervisor)
    Agent.get_and_update(counter, &{&1 + 1, &1 + 1})
  end
end
X
quiet mix release
cp -r _build/prod/rel/counting ../there
cd ..
rm -r counting
[ -n "$ours" ] && rm -r otp && unset OXBEAM_OTP
ls there | sed -e 's/erts-.*/erts/'
wc -c < there/releases/COOKIE
script=there/bin/counting
step $script version
# Where it runs, and on what.
step $script eval 'IO.inspect({to_string(:code.root_dir()) |> String.ends_with?("there"), byte_size(:crypto.strong_rand_bytes(8))})'
[ -n "$ours" ] && $script eval ':emu = :erlang.system_info(:emu_flavor)'
step $script rpc '1'
rm -f over; touch shown
echo 'IO.puts("typed #{Counting.Application.next()}")' > type
typed() { for i in $(seq 300); do grep -q "typed [0-9]" shown && return; sleep 0.1; done; echo "nothing typed after 30 s" >&2; }
( cat type; typed; echo 'System.stop(5)'; settled over ) | ( step $script start_iex > shown; touch over ); grep -o -e "typed [0-9]*" shown; tail -1 shown | grep -o "= .*"
step $script daemon
for i in $(seq 100); do $script pid > pid 2> /dev/null && break; sleep 0.2; done
kill -0 $(cat pid) && echo running
step $script rpc 'IO.puts(Counting.Application.next())'
step $script rpc 'IO.puts(Counting.Application.next())'
step $script rpc 'raise "no"' | grep -o -e 'RuntimeError' -e '^= .*'
settled there/tmp/pipe/erlang.pipe.1.r
ls there/tmp/log
step $script restart
for i in $(seq 100); do $script rpc 'IO.puts("again #{Counting.Application.next()}")' > again 2> /dev/null && grep -q 'again 42' again && break; sleep 0.2; done
cat again
step $script stop
gone $(cat pid)
ls there/tmp/pipe
step $script rpc '1'
step $script nonsense | head -3
epmd -kill > /dev/null
