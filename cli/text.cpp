#include "cli/text.hpp"

#include "crypto/shown_text.hpp"
#include <cstdio>

namespace omegasafe::cli {

namespace {

void put(const std::string& shown) {
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    std::fputc('\n', stdout);
}

} // namespace

void print(const std::string& line) {
    put(crypto::shown_line(line));
}

void print_lines(const std::string& text) {
    put(crypto::shown_lines(text));
}

} // namespace omegasafe::cli
