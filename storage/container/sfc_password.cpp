#include "crypto/random.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <map>
#include <mutex>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

constexpr std::string_view root_key_info = "omegasafe sfc v1 root";
/// Root keys remembered; a batch over files from many processes meets many salts.
constexpr std::size_t remembered_keys = 1024;

using parameter_bytes = std::array<std::uint8_t, 36>;

parameter_bytes bytes_of(const sfc_password::root_parameters& parameters) {
    parameter_bytes bytes{
        static_cast<std::uint8_t>(parameters.kdf), parameters.cost.log2_n, parameters.cost.r, parameters.cost.p};
    std::copy(parameters.salt.begin(), parameters.salt.end(), bytes.begin() + 4);
    return bytes;
}

} // namespace

struct sfc_password::state {
    secure_bytes password;
    root_parameters own; // of new containers
    std::mutex mutex;
    std::map<parameter_bytes, std::shared_ptr<const secure_bytes>> root_keys;
};

sfc_password::sfc_password(std::string_view password) : state_(std::make_unique<state>()) {
    state_->password = secure_bytes(password);
    state_->own.kdf = crypto::is_generated_password(password) ? password_kdf::hkdf : password_kdf::scrypt;
    if (state_->own.kdf == password_kdf::hkdf)
        state_->own.cost = {0, 0, 0};
    crypto::random_fill(state_->own.salt);
}

sfc_password::~sfc_password() = default;

std::shared_ptr<const secure_bytes> sfc_password::root_key(const root_parameters& parameters) {
    const auto bytes = bytes_of(parameters);
    {
        const std::lock_guard lock(state_->mutex);
        if (const auto known = state_->root_keys.find(bytes); known != state_->root_keys.end())
            return known->second;
    }
    if (parameters.kdf != password_kdf::scrypt && parameters.kdf != password_kdf::hkdf)
        throw failure(errc::internal, "A container names no key derivation; report this.");
    // Outside the mutex: other salts need not wait for this one's scrypt.
    const auto key = std::make_shared<const secure_bytes>(
        parameters.kdf == password_kdf::scrypt ? crypto::scrypt(state_->password, parameters.salt, parameters.cost)
                                               : crypto::hkdf_sha256(state_->password, parameters.salt, root_key_info));
    const std::lock_guard lock(state_->mutex);
    if (state_->root_keys.size() >= remembered_keys)
        state_->root_keys.clear();
    return state_->root_keys.emplace(bytes, key).first->second;
}

sfc_password::root_parameters sfc_password::for_new_container() const {
    return state_->own;
}

} // namespace omegasafe::storage
