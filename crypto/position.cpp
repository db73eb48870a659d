#include "crypto/position.hpp"

#include <array>

namespace omegasafe {

namespace {
constexpr std::size_t max_digits = 39; // of 2^128-1
} // namespace

std::string to_decimal(u128 value) {
    std::array<char, max_digits> digits{};
    std::size_t begin = digits.size();
    do {
        digits[--begin] = static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    return {digits.data() + begin, digits.size() - begin};
}

std::optional<u128> parse_decimal(std::string_view text) {
    if (text.empty() || text.size() > max_digits || (text.front() == '0' && text.size() > 1))
        return std::nullopt;
    constexpr u128 most = ~u128{0};
    u128 value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        const auto digit = static_cast<u128>(c - '0');
        if (value > (most - digit) / 10)
            return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

} // namespace omegasafe
