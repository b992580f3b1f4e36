defmodule Survey.Switchboard do
  @moduledoc "Registries, and supervisors of what they name."
  import Survey.Show

  defmodule Line do
    use GenServer, restart: :transient
    def start_link(name), do: GenServer.start_link(__MODULE__, name, name: via(name))
    def via(name), do: {:via, Registry, {Survey.Lines, name, :idle}}
    @impl true
    def init(name), do: {:ok, name}
    @impl true
    def handle_call(:who, _from, name), do: {:reply, name, name}
    def handle_call(:hang_up, _from, name), do: {:stop, :normal, :bye, name}
    @impl true
    def handle_cast({:busy, with}, name) do
      Registry.update_value(Survey.Lines, name, fn _ -> {:busy, with} end)
      {:noreply, name}
    end
  end

  def run do
    children = [
      {Registry, keys: :unique, name: Survey.Lines},
      {Registry, keys: :duplicate, name: Survey.Topics},
      {DynamicSupervisor, name: Survey.Exchange, strategy: :one_for_one}
    ]

    {:ok, supervisor} = Supervisor.start_link(children, strategy: :rest_for_one)

    for name <- [:anna, :ben, :cleo] do
      {:ok, _} = DynamicSupervisor.start_child(Survey.Exchange, {Line, name})
    end

    {:ok, _} = Registry.register(Survey.Topics, "news", 1)
    {:ok, _} = Registry.register(Survey.Topics, "news", 2)
    Process.flag(:trap_exit, true)

    show_all do
      GenServer.call(Line.via(:ben), :who)
      Registry.count(Survey.Lines)
      Registry.keys(Survey.Topics, self())
      match?({:error, {:already_started, _}}, Line.start_link(:anna))
      GenServer.cast(Line.via(:anna), {:busy, :cleo})
      GenServer.call(Line.via(:anna), :who)
      Registry.lookup(Survey.Lines, :anna) |> Enum.map(&elem(&1, 1))
      Registry.select(Survey.Lines, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}]) |> Enum.sort()
      Registry.match(Survey.Topics, "news", 2) |> length()
      Registry.dispatch(Survey.Topics, "news", fn entries ->
        for {pid, value} <- entries, do: send(pid, {:news, value})
      end)
      Enum.sort(for _ <- 1..2, do: receive(do: ({:news, value} -> value)))
      GenServer.call(Line.via(:cleo), :hang_up)
      gone?(:cleo)
      DynamicSupervisor.count_children(Survey.Exchange).active
      restarted?(:ben)
      Supervisor.which_children(supervisor) |> Enum.map(&elem(&1, 0)) |> Enum.sort()
    end

    Supervisor.stop(supervisor)
    # The registries were linked to who registered with them.
    show(Enum.sort(for _ <- 1..2, do: receive(do: ({:EXIT, _, reason} -> reason))))
    Process.flag(:trap_exit, false)
  end

  defp gone?(name) do
    case Registry.lookup(Survey.Lines, name) do
      [] -> true
      _ -> Process.sleep(1) && gone?(name)
    end
  end

  defp restarted?(name) do
    [{old, _}] = Registry.lookup(Survey.Lines, name)
    Process.exit(old, :kill)
    back?(name, old)
  end

  defp back?(name, old) do
    case Registry.lookup(Survey.Lines, name) do
      [{new, :idle}] when new != old -> GenServer.call(new, :who)
      _ -> Process.sleep(1) && back?(name, old)
    end
  end
end
