defmodule Survey.Ledger do
  @moduledoc "A GenServer with every kind of callback."
  use GenServer
  import Survey.Show

  defstruct balance: 0, log: []

  def start_link(options), do: GenServer.start_link(__MODULE__, options[:balance], options)
  def deposit(server, amount), do: GenServer.cast(server, {:deposit, amount})
  def balance(server), do: GenServer.call(server, :balance)
  def withdraw(server, amount), do: GenServer.call(server, {:withdraw, amount})

  @impl true
  def init(nil), do: {:stop, :no_balance}
  def init(balance), do: {:ok, %__MODULE__{balance: balance}, {:continue, :opened}}

  @impl true
  def handle_continue(:opened, state), do: {:noreply, note(state, :opened)}

  @impl true
  def handle_cast({:deposit, amount}, state) do
    {:noreply, note(%{state | balance: state.balance + amount}, {:in, amount})}
  end

  @impl true
  def handle_call(:balance, _from, state), do: {:reply, state.balance, state}

  def handle_call({:withdraw, amount}, _from, %{balance: balance} = state) when amount > balance do
    {:reply, {:error, {:short_of, amount - balance}}, state}
  end

  def handle_call({:withdraw, amount}, from, state) do
    send(self(), {:later, from, amount})
    {:noreply, state}
  end

  def handle_call(:log, _from, state), do: {:reply, Enum.reverse(state.log), state}
  def handle_call(:close, _from, state), do: {:stop, :normal, :closed, state}

  @impl true
  def handle_info({:later, from, amount}, state) do
    GenServer.reply(from, {:ok, amount})
    {:noreply, note(%{state | balance: state.balance - amount}, {:out, amount}), 5}
  end

  def handle_info(:timeout, state), do: {:noreply, note(state, :quiet)}

  @impl true
  def terminate(reason, state) do
    IO.puts("closing with #{state.balance}: #{inspect(reason)}")
  end

  defp note(state, entry), do: update_in(state.log, &[entry | &1])

  def run do
    {:ok, server} = start_link(balance: 10, name: __MODULE__)
    ref = Process.monitor(server)

    show_all do
      GenServer.whereis(__MODULE__) == server
      deposit(server, 5)
      balance(server)
      withdraw(__MODULE__, 100)
      withdraw(server, 12)
      Process.sleep(60)
      GenServer.call(server, :log)
      :sys.get_state(server).balance
      GenServer.call(server, :close)
      receive(do: ({:DOWN, ^ref, _, _, reason} -> reason))
      GenServer.whereis(__MODULE__)
      GenServer.start(__MODULE__, nil)
      catch_exit(fn -> GenServer.call(__MODULE__, :balance) end)
    end
  end

  defp catch_exit(fun) do
    fun.()
  catch
    :exit, {reason, {GenServer, :call, [name | _]}} -> {reason, name}
  end
end
