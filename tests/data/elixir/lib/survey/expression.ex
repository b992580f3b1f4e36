defmodule Survey.Expression do
  @moduledoc "A small language: tokens, a parser by precedence, an evaluator, and a compiler into Elixir's own tree."
  import Survey.Show

  @operators %{"+" => {1, :left}, "-" => {1, :left}, "*" => {2, :left}, "/" => {2, :left}, "^" => {3, :right}}

  defguardp is_digit(c) when c in ?0..?9
  defguardp is_letter(c) when c in ?a..?z or c == ?_

  def tokens(text), do: tokens(text, [])
  defp tokens(<<c, rest::binary>>, done) when c in ~c" \n", do: tokens(rest, done)

  defp tokens(<<c, _::binary>> = text, done) when is_digit(c) do
    {number, rest} = Integer.parse(text)
    tokens(rest, [{:number, number} | done])
  end

  defp tokens(<<c, _::binary>> = text, done) when is_letter(c) do
    {name, rest} = take_name(text, "")
    tokens(rest, [{:name, name} | done])
  end

  defp tokens(<<op::binary-size(1), rest::binary>>, done) when is_map_key(@operators, op), do: tokens(rest, [{:op, op} | done])
  defp tokens(<<c, rest::binary>>, done) when c in ~c"(),", do: tokens(rest, [c | done])
  defp tokens(<<>>, done), do: {:ok, Enum.reverse(done)}
  defp tokens(<<c::utf8, _::binary>>, _), do: {:error, {:unexpected, <<c::utf8>>}}

  defp take_name(<<c, rest::binary>>, name) when is_letter(c) or is_digit(c), do: take_name(rest, <<name::binary, c>>)
  defp take_name(rest, name), do: {name, rest}

  def parse(text) do
    with {:ok, tokens} <- tokens(text),
         {tree, []} <- expression(tokens, 0) do
      {:ok, tree}
    else
      {:error, _} = error -> error
      {_, [token | _]} -> {:error, {:left_over, token}}
    end
  catch
    {:syntax, why} -> {:error, why}
  end

  defp expression(tokens, level) do
    {left, rest} = operand(tokens)
    climb(left, rest, level)
  end

  defp climb(left, [{:op, op} | rest] = all, level) do
    case @operators[op] do
      {own, side} when own >= level ->
        {right, rest} = expression(rest, if(side == :left, do: own + 1, else: own))
        climb({op, left, right}, rest, level)

      _ ->
        {left, all}
    end
  end

  defp climb(left, rest, _), do: {left, rest}

  defp operand([{:number, n} | rest]), do: {n, rest}

  defp operand([{:name, name}, ?( | rest]) do
    {arguments, rest} = arguments(rest, [])
    {{:call, name, arguments}, rest}
  end

  defp operand([{:name, name} | rest]), do: {{:variable, name}, rest}

  defp operand([{:op, "-"} | rest]) do
    {tree, rest} = operand(rest)
    {{"-", 0, tree}, rest}
  end

  defp operand([?( | rest]) do
    case expression(rest, 0) do
      {tree, [?) | rest]} -> {tree, rest}
      _ -> throw({:syntax, :unclosed})
    end
  end

  defp operand([]), do: throw({:syntax, :ends_early})
  defp operand([token | _]), do: throw({:syntax, {:unexpected, token}})

  defp arguments([?) | rest], done), do: {Enum.reverse(done), rest}

  defp arguments(tokens, done) do
    case expression(tokens, 0) do
      {tree, [?, | rest]} -> arguments(rest, [tree | done])
      {tree, [?) | rest]} -> {Enum.reverse([tree | done]), rest}
      _ -> throw({:syntax, :unclosed})
    end
  end

  def eval(n, _) when is_integer(n), do: n
  def eval({:variable, name}, env), do: Map.fetch!(env, name)
  def eval({:call, "max", trees}, env), do: trees |> Enum.map(&eval(&1, env)) |> Enum.max()
  def eval({"^", a, b}, env), do: Integer.pow(eval(a, env), eval(b, env))
  def eval({"/", a, b}, env), do: div(eval(a, env), eval(b, env))
  def eval({op, a, b}, env), do: apply(Kernel, String.to_existing_atom(op), [eval(a, env), eval(b, env)])

  def compile(n) when is_integer(n), do: n
  def compile({:variable, name}), do: quote(do: Map.fetch!(env, unquote(name))) |> hygienic()
  def compile({:call, "max", trees}), do: quote(do: Enum.max(unquote(Enum.map(trees, &compile/1))))
  def compile({"^", a, b}), do: quote(do: Integer.pow(unquote(compile(a)), unquote(compile(b))))
  def compile({"/", a, b}), do: quote(do: div(unquote(compile(a)), unquote(compile(b))))
  def compile({op, a, b}), do: {String.to_existing_atom(op), [], [compile(a), compile(b)]}

  defp hygienic(tree), do: Macro.prewalk(tree, fn
    {:env, meta, context} when is_atom(context) -> {:env, meta, nil}
    other -> other
  end)

  def run do
    texts = ["1 + 2 * 3", "2 ^ 3 ^ 2 - 1", "-(4 - x) * 10 / y_2", "max(1, x, max(2, 3) * 7)", "1 +", "(1", "1 2", "3 $ 4", "max(1"]
    env = %{"x" => 9, "y_2" => 5}

    for text <- texts do
      case parse(text) do
        {:ok, tree} ->
          code = compile(tree)
          {value, _} = Code.eval_quoted(code, env: env)
          show({text, tree, eval(tree, env), value == eval(tree, env)})
          IO.puts("  " <> Macro.to_string(code))

        error ->
          show({text, error})
      end
    end

    show(failing(fn -> eval({:variable, "none"}, env) end))
  end
end
