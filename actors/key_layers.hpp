// The passwords of the AES-256-GCM layer as the key store knows them: which one a key's files are sealed with, and
// which may open them. Part of the key_store actor; free of the actor library.
#pragma once

#include "actors/local_container.hpp"
#include "storage/records/key_layer.hpp"
#include <map>

namespace omegasafe::actors {

class key_layers {
public:
    /// `container`: that of the keys, which must outlive it.
    key_layers(config_asker me, local_container& container) : me_(std::move(me)), container_(container) {}

    /// Environment, else the key's own, else config.ini. `to_seal`: remembered first.
    layer_in_use in_use(const uuid& key_uuid, bool to_seal);
    /// All that may open something, no two alike: what is in use, then the newest of each key, then the one before ...
    passwords_ptr known(const std::vector<uuid>& keys, const std::optional<uuid>& first);
    /// One that known() gave; null: that of config.ini.
    void remember(const uuid& key_uuid, const password_ptr& password);
    void set(const uuid& key_uuid, const secret_ptr& own);
    key_layer_ptr pin(const uuid& key_uuid);
    void take(const storage::key_layer& other);

private:
    struct known_password {
        secret_ptr text;
        password_ptr password; // one for each text, so that what was derived from it is kept
    };
    struct choice {
        secret_ptr text; // null: no layer
        layer_source source = layer_source::none;
    };
    void ask_configured();
    choice choose(const uuid& key_uuid);
    const storage::key_layer& record_of(const uuid& key_uuid);
    const password_ptr& password_of(const secret_ptr& text);
    void remember(const uuid& key_uuid, const secret_ptr& text);
    template <class F>
    void change(const uuid& key_uuid, F body);

    config_asker me_;
    local_container& container_;
    std::optional<choice> configured_; // by environment or config.ini; one snapshot a process
    std::vector<known_password> passwords_;
    std::shared_ptr<const storage::sfc_reader> file_; // what records_ were read from
    std::map<uuid, storage::key_layer> records_;
};

} // namespace omegasafe::actors
