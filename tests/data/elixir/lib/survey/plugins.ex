defmodule Survey.Plugin do
  @callback handle(term) :: {:ok, term} | :skip
  @callback priority() :: integer
  @optional_callbacks priority: 0

  defmacro __using__(_) do
    quote do
      @behaviour Survey.Plugin
      @impl true
      def handle(_), do: :skip
      defoverridable handle: 1
    end
  end

  def priority(plugin) do
    Code.ensure_loaded!(plugin)
    if function_exported?(plugin, :priority, 0), do: plugin.priority(), else: 0
  end
end

defmodule Survey.Plugins do
  import Survey.Show
  alias Survey.Plugin

  defmodule Doubler do
    use Plugin
    @impl true
    def handle(n) when is_number(n), do: {:ok, n * 2}
    def handle(other), do: super(other)
    @impl true
    def priority, do: 5
  end

  defmodule Shouter do
    use Plugin
    @impl Plugin
    def handle(text) when is_binary(text), do: {:ok, String.upcase(text)}
    def handle(_), do: :skip
  end

  defmodule Idle do
    use Plugin
  end

  def apply_all(plugins, term) do
    plugins
    |> Enum.sort_by(&Plugin.priority/1, :desc)
    |> Enum.find_value(:nobody, fn plugin ->
      case plugin.handle(term) do
        :skip -> nil
        {:ok, result} -> {plugin, result}
      end
    end)
  end

  def run do
    all = [Idle, Shouter, Doubler]

    show_all do
      Plugin.behaviour_info(:callbacks) |> Enum.sort()
      Plugin.behaviour_info(:optional_callbacks)
      apply_all(all, 4)
      apply_all(all, "quiet")
      apply_all([Idle], :x)
      Doubler.__info__(:attributes)[:behaviour]
      Doubler.__info__(:functions)
    end
  end
end
