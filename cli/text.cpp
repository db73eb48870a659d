#include "cli/text.hpp"

#include <cstdio>

namespace omegasafe::cli {

std::string printable(std::string_view text) {
    std::string shown{text};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto byte = static_cast<unsigned char>(shown[i]);
        const auto next = i + 1 < shown.size() ? static_cast<unsigned char>(shown[i + 1]) : 0;
        if ((byte < 0x20 && byte != '\n') || byte == 0x7f)
            shown[i] = '?';
        else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) // C1: terminals obey these too
            shown.replace(i, 2, "?");
    }
    return shown;
}

void print(const std::string& line) {
    const auto shown = printable(line);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    std::fputc('\n', stdout);
}

} // namespace omegasafe::cli
