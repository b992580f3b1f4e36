defmodule Survey.Bits do
  @moduledoc "Binaries and bit strings: a small packet format."
  import Survey.Show
  import Bitwise

  @magic 0xC0FFEE

  def encode(id, flags, fields) do
    body = for {key, value} <- fields, into: <<>>, do: field(key, value)
    packed = for flag <- flags, into: <<>>, do: <<if(flag, do: 1, else: 0)::1>>
    <<@magic::24, id::little-unsigned-16, length(flags), packed::bits, pad(packed)::bits, byte_size(body)::16, body::binary>>
  end

  defp field(key, value) when is_float(value), do: <<byte_size(key), key::binary, ?f, value::float-64>>
  defp field(key, value) when is_integer(value), do: <<byte_size(key), key::binary, ?i, value::signed-32>>

  defp field(key, value) when is_binary(value) do
    <<byte_size(key), key::binary, ?s, byte_size(value)::16, value::binary>>
  end

  defp pad(bits), do: <<0::size(rem(8 - rem(bit_size(bits), 8), 8))>>

  def decode(<<@magic::24, id::little-16, count, rest::binary>>) do
    padding = rem(8 - rem(count, 8), 8)
    <<flags::bitstring-size(count), _::size(padding), size::16, body::binary-size(size)>> = rest
    {:ok, id, for(<<bit::1 <- flags>>, do: bit == 1), fields(body, [])}
  end

  def decode(<<other::24, _::binary>>), do: {:error, {:magic, other}}
  def decode(short) when is_bitstring(short), do: {:error, {:short, bit_size(short)}}

  defp fields(<<>>, done), do: Enum.reverse(done)
  defp fields(<<n, key::binary-size(n), ?f, x::float, rest::binary>>, done), do: fields(rest, [{key, x} | done])
  defp fields(<<n, key::binary-size(n), ?i, x::signed-32, rest::binary>>, done), do: fields(rest, [{key, x} | done])
  defp fields(<<n, key::binary-size(n), ?s, s::16, x::binary-size(s), rest::binary>>, done), do: fields(rest, [{key, x} | done])

  def run do
    packet = encode(513, [true, false, true], [{"pi", 3.25}, {"n", -7}, {"name", "zoë"}])
    <<head::3, tail::bits>> = <<0b10110011>>

    show_all do
      packet
      decode(packet)
      decode(<<1, 2, 3, 4>>)
      decode(<<1::5>>)
      {head, tail}
      <<tail::bits, head::3>>
      for(<<a::4, b::4 <- <<0x12, 0x34>> >>, do: a * b)
      for(x <- [1, 2, 3], into: "", do: <<x + 64>>)
      Base.encode16(packet, case: :lower)
      Base.encode64("any carnal pleas", padding: false)
      Base.decode32("MZXW6===")
      Base.url_decode64!("_-8=")
      band(0b1100, 0b1010) ||| bsl(1, 6)
      bxor(5, 3) <<< 2
      bnot(5)
      :erlang.crc32(packet)
      :binary.matches("abcabc", "bc")
      :binary.split("a-b-c", "-", [:global])
      :binary.decode_unsigned(<<1, 0>>, :little)
      <<1.5::float-16, 2.5::32-float-little>>
      <<-1::signed-12, 5::4>>
      binary_part("hello", 4, -3)
      :binary.copy("ab", 3)
      IO.iodata_to_binary([1, ["two" | "three"], <<4>>])
      is_binary(<<1::7>>)
      failing(fn -> <<Process.get(:nothing, "x")::integer>> end)
    end
  end
end
