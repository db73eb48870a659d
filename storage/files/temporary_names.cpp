#include "storage/files/temporary_names.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include <array>
#include <fstream>
#include <omegasafe/error.hpp>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

constexpr std::size_t random_bytes = 12;

/// What tells machines apart that share a folder; a container's host name changes with the container.
std::string machine_name() {
    std::string name;
    std::getline(std::ifstream("/etc/machine-id"), name);
    std::array<char, 256> host{};
    if (name.empty() && ::gethostname(host.data(), host.size() - 1) == 0)
        name = host.data();
    return name;
}

const std::string& prefix_of_this_machine() {
    static const auto prefix = [] {
        const auto digest = crypto::sha256::of(crypto::as_bytes("omegasafe temporary " + machine_name()));
        return temporary_prefix + crypto::to_hexadecimal(crypto::const_byte_span(digest).first(4));
    }();
    return prefix;
}

} // namespace

std::string random_temporary_name() {
    std::array<std::uint8_t, random_bytes> random{};
    crypto::random_fill(random);
    return prefix_of_this_machine() + crypto::to_hexadecimal(random);
}

bool is_random_temporary_name(std::string_view name) {
    const auto& prefix = prefix_of_this_machine();
    return name.size() == prefix.size() + 2 * random_bytes && name.starts_with(prefix) &&
           name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
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
