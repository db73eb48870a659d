// What happens to the keyring's password when a configuration is erased: it goes only when it opens that configuration
// and nothing else needs it.
#pragma once

#include "storage/config/keyring.hpp"
#include <omegasafe/config.hpp>
#include <optional>

namespace omegasafe::engine {

class keyring_erasure {
public:
    /// Before anything is removed: looks whether the password opens what is there.
    explicit keyring_erasure(const config_files& files);

    /// Afterwards: removes the password, or notes in `result` why not.
    void finish(config_erasure& result);

private:
    void forget_root();
    std::optional<std::filesystem::path> other_root();

    storage::keyring_labels labels_ = storage::keyring_labels::from_environment();
    const config_files& files_;
    std::optional<uuid> id_;
    bool known_ = false, opens_ = false;
    std::string unreachable_; // why the keyring cannot be asked
};

} // namespace omegasafe::engine
