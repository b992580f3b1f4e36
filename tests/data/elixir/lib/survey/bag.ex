defmodule Survey.Bag do
  @moduledoc "A collection of our own: Enumerable, Collectable, Inspect, String.Chars, Access."
  @behaviour Access
  import Survey.Show
  defstruct counts: %{}

  def new(items \\ []), do: Enum.into(items, %__MODULE__{})
  def add(%__MODULE__{counts: counts} = bag, item), do: %{bag | counts: Map.update(counts, item, 1, &(&1 + 1))}
  def sorted(%__MODULE__{counts: counts}), do: Enum.sort(counts)

  @impl Access
  def fetch(bag, item), do: Map.fetch(bag.counts, item)
  @impl Access
  def get_and_update(bag, item, fun) do
    {old, counts} = Map.get_and_update(bag.counts, item, fun)
    {old, %{bag | counts: counts}}
  end

  @impl Access
  def pop(bag, item) do
    {count, counts} = Map.pop(bag.counts, item)
    {count, %{bag | counts: counts}}
  end

  defimpl Enumerable do
    def count(bag), do: {:ok, bag.counts |> Map.values() |> Enum.sum()}
    def member?(bag, item), do: {:ok, is_map_key(bag.counts, item)}
    def slice(_), do: {:error, __MODULE__}

    def reduce(bag, acc, fun) do
      list = for {item, count} <- Survey.Bag.sorted(bag), _ <- 1..count, do: item
      Enumerable.List.reduce(list, acc, fun)
    end
  end

  defimpl Collectable do
    def into(bag) do
      {bag,
       fn
         bag, {:cont, item} -> Survey.Bag.add(bag, item)
         bag, :done -> bag
         _, :halt -> :ok
       end}
    end
  end

  defimpl Inspect do
    import Inspect.Algebra

    def inspect(bag, opts) do
      pair = fn {item, count}, opts -> concat([to_doc(item, opts), "*", to_string(count)]) end
      container_doc("#Bag<", Survey.Bag.sorted(bag), ">", opts, pair)
    end
  end

  defimpl String.Chars do
    def to_string(bag), do: "a bag of #{Enum.count(bag)}"
  end

  defmodule Secret do
    @derive {Inspect, only: [:name]}
    defstruct [:name, :password]
  end

  def run do
    bag = new([:b, :a, :b, :c, :b])

    show_all do
      bag
      Enum.to_list(bag)
      Enum.count(bag)
      :c in bag
      "#{bag}"
      bag[:b]
      put_in(bag[:z], 2)
      pop_in(bag[:b])
      update_in(bag[:a], &(&1 + 10))
      Enum.take(bag, 2)
      Enum.zip(bag, 1..3)
      for(x <- bag, x != :b, into: new([:q]), do: x)
      Enum.slice(bag, 1, 3)
      Enum.reduce(bag, [], &[&1 | &2])
      %Secret{name: "n", password: "p"}
      inspect(new(1..40), width: 40) |> String.split("\n") |> length()
      inspect([bag, {bag}], width: 20) |> String.split("\n")
    end
  end
end
