%% An expression's text as the label of its value (or of what it raises).
-define(X(E), t:x(??E, fun() -> E end)).
-define(P(E), t:p(??E, E)).
%% Hides a value from the optimiser.
-define(I(E), t:id(E)).
