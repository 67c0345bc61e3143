// The kernel builds the library once, optimised, and keeps it: the first time takes a minute or two.
:cache 2000
:opt 3
:dep scorelab = { path = "{root}" }
:dep scorelab-figures = { path = "{root}/figures" }
:dep scorelab-lab = { path = "{root}/lab" }
:dep ndarray = "0.17"
use scorelab_lab::course::{Problem, problem, {language} as course};
