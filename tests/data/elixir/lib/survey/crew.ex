defmodule Survey.Crew do
  @moduledoc "Tasks."
  import Survey.Show

  def fib(n) when n < 2, do: n
  def fib(n), do: fib(n - 1) + fib(n - 2)

  def run do
    {:ok, supervisor} = Task.Supervisor.start_link()
    slow = fn -> Process.sleep(:infinity) end
    # The report of the crash has the time in it.
    %{level: level} = :logger.get_primary_config()
    :logger.set_primary_config(:level, :none)

    show_all do
      1..10 |> Enum.map(&Task.async(fn -> fib(&1) end)) |> Task.await_many()
      Task.async_stream(1..8, &fib(&1 * 2), max_concurrency: 3) |> Enum.to_list()
      Task.async_stream([3, 1, 2], & &1, ordered: false) |> Enum.sort()
      Task.Supervisor.async_stream_nolink(supervisor, [1, 0, 4], &crash_on_zero/1)
      |> Enum.map(fn
        {:ok, n} -> n
        {:exit, {:zero, n}} -> {:gone, n}
      end)
      Task.Supervisor.async_nolink(supervisor, slow) |> Task.yield(10)
      Task.Supervisor.async_nolink(supervisor, slow) |> Task.shutdown(:brutal_kill)
      Task.completed(42) |> Task.await()
      Task.Supervisor.start_child(supervisor, fn -> :ok end) |> elem(0)
      timeout_of(Task.Supervisor.async_nolink(supervisor, slow))
    end

    Supervisor.stop(supervisor)
    :logger.set_primary_config(:level, level)
  end

  defp crash_on_zero(0), do: exit({:zero, 0})
  defp crash_on_zero(n), do: div(100, n)

  defp timeout_of(task) do
    Task.await(task, 5)
  catch
    :exit, {:timeout, {Task, :await, [_, 5]}} -> :timed_out
  end
end
