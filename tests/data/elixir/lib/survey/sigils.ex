defmodule Survey.Sigils.Own do
  @moduledoc "A sigil for small matrices, and one for roman numbers that is read at compile time."

  def sigil_m(text, modifiers) do
    rows = for row <- String.split(text, ";"), do: for(n <- String.split(row), do: String.to_integer(n))
    if ?t in modifiers, do: Enum.zip_with(rows, & &1), else: rows
  end

  defmacro sigil_q({:<<>>, _, [text]}, []) do
    text |> String.graphemes() |> Enum.map(&value/1) |> sum()
  end

  defp value(letter), do: Map.fetch!(%{"i" => 1, "v" => 5, "x" => 10, "l" => 50, "c" => 100}, letter)
  defp sum([a, b | rest]) when a < b, do: b - a + sum(rest)
  defp sum([a | rest]), do: a + sum(rest)
  defp sum([]), do: 0
end

defmodule Survey.Sigils do
  import Survey.Show
  import Survey.Sigils.Own

  def run do
    name = "you"

    show_all do
      ~m(1 2;3 4)
      ~m(1 2 3;4 5 6)t
      ~q(xciv)
      ~w(a b #{name})a
      ~W(a #{name})
      ~s("quoted" #{name}\t|)
      ~S(raw #{name}\t)
      ~c(chars)
      ~D[2020-02-02]
      ~r/a\/b/ |> Regex.source()
      ~S"""
      heredoc \n
        kept
      """
      ?a + ?\n
      0b101 + 0o17 + 0xFF + 1_000
      :"quoted atom"
      [nil: 1, "two words": 2]
    end
  end
end
