#!/usr/bin/env escript
main(_) ->
    Unused = 1,
    undefined_function(2).
