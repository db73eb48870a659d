#include "storage/config/password_strength.hpp"

#include "crypto/kdf.hpp"
#include <algorithm>
#include <cmath>
#include <dlfcn.h>
#include <zxcvbn.h>

namespace omegasafe::storage {

namespace {

/// Below this many bits somebody with the container and a few machines gets through, scrypt or not.
constexpr double enough_bits = 40;
/// Guessing gets slow with the length, and what is longer is not weak.
constexpr std::size_t longest = 100;

/// Loaded at first use: its word lists take longer to map than most commands run.
decltype(&ZxcvbnMatch) estimate() {
    static const auto function = [] {
        void* const library = ::dlopen("libzxcvbn.so.0", RTLD_NOW | RTLD_LOCAL);
        return reinterpret_cast<decltype(&ZxcvbnMatch)>(library ? ::dlsym(library, "ZxcvbnMatch") : nullptr);
    }();
    return function;
}

} // namespace

std::optional<std::string> password_weakness(std::string_view password) {
    if (password.size() > longest || crypto::is_generated_password(password) || estimate() == nullptr)
        return std::nullopt;
    crypto::secure_bytes text(password.size() + 1); // ends with NUL
    std::copy(password.begin(), password.end(), text.data());
    const double bits = estimate()(text.text().data(), nullptr, nullptr);
    if (bits >= enough_bits)
        return std::nullopt;
    return "it can be guessed in some 2^" + std::to_string(static_cast<int>(std::ceil(bits))) +
           " tries. Take a longer one, such as 'head -c 32 /dev/urandom | base64' prints.";
}

} // namespace omegasafe::storage
