-module(fread).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(io_lib:fread("~d", "42")), ?P(io_lib:fread("~d~s", "42 abc rest")), ?P(io_lib:fread("~f ~a", "1.5 atom")), ?P(io_lib:fread("~16u", "ff")), ?P(io_lib:fread("~#", "16#ff")), ?P(io_lib:fread("~c~2c", "abc")), ?P(io_lib:fread("~*d ~d", "1 2")), ?P(io_lib:fread("x=~d", "x=5")), ?P(io_lib:fread("x=~d", "y=5")), ?P(io_lib:fread("~d", "abc")), ?P(io_lib:fread("~d", "")), ?P(io_lib:fread("~l", "abc")), ?P(io_lib:fread("~~ ~d", "~ 3")), ?P(io_lib:fread("~-", "-")), ?P(io_lib:fread("~3d", "12345")), ?P(io_lib:fread("~s", "  word ")), ?P(element(1, io_lib:fread([], "12", "~d"))).
