# slow
# mix release: made without an emulator in it, and started by its own script on the one in the path.
. ../step.sh
quiet() { step "$@" | sed -e 's/ ([0-9.]*m\{0,1\}s)//'; }
export MIX_ENV=prod
mix new counting --sup > /dev/null
cd counting
cat > mix.exs <<'X'
defmodule Counting.MixProject do
  use Mix.Project

  def project do
    [app: :counting, version: "0.1.0", releases: [counting: [include_erts: false, cookie: "no secret"]]]
  end

  def application, do: [extra_applications: [:logger], mod: {Counting.Application, []}]
end
X
cat > lib/counting/application.ex <<'X'
defmodule Counting.Application do
  use Application

  def start(_type, _arguments) do
    if System.get_env("ONCE") do
      spawn(fn ->
        started(:init.get_status())
        IO.inspect(Application.fetch_env!(:counting, :runtime))
        System.stop(3)
      end)
    end

    children = [{Agent, fn -> Application.get_env(:counting, :first, 1) end}]
    Supervisor.start_link(children, strategy: :one_for_one, name: Counting.Supervisor)
  end

  defp started({:started, _}), do: :ok

  defp started(_) do
    Process.sleep(20)
    started(:init.get_status())
  end
end
X
mkdir config
echo 'import Config; config :counting, first: 41' > config/config.exs
echo 'import Config; config :counting, runtime: System.get_env("WANTED", "nothing")' > config/runtime.exs
quiet mix release
ls _build/prod/rel/counting _build/prod/rel/counting/lib | sed -e 's/-[0-9.]*$//'
script=_build/prod/rel/counting/bin/counting
step $script version
step env WANTED=it $script eval 'Application.load(:counting); IO.inspect(Enum.sort(Application.get_all_env(:counting)))'
step env RELEASE_DISTRIBUTION=none ONCE=yes timeout 60 $script start
step $script nonsense | head -3
