defmodule Survey.Watch do
  @moduledoc "Processes, links, monitors, messages, timers."
  import Survey.Show

  def run do
    parent = self()
    Process.flag(:trap_exit, true)
    {pid, ref} = spawn_monitor(fn -> exit(:tired) end)
    linked = spawn_link(fn -> raise_quietly() end)
    echo = spawn(fn -> echo(parent) end)

    show_all do
      receive do
        {:DOWN, ^ref, :process, ^pid, reason} -> reason
      end

      receive do
        {:EXIT, ^linked, reason} -> reason
      end

      send(echo, {:hello, 1})

      receive do
        {:echo, what} -> what
      after
        1000 -> :nothing
      end

      Process.alive?(echo)
      Process.exit(echo, :shutdown)

      receive do
        {:nobody} -> :never
      after
        1 -> :waited
      end

      Process.send_after(self(), :ping, 3) |> is_reference()
      receive(do: (:ping -> :pong))
      Process.put(:key, 1)
      Process.get(:key)
      Process.delete(:key)
      Process.info(self(), :trap_exit)
      Process.flag(:trap_exit, false)
      Process.whereis(:nobody_of_this_name)
      failing(fn -> send(:nobody_of_this_name, :hi) end)
      Node.alive?()
    end
  end

  defp raise_quietly, do: exit({:error, %{code: 7}})

  defp echo(parent) do
    receive do
      what ->
        send(parent, {:echo, what})
        echo(parent)
    end
  end
end
