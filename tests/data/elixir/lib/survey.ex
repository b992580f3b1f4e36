defmodule Survey do
  @moduledoc "A walk through Elixir: each chapter prints what it finds."

  @chapters [
    Survey.Shapes,
    Survey.Units,
    Survey.Plugins,
    Survey.Ledger,
    Survey.Tally,
    Survey.Crew,
    Survey.Switchboard,
    Survey.Watch,
    Survey.Text,
    Survey.Patterns,
    Survey.Almanac,
    Survey.Bits,
    Survey.Trouble,
    Survey.Flows,
    Survey.Collections,
    Survey.Sigils,
    Survey.Bag,
    Survey.Expression,
    Survey.Paths,
    Survey.Mirror
  ]

  def chapters, do: @chapters

  def main do
    for chapter <- @chapters do
      IO.puts("== #{inspect(chapter)}")
      chapter.run()
    end

    :ok
  end
end
