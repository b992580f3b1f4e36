defmodule Survey.Tally do
  use Agent
  import Survey.Show

  def start_link(initial), do: Agent.start_link(fn -> initial end, name: __MODULE__)
  def bump(key), do: Agent.update(__MODULE__, &Map.update(&1, key, 1, fn n -> n + 1 end))
  def total, do: Agent.get(__MODULE__, &(&1 |> Map.values() |> Enum.sum()))
  def take(key), do: Agent.get_and_update(__MODULE__, &Map.pop(&1, key, :none))

  def run do
    {:ok, supervisor} = Supervisor.start_link([{__MODULE__, %{}}], strategy: :one_for_one)
    parent = self()

    for n <- 1..20 do
      spawn_link(fn ->
        bump(rem(n, 3))
        send(parent, {:done, n})
      end)
    end

    for n <- 1..20, do: receive(do: ({:done, ^n} -> n))

    show_all do
      total()
      take(1)
      take(1)
      Agent.get(__MODULE__, &Enum.sort/1)
      Agent.cast(__MODULE__, fn _ -> %{reset: 0} end)
      Agent.get(__MODULE__, Map, :keys, [])
      child_spec(%{}) |> Enum.sort()
      Supervisor.count_children(supervisor) |> Enum.sort()
      Supervisor.stop(supervisor)
    end
  end
end
