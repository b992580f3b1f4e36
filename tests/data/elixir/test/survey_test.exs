defmodule SurveyTest do
  use ExUnit.Case, async: true
  import ExUnit.CaptureIO

  setup_all do
    {:ok, shared: [1, 2, 3]}
  end

  setup %{shared: shared} = context do
    on_exit(fn -> send(self(), :over) end)
    %{first: hd(shared), tag: context[:special]}
  end

  describe "the packet format" do
    test "goes there and back" do
      packet = Survey.Bits.encode(7, [true], [{"k", "v"}])
      assert {:ok, 7, [true], [{"k", "v"}]} = Survey.Bits.decode(packet)
    end

    test "refuses others" do
      assert Survey.Bits.decode("abcd") == {:error, {:magic, 0x616263}}
      refute match?({:ok, _, _, _}, Survey.Bits.decode(<<>>))
    end
  end

  @tag special: :yes
  test "context reaches the test", %{first: first, tag: tag} do
    assert {first, tag} == {1, :yes}
  end

  @tag :skip
  test "skipped" do
    flunk("never")
  end

  test "what is printed is captured" do
    assert capture_io(fn -> Survey.Sigils.run() end) =~ "~q(xciv) -> 94"
  end

  test "exceptions" do
    assert_raise Survey.Trouble.Overdrawn, "none lacks 1", fn -> Survey.Trouble.depth(2) end
    assert catch_exit(exit(:out)) == :out
    assert catch_throw(throw(:ball)) == :ball
  end

  test "messages" do
    send(self(), {:hello, 5})
    assert_receive {:hello, n} when n > 4
    refute_received {:hello, _}
  end

  for n <- [3, 5, 8] do
    test "fibonacci of #{n}" do
      assert Survey.Crew.fib(unquote(n)) in [2, 5, 21]
    end
  end

  test "a supervised ledger" do
    server = start_supervised!({Survey.Ledger, balance: 3})
    Survey.Ledger.deposit(server, 4)
    assert Survey.Ledger.balance(server) == 7
    assert capture_io(fn -> stop_supervised!(Survey.Ledger) end) == ""
  end

  test "wrong on purpose" do
    assert Enum.sort([3, 1, 2]) == [1, 2, 4]
  end

  test "raises on purpose" do
    Map.fetch!(%{a: 1}, :b)
  end
end
