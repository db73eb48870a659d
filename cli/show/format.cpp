#include "cli/show/format.hpp"

#include <array>
#include <fmt/format.h>

namespace omegasafe::cli {

namespace {

/// value / unit with a fixed number of decimals, rounded half up, thousands separated.
std::string ratio(u128 value, u128 unit, int decimals) {
    u128 scale = 1;
    for (int i = 0; i < decimals; ++i)
        scale *= 10;
    const u128 scaled = (value * scale + unit / 2) / unit;
    auto text = with_thousands(scaled / scale);
    if (decimals > 0)
        text += fmt::format(".{:0{}}", static_cast<std::uint64_t>(scaled % scale), decimals);
    return text;
}

struct unit {
    u128 size;
    const char* name;
};

template <std::size_t N>
const unit& largest_fitting(const std::array<unit, N>& units, u128 value) {
    std::size_t i = 0;
    while (i + 1 < N && value >= units[i + 1].size)
        ++i;
    return units[i];
}

constexpr std::array decimal_units{unit{1'000'000, "MB"}, unit{1'000'000'000, "GB"}, unit{1'000'000'000'000, "TB"},
    unit{1'000'000'000'000'000, "PB"}, unit{1'000'000'000'000'000'000, "EB"}};
constexpr std::array binary_units{unit{1, "B"}, unit{1ull << 10, "KB"}, unit{1ull << 20, "MB"}, unit{1ull << 30, "GB"},
    unit{1ull << 40, "TB"}, unit{1ull << 50, "PB"}, unit{1ull << 60, "EB"}};

} // namespace

std::string with_thousands(u128 value) {
    auto text = to_decimal(value);
    for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
        text.insert(static_cast<std::size_t>(i), 1, ',');
    return text;
}

std::string decimal_size(u128 bytes, int decimals) {
    const auto& in = largest_fitting(decimal_units, bytes);
    return ratio(bytes, in.size, decimals) + " " + in.name;
}

std::string binary_size(u128 bytes) {
    const auto& in = largest_fitting(binary_units, bytes);
    return ratio(bytes, in.size, in.size == 1 ? 0 : 1) + " " + in.name;
}

std::string binary_size_and_bytes(u128 bytes) {
    return binary_size(bytes) + " (" + with_thousands(bytes) + " bytes)";
}

double percent(u128 part, u128 total) {
    return static_cast<double>(static_cast<std::uint64_t>(part * 1000 / total)) / 10;
}

std::string percent_text(u128 part, u128 total) {
    return fmt::format("{:.1f}%", percent(part, total));
}

} // namespace omegasafe::cli
