defmodule Survey.Collections do
  @moduledoc "Enum, Map, Keyword, MapSet, List, Range, comprehensions."
  import Survey.Show

  def run do
    words = ~w(apple pear fig banana kiwi cherry)
    big = Map.new(1..100, &{&1, &1 * &1})

    show_all do
      Enum.group_by(words, &String.length/1) |> Enum.sort()
      Enum.frequencies_by(words, &String.first/1) |> Enum.sort()
      Enum.sort_by(words, &{String.length(&1), &1}, :desc)
      Enum.reduce_while(1..100, 0, fn n, sum -> if sum > 20, do: {:halt, {n, sum}}, else: {:cont, sum + n} end)
      Enum.split_with(1..10, &(rem(&1, 3) == 0))
      Enum.chunk_while(1..7, [], &chunk/2, &{:cont, &1, []})
      Enum.min_max_by(words, &byte_size/1)
      Enum.zip_reduce([1, 2], [3, 4], 0, fn a, b, sum -> sum + a * b end)
      Enum.flat_map_reduce(1..4, 0, fn n, sum -> {[n, sum], sum + n} end)
      Enum.map_intersperse(1..3, :and, &(&1 * 2))
      Enum.slide(1..6, 1..2, 4)
      Enum.with_index([:a, :b], 1)
      Enum.dedup_by([1, 3, 2, 4], &rem(&1, 2))
      Enum.sum(Map.values(big))
      map_size(Map.filter(big, fn {k, _} -> rem(k, 7) == 0 end))
      Map.merge(%{a: 1, b: 2}, %{b: 3}, fn _, x, y -> x + y end) |> Enum.sort()
      Map.split(%{a: 1, b: 2}, [:a])
      Map.get_and_update(%{n: 1}, :n, &{&1, &1 + 1})
      Map.replace(big, 0, 2) == big
      Keyword.merge([a: 1, b: 2, a: 3], a: 4)
      Keyword.pop_values([a: 1, b: 2, a: 3], :a)
      Keyword.validate([a: 1], [:a, b: 2])
      MapSet.new(1..5) |> MapSet.intersection(MapSet.new([4, 5, 6])) |> Enum.sort()
      MapSet.subset?(MapSet.new([1]), MapSet.new([1, 2]))
      MapSet.symmetric_difference(MapSet.new([1, 2]), MapSet.new([2, 3]))
      List.foldr([1, 2, 3], [], &[&1 * 2 | &2])
      List.flatten([1, [2, [3, []]]], [4])
      List.keyreplace([a: 1, b: 2], :b, 0, {:b, 9})
      Enum.zip([[1, 2], [:a, :b], [1.0, 2.0]])
      List.pop_at([1, 2, 3], -1)
      List.starts_with?([1, 2, 3], [1, 2])
      for(x <- 1..3, y <- x..3, x + y == 4, do: {x, y})
      for({k, v} <- %{a: 1, b: 2}, into: %{}, do: {v, k})
      for(x <- [1, 2, 1], uniq: true, do: x * 2)
      for(c <- ~c"hello", reduce: %{}, do: (acc -> Map.update(acc, c, 1, &(&1 + 1)))) |> Enum.sort()
      for(%{a: a} <- [%{a: 1}, %{b: 2}, %{a: 3}], do: a)
      Enum.to_list(10..1//-3)
      Range.disjoint?(1..3, 4..6)
      5 in 1..10//3
      Enum.take(1..3, -2) ++ Enum.drop_while([1, 2, 3], &(&1 < 3))
      Enum.at(big, 50) |> is_tuple()
      Enum.uniq([1, 1.0, 1]) -- [1.0]
      Tuple.insert_at({1, 2}, 1, :x)
      Enum.product([2, 3, 7]) |> Integer.digits()
      Integer.gcd(12, 18) + Integer.mod(-3, 5)
      Integer.pow(7, 30)
      Float.ratio(0.75)
      Enum.into([a: 1], %{b: 2}) |> Enum.sort()
      inspect(Enum.to_list(1..60), limit: 5)
    end
  end

  defp chunk(n, acc) when rem(n, 3) == 0, do: {:cont, Enum.reverse([n | acc]), []}
  defp chunk(n, acc), do: {:cont, [n | acc]}
end
