// Lines of output on stdout. Nothing in them steers a terminal (crypto/shown_text.hpp), wherever it came from.
#pragma once

#include <string>

namespace omegasafe::cli {

/// One line: a line end in it is shown, so that no name makes a second one.
void print(const std::string& line);

/// A text of our own with several lines.
void print_lines(const std::string& text);

} // namespace omegasafe::cli
