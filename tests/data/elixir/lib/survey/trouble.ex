defmodule Survey.Trouble do
  @moduledoc "Exceptions."
  import Survey.Show

  defmodule Overdrawn do
    defexception [:amount, account: "none"]
    @impl true
    def message(%{amount: amount, account: account}), do: "#{account} lacks #{amount}"
  end

  defmodule Plain do
    defexception message: "plain trouble"
  end

  defmodule Wrapped do
    defexception [:message]
    @impl true
    def exception(value), do: %__MODULE__{message: "wrapped #{inspect(value)}"}
  end

  def classify(fun) do
    try do
      fun.()
    rescue
      e in [Overdrawn, Plain] -> {:ours, Exception.message(e)}
      e in ArithmeticError -> {:arithmetic, e.message}
      KeyError -> :key
      e -> {:other, e.__struct__, Exception.message(e)}
    catch
      :throw, value -> {:thrown, value}
      :exit, reason -> {:exited, reason}
    else
      :fine -> :was_fine
      value when is_integer(value) -> {:number, value}
    after
      IO.write("(after) ")
    end
  end

  def nested do
    try do
      try do
        raise "inner"
      after
        IO.write("(inner after) ")
      end
    rescue
      e -> reraise(Wrapped, [value: Exception.message(e)], __STACKTRACE__)
    end
  end

  def depth(0), do: raise(Overdrawn, amount: 1)
  def depth(n), do: [n | depth(n - 1)]

  def trace(n) do
    depth(n)
  rescue
    Overdrawn -> for({m, f, a, _} <- __STACKTRACE__, m == __MODULE__, do: {f, a}) |> Enum.take(n + 2)
  end

  # What the compiler cannot see through.
  defp hide(term), do: Process.put(:hidden, term) && Process.get(:hidden)

  def run do
    show_all do
      classify(fn -> raise Overdrawn, amount: 3, account: "x" end)
      classify(fn -> raise Plain end)
      classify(fn -> raise "text" end)
      classify(fn -> 1 / hide(0) end)
      classify(fn -> Map.fetch!(hide(%{a: 1}), :b) end)
      classify(fn -> hide(%{a: 1}).b end)
      classify(fn -> String.to_integer(hide("x")) end)
      classify(fn -> hd(hide([])) end)
      classify(fn -> throw({:ball, 1}) end)
      classify(fn -> exit(:bye) end)
      classify(fn -> :fine end)
      classify(fn -> 7 end)
      failing(fn -> classify(fn -> "neither" end) end)
      failing(fn -> nested() end)
      trace(3)
      failing(fn -> Enum.fetch!(hide([1]), 5) end)
      failing(fn -> apply(hide(String), :nothing, [1]) end)
      failing(fn -> (fn :a -> 1 end).(hide(:b)) end)
      failing(fn -> depth(hide(:x)) end)
      failing(fn ->
        case hide(3) do
          4 -> 1
        end
      end)
      failing(fn ->
        cond do
          hide(1) == 2 -> 1
        end
      end)
      failing(fn -> if(hide(:maybe) and true, do: 1) end)
      failing(fn ->
        with {:ok, x} <- hide({:error, 1}) do
          x
        else
          :never -> 1
        end
      end)
      failing(fn -> {:ok, _} = hide({:no, 1}) end)
      failing(fn -> struct!(Overdrawn, nothing: 1) end)
      failing(fn -> :erlang.binary_to_atom(hide(1), :utf8) end)
      failing(fn -> Integer.to_string(hide(10), 99) end)
      failing(fn -> raise ArgumentError end)
      Exception.format_banner(:error, :badarith)
      Exception.format_banner(:exit, {:noproc, {GenServer, :call, [:x, :y, 5]}})
      Exception.blame(:error, %RuntimeError{message: "m"}, []) |> elem(0)
      Exception.format_mfa(Foo, :"bar baz", 2)
      Exception.normalize(:error, {:badmatch, 1})
    end
  end
end
