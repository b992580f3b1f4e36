defmodule Survey.Patterns do
  @moduledoc "Regular expressions."
  import Survey.Show

  @date ~r/(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/

  def run do
    text = "from 2021-03-04 to 2022-12-31"

    show_all do
      Regex.named_captures(@date, text) |> Enum.sort()
      Regex.names(@date)
      Regex.scan(@date, text, capture: [:day])
      Regex.run(~r/to (.*)$/, text)
      Regex.run(~r/nothing/, text)
      Regex.run(~r/\d+/, text, return: :index)
      Regex.replace(@date, text, "\\3.\\2.\\1")
      Regex.replace(~r/\d+/, text, fn digits -> "<#{String.length(digits)}>" end)
      Regex.replace(~r/(a)(b)?/, "abaa", fn all, a, b -> inspect({all, a, b}) end)
      Regex.split(~r/\s*[,;]\s*/, "a , b;c", include_captures: true)
      String.split("a1b22c", ~r/\d+/)
      "ÄÖ" =~ ~r/^\p{Lu}+$/u
      "abc" =~ ~r/B/i
      Regex.scan(~r/(?<=\s)\w/, " a b c")
      ~r/x
         y/x |> Regex.match?("xy")
      Regex.compile("(") |> elem(0)
      Regex.escape("1+1=[2]")
      Regex.source(@date)
      Regex.match?(~r/^(\((?:[^()]|(?1))*\))$/, "(a(b)c)")
      String.replace("x-y", ~r/(\w)-(\w)/, "\\2-\\1")
      Regex.run(~r/é./u, "café ☕")
      Regex.scan(~r/^.$/m, "a\nbb\nc")
    end
  end
end
