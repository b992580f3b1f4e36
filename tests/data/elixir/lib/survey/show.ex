defmodule Survey.Show do
  @moduledoc "Prints expressions beside their values."

  @doc "The source of `expression`, and what it is."
  defmacro show(expression) do
    text = Macro.to_string(expression)

    quote do
      value = unquote(expression)
      IO.puts([unquote(text), " -> ", inspect(value, limit: :infinity)])
      value
    end
  end

  @doc "The same of each line of a block."
  defmacro show_all(do: {:__block__, _, lines}) do
    {:__block__, [], for(line <- lines, do: quote(do: unquote(__MODULE__).show(unquote(line))))}
  end

  @doc "What `fun` raises, throws or exits with."
  def failing(fun) do
    {:returned, fun.()}
  rescue
    error -> {error.__struct__, Exception.message(error)}
  catch
    kind, reason -> {kind, reason}
  end
end
