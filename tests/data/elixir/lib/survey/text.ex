defmodule Survey.Text do
  @moduledoc "Strings and Unicode."
  import Survey.Show

  def run do
    family = "👩‍👩‍👧 naïve Straße ǅ"

    show_all do
      String.length(family)
      byte_size(family)
      String.graphemes(family)
      String.codepoints("e\u0301x")
      String.upcase(family)
      String.downcase("ΌΣΟΣ ΊΣΩΣ", :greek)
      String.capitalize("éCOLE")
      String.reverse("e\u0301👍🏽!")
      String.normalize("Å", :nfd) |> String.to_charlist()
      String.equivalent?("\u00e9", "e\u0301")
      String.split(" a  b c ")
      String.split("a,b;c", [",", ";"], trim: true)
      String.split_at("héllo", -2)
      String.slice("wörld", 1..-2//1)
      String.at("ab", 5)
      String.pad_leading("7", 3, "0") <> String.pad_trailing("7", 3, ["a", "b"])
      String.trim("\u00a0 x\t\n")
      String.replace("banana", "an", "[&]", global: false)
      String.jaro_distance("dixon", "dicksonx") |> Float.round(4)
      String.myers_difference("kitten", "sitting")
      String.valid?(<<0xFF>>)
      String.printable?("a\0")
      String.to_integer("-1f", 16)
      Integer.parse("12abc")
      Float.parse("1.5e3x")
      String.bag_distance("abcd", "dcx")
      String.next_codepoint("éa")
      String.starts_with?("elixir", ["x", "eli"])
      for(<<c::utf8 <- "aé漢😀">>, do: c)
      <<"é"::utf16-little>>
      :unicode.characters_to_binary([0x1F600, "x"], :utf8, {:utf16, :big})
      inspect("tab\t\"quote\" \e nul\0 \u200b")
      inspect(<<1, 2, 255>>)
      inspect(~c"list")
      "#{1 + 1}#{:a}#{[?b, "c"]}#{1.0e10}"
      to_string(1.0e-7)
      String.to_charlist("żółw") |> Enum.map(&Integer.to_string(&1, 2))
      String.chunk("ab\u0001c", :printable)
    end
  end
end
