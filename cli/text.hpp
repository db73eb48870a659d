// Lines of output.
#pragma once

#include <string>
#include <string_view>

namespace omegasafe::cli {

/// The text without control characters, line ends excepted: what comes from a server must not steer a terminal.
std::string printable(std::string_view text);

/// One line of command output on stdout, printable.
void print(const std::string& line);

} // namespace omegasafe::cli
