defmodule ManyTest do
  use ExUnit.Case, async: true
  doctest Project

  for number <- 1..48 do
    test "number #{number}" do
      assert Project.double(unquote(number)) == unquote(number * 2)
    end
  end

  test "fails" do
    assert Project.double(2) == 5
  end

  @tag :skip
  test "is skipped", do: flunk("never")
end
