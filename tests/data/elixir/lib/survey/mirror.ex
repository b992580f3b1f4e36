defmodule Survey.Mirror do
  @moduledoc "What modules know of themselves, and modules made while running."
  import Survey.Show

  @facts [one: 1, two: 2]
  @external "known"
  for {name, value} <- @facts, do: def(unquote(name)(), do: unquote(value))

  def with_default(a, b \\ @external, c \\ nil), do: {a, b, c}

  @spec typed(integer) :: String.t()
  def typed(n), do: Integer.to_string(n)

  def piped(list), do: list |> Enum.map(& &1) |> then(&{:then, &1}) |> tap(fn _ -> :ignored end)

  def run do
    name = Module.concat(__MODULE__, Made)

    Module.create(
      name,
      quote do
        def hello(who), do: "hello #{who}"
        def meta, do: {__MODULE__, __ENV__.function}
      end,
      Macro.Env.location(__ENV__)
    )

    source = """
    defmodule Survey.Mirror.Compiled do
      defstruct [:x]
      def new(x), do: %__MODULE__{x: x}
      defmacro twice(x), do: quote(do: unquote(x) * 2)
    end
    """

    compiled = for {module, binary} <- Code.compile_string(source), do: {module, is_binary(binary)}

    show_all do
      one() + two()
      with_default(1)
      with_default(1, 2, 3)
      __MODULE__.__info__(:functions) |> Keyword.keys() |> Enum.uniq()
      function_exported?(__MODULE__, :with_default, 2)
      apply(name, :hello, ["you"])
      apply(name, :meta, [])
      compiled
      inspect(apply(Survey.Mirror.Compiled, :new, [1]))
      Code.eval_string("require Survey.Mirror.Compiled, as: C; C.twice(21)") |> elem(0)
      Code.string_to_quoted("1 + ") |> elem(0)
      Code.string_to_quoted!("a.b(c, d: 1)") |> Macro.to_string()
      Code.format_string!("foo(  1,2 ,[a: 1])|>bar") |> IO.iodata_to_binary()
      piped([1])
      __ENV__.function
      is_function(&typed/1, 1) and Function.info(&typed/1, :arity) == {:arity, 1}
      Function.info(&Enum.map/2, :name)
      capture_log()
      Module.split(__MODULE__)
      {:module, Survey.Mirror} == Code.ensure_loaded(Survey.Mirror)
      Code.ensure_compiled(Survey.Nothing)
      Application.get_application(:nothing)
      Process.get(:elixir_none, :default)
      :erlang.fun_info(&Kernel.+/2, :type)
      dbg_free(3)
    end
  end

  defp capture_log do
    Logger.metadata(step: 1)
    Logger.metadata()
  end

  defp dbg_free(n), do: Enum.map(1..n, &(&1 ** 2))
end
