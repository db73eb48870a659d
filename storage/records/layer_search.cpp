#include "storage/records/layer_search.hpp"

#include "storage/container/sfc_header.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

constexpr const char* way_out =
    "; set OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS to the password that it was sealed with for "
    "this one command: it is remembered for the key afterwards.";

std::uint64_t work_of(const crypto::scrypt_cost& cost) {
    return (std::uint64_t{1} << cost.log2_n) * cost.r * cost.p;
}

/// How many passwords may be stretched for it; at least one.
std::uint64_t allowed_tries(const sfc_header& header) {
    return std::max<std::uint64_t>(
        tried_layer_passwords * work_of(crypto::scrypt_cost{}) / work_of(header.root.cost), 1);
}

bool opens(sfc_password& password, const sfc_header& header) {
    return crypto::equal_constant_time(
        sfc_password_check(*password.root_key(header.root), header), header.password_check);
}

bool stretches(const sfc_password_ptr& password) {
    return password->for_new_container().kdf == password_kdf::scrypt;
}

} // namespace

sfc_password_ptr find_layer_password(const byte_source& source, std::span<const sfc_password_ptr> known) {
    const auto header = read_sfc_header(source);
    if (!header.password_protected)
        return nullptr;
    std::vector<sfc_password_ptr> tried{known.begin(), known.end()};
    if (header.root.kdf == password_kdf::scrypt) { // seldom with a generated password
        std::stable_partition(tried.begin(), tried.end(), stretches);
        if (const auto most = allowed_tries(header); tried.size() > most)
            tried.resize(most);
    }
    for (const auto& password : tried)
        if (opens(*password, header))
            return password;
    throw failure(
        errc::layer_password, source.name() +
                                  (known.empty() ? " has the AES-256-GCM layer, and no password for it is known here"
                                                 : " has the AES-256-GCM layer, and no password known here opens it") +
                                  way_out);
}

} // namespace omegasafe::storage
