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

void print(std::string_view line) {
    put(crypto::shown_line(line));
}

void print_lines(std::string_view text) {
    put(crypto::shown_lines(text));
}

} // namespace omegasafe::cli
