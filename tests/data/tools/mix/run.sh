# slow
# mix: a new project, compiled, tested with some fifty tests, formatted and run.
. ../step.sh
quiet() { step "$@" | sed -e 's/in [0-9.]* seconds.*/in time/' -e 's/seed:\{0,1\} [0-9]*/seed N/' -e 's/ ([0-9.]*m\{0,1\}s)//' -e '/^Running ExUnit/d'; }
quiet mix new project
cd project
quiet mix compile
cat lib/project.ex
cat > lib/project.ex <<'X'
defmodule Project do
  @moduledoc "What the tests are about."

  @doc """
  Greets.

      iex> Project.hello()
      :world
  """
  def hello, do: :world

  @doc "Twice."
  def double(x), do: x * 2
end

defmodule Project.More do
    def  unformatted( a,b ), do: a+b
  def unused(x), do: 1
end
X
quiet mix compile
cp ../many_test.exs test
quiet mix test --seed 0 --max-cases 1
quiet mix format --check-formatted
quiet mix format
cat lib/project.ex
quiet mix run -e 'IO.inspect({Project.hello(), Project.double(21), Mix.env()})'
echo 'IO.puts(Project.Nowhere.nothing())' > script.exs
quiet mix run script.exs
quiet mix test test/project_test.exs --trace --seed 0
quiet mix help nothing
quiet mix clean
echo 'defmodule Broken do' > lib/broken.ex
quiet mix compile
