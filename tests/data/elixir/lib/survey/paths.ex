defmodule Survey.Paths do
  @moduledoc "Nested data, files, and what names them."
  import Survey.Show

  def run do
    data = %{users: [%{name: "ann", tags: [:a]}, %{name: "bo", tags: [:b, :c]}], meta: [page: 1]}
    folder = Path.join(System.tmp_dir!(), "survey_paths_#{System.pid()}")
    file = Path.join(folder, "a/b.txt")

    show_all do
      get_in(data, [:users, Access.all(), :name])
      update_in(data, [:users, Access.at(1), :tags], &Enum.reverse/1).users
      put_in(data.meta[:page], 2).meta
      pop_in(data, [:users, Access.filter(&(&1.name == "bo")), :tags]) |> elem(0)
      get_in(data, [:nothing, :below])
      get_in([{1, :x}], [Access.at(0), Access.elem(1)])
      File.mkdir_p!(Path.dirname(file))
      File.write!(file, ["one\n", "two\n"])
      File.write!(file, "three\n", [:append])
      File.read(file)
      File.stream!(file) |> Enum.map(&String.trim/1)
      File.open!(file, [:read], &IO.read(&1, :line))
      File.stat!(file).size
      File.ls!(folder)
      Path.wildcard(folder <> "/**/*.txt") |> Enum.map(&Path.relative_to(&1, folder))
      File.cp!(file, file <> ".copy")
      File.rename!(file <> ".copy", Path.join(folder, "c"))
      File.exists?(file) and not File.dir?(file)
      File.read(Path.join(folder, "missing"))
      failing(fn -> File.rm!("/nonexistent/survey") end)
      File.rm_rf!(folder) |> length()
      Path.expand("../x/./y", "/a/b")
      Path.split("/a/b.c")
      {Path.extname("a.tar.gz"), Path.rootname("a.tar.gz"), Path.basename("/x/y.ex", ".ex")}
      Path.relative_to("/usr/local/bin", "/usr")
      URI.parse("https://me@host:81/p/q?a=1&b=%20#f") |> Map.take([:host, :port, :query]) |> Enum.sort()
      URI.decode_query("a=1&b=x+y") |> Enum.sort()
      URI.encode("é /?") <> URI.encode_www_form("a b&")
      Version.match?("1.4.2", "~> 1.4")
      Version.compare("1.0.0-rc.1", "1.0.0")
      OptionParser.parse(["--n", "3", "-v", "rest", "--no-color"], strict: [n: :integer, verbose: :boolean, color: :boolean], aliases: [v: :verbose])
      OptionParser.split("a 'b c' \"d\"")
      System.get_env("SURVEY_HAS_NO_SUCH_VARIABLE", "default")
    end
  end
end
