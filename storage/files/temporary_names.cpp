#include "storage/files/temporary_names.hpp"

#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include <array>
#include <omegasafe/error.hpp>
#include <unistd.h>

namespace omegasafe::storage {

std::string random_temporary_name() {
    std::array<std::uint8_t, 16> random{};
    crypto::random_fill(random);
    return temporary_prefix + crypto::to_hexadecimal(random);
}

temporary_names& temporary_names::instance() {
    static auto& names = *new temporary_names;
    return names;
}

void temporary_names::forget(int folder, const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::erase(names_, std::pair(folder, name));
}

void temporary_names::remove_all() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& [folder, name] : names_)
        ::unlinkat(folder, name.c_str(), 0);
    names_.clear();
}

void temporary_names::refuse_when_closed() const {
    if (closed_)
        throw failure(errc::aborted, "The program is about to end; start it again.");
}

} // namespace omegasafe::storage
