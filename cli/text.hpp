// Lines of output on stdout. Nothing in them steers a terminal (crypto/shown_text.hpp), wherever it came from.
#pragma once

#include <string_view>

namespace omegasafe::cli {

/// One line: a line end in it is shown, so that no name makes a second one.
void print(std::string_view line);

/// A text of our own with several lines.
void print_lines(std::string_view text);

} // namespace omegasafe::cli
