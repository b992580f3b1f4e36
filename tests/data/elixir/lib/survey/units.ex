defmodule Survey.Units.Define do
  @moduledoc "Makes a function for each unit of a list."

  defmacro __using__(options) do
    base = Keyword.fetch!(options, :base)

    quote do
      import unquote(__MODULE__), only: [unit: 2, rule: 2]
      Module.register_attribute(__MODULE__, :units, accumulate: true)
      @base unquote(base)
      @before_compile unquote(__MODULE__)
      def base, do: @base
      def describe, do: "counted in #{@base}"
      defoverridable describe: 0
    end
  end

  defmacro unit(name, factor) do
    quote bind_quoted: [name: name, factor: factor] do
      @units {name, factor}
      @doc "From #{name}"
      def unquote(:"from_#{name}")(amount), do: amount * unquote(factor)
      def unquote(:"to_#{name}")(amount), do: div(amount, unquote(factor))
    end
  end

  defmacro rule(head, do: body) do
    quote do
      def unquote(head), do: {:rule, unquote(body), unquote(Macro.escape(head)) |> elem(0)}
    end
  end

  defmacro __before_compile__(env) do
    units = env.module |> Module.get_attribute(:units) |> Enum.sort()
    quote do: def(units, do: unquote(units))
  end
end

defmodule Survey.Units do
  use Survey.Units.Define, base: :millimetre
  import Survey.Show

  for {name, factor} <- [centimetre: 10, metre: 1000, kilometre: 1_000_000] do
    unit(name, factor)
  end

  rule double(n) do
    n + n
  end

  def describe, do: super() <> "!"

  defmacrop twice(expression) do
    quote do
      x = unquote(expression)
      {x, x}
    end
  end

  def run do
    x = :kept

    show_all do
      units()
      base()
      describe()
      from_metre(3)
      to_centimetre(255)
      double(21)
      twice(Enum.sum(1..4))
      x
      Macro.expand_once(quote(do: unless(a, do: b)), __ENV__) |> Macro.to_string()
      Macro.prewalk(quote(do: 1 + 2 * 3), fn n -> if is_integer(n), do: n * 10, else: n end)
      |> Code.eval_quoted()
      |> elem(0)
      Code.eval_string("a + b", a: 1, b: 2) |> elem(0)
      Macro.underscore("SomeModule.Name")
      Macro.camelize("some_name")
    end
  end
end
