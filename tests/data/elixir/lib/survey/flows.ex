defmodule Survey.Flows do
  @moduledoc "Streams."
  import Survey.Show

  def primes do
    Stream.unfold({2, %{}}, fn {n, sieve} -> next_prime(n, sieve) end)
  end

  defp next_prime(n, sieve) do
    case Map.pop(sieve, n) do
      {nil, sieve} -> {n, {n + 1, Map.put(sieve, n * n, [n])}}
      {factors, sieve} -> next_prime(n + 1, Enum.reduce(factors, sieve, &Map.update(&2, n + &1, [&1], fn l -> [&1 | l] end)))
    end
  end

  def resource(log) do
    Stream.resource(
      fn -> log.(:open) && 3 end,
      fn
        0 -> {:halt, 0}
        n -> {[n, n * 10], n - 1}
      end,
      fn _ -> log.(:close) end
    )
  end

  def run do
    log = fn what -> send(self(), {:log, what}) end

    show_all do
      primes() |> Enum.take(15)
      primes() |> Stream.drop(100) |> Enum.at(0)
      Stream.iterate(1, &(&1 * 3)) |> Stream.take_while(&(&1 < 500)) |> Enum.to_list()
      Stream.cycle([:a, :b]) |> Stream.zip(1..5) |> Enum.to_list()
      1..10 |> Stream.chunk_every(3, 2) |> Enum.to_list()
      [1, 1, 2, 3, 3] |> Stream.dedup() |> Stream.with_index() |> Enum.to_list()
      1..6 |> Stream.transform(0, fn x, sum -> {[sum + x], sum + x} end) |> Enum.to_list()
      resource(log) |> Enum.take(3)
      receive(do: ({:log, what} -> what))
      receive(do: ({:log, what} -> what))
      Stream.scan(1..5, &*/2) |> Enum.to_list()
      Stream.flat_map(1..3, &List.duplicate(&1, &1)) |> Enum.to_list()
      Stream.chunk_by(~w(a b bb cc d), &String.length/1) |> Enum.to_list()
      1..4 |> Stream.map(&(&1 * 2)) |> Stream.reject(&(&1 == 4)) |> Stream.concat([0]) |> Enum.sum()
      Stream.repeatedly(fn -> :x end) |> Stream.intersperse(:y) |> Enum.take(4)
      Stream.interval(1) |> Enum.take(3)
      Enum.zip_with([1..3, 4..6], fn [a, b] -> a * b end)
      Stream.uniq_by([{1, :a}, {1, :b}, {2, :c}], &elem(&1, 0)) |> Enum.to_list()
      "one\ntwo\n" |> StringIO.open() |> elem(1) |> IO.stream(:line) |> Enum.map(&String.trim/1)
      Stream.run(Stream.each(1..2, &IO.puts/1))
    end
  end
end
