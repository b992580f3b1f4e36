defprotocol Survey.Measured do
  @fallback_to_any true
  @doc "The area of a thing."
  def area(thing)
  def name(thing)
end

defimpl Survey.Measured, for: Any do
  def area(_), do: :unknown
  def name(%struct{}), do: "some #{inspect(struct)}"
  def name(_), do: "something"
end

defmodule Survey.Shapes do
  import Survey.Show

  defmodule Circle do
    @enforce_keys [:radius]
    defstruct [:radius, unit: :cm]

    defimpl Survey.Measured do
      def area(%{radius: r}), do: 3 * r * r
      def name(_), do: "circle"
    end
  end

  defmodule Box do
    defstruct width: 1, height: 1
  end

  defmodule Blot do
    @derive Survey.Measured
    defstruct [:spots]
  end

  defimpl Survey.Measured, for: Box do
    def area(%Box{width: w, height: h}), do: w * h
    def name(%Box{width: w, height: w}), do: "square"
    def name(_), do: "box"
  end

  defimpl Survey.Measured, for: [Integer, Float] do
    def area(number), do: number
    def name(_), do: "#{inspect(@for)} by #{inspect(@protocol)}"
  end

  def run do
    things = [
      %Circle{radius: 2},
      %Box{width: 3, height: 4},
      %Box{},
      %Blot{spots: 7},
      12,
      1.5,
      :atom,
      "text",
      [1],
      {1, 2},
      fn -> 1 end
    ]

    for thing <- things do
      IO.puts("#{Survey.Measured.name(thing)}: #{inspect(Survey.Measured.area(thing))}")
    end

    circle = struct!(Circle, radius: 1)

    show_all do
      circle
      %{circle | unit: :mm}
      Map.keys(circle) |> Enum.sort()
      Survey.Measured.impl_for(circle)
      Survey.Measured.impl_for(self())
      failing(fn -> struct!(Circle, unit: :m) end)
      failing(fn -> struct!(Box, depth: 1) end)
      is_struct(circle, Circle)
      match?(%Box{width: w} when w > 2, %Box{width: 3})
      Survey.Measured.__protocol__(:functions)
    end
  end
end
