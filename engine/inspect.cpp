// What a container says without being decrypted. Needs no key and no actors.
#include "messages/log.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/keyring.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_layer.hpp"
#include "storage/records/layer_search.hpp"
#include <omegasafe/client.hpp>

namespace omegasafe {

namespace fs = std::filesystem;

namespace {

using passwords = std::vector<storage::sfc_password_ptr>;

passwords configured_layer(const storage::settings& settings) {
    const auto& password = settings.traditional_layer_password;
    return password.empty() ? passwords{} : passwords{std::make_shared<storage::sfc_password>(password.text())};
}

/// Those of all keys, where environment or keyring give the configuration password.
passwords remembered_layers(const storage::settings& settings) {
    const storage::sfc_reader keys{std::make_shared<storage::file_source>(settings.keys_path),
        std::make_shared<storage::sfc_password>(storage::resolve_config_password().text()),
        storage::sfc_layout::growing};
    passwords all;
    for (const auto& entry : keys.entries())
        for (const auto& text : storage::layer_of_key(keys, entry.id).passwords)
            all.push_back(std::make_shared<storage::sfc_password>(text->text()));
    return all;
}

/// Null when none opens it, or it is no file with a layer at all.
storage::sfc_password_ptr one_of(const passwords& known, const storage::byte_source& source) {
    try {
        return storage::find_layer_password(source, known);
    } catch (const failure&) {
        return nullptr;
    }
}

/// The layer password known in the config root that opens `source`; null when none does, or where there is no root:
/// what the header says can be shown all the same.
storage::sfc_password_ptr fitting_layer(const storage::byte_source& source, const fs::path& config_dir) {
    try {
        const auto settings = storage::load_settings(find_config_root(config_dir));
        for (const auto known : {configured_layer, remembered_layers})
            if (auto password = one_of(known(settings), source))
                return password;
    } catch (const failure& problem) {
        if (problem.code() != errc::config_missing && problem.code() != errc::password_missing)
            log::warn("Not all layer passwords known here could be tried: {}", problem.what());
    }
    return nullptr;
}

std::string entry_name(const uuid& id) {
    if (id == storage::encrypted_data_uuid)
        return "encrypted_data";
    return id == storage::encryption_metadata_uuid ? "encryption_metadata.json" : "";
}

void add_entries(inspection& found, const storage::sfc_reader& container) {
    found.entries.emplace();
    for (const auto& entry : container.entries())
        found.entries->push_back({entry.id, entry_name(entry.id), entry.length});
}

} // namespace

inspection inspect(const fs::path& input, const fs::path& config_dir) {
    const auto source = std::make_shared<storage::file_source>(input);
    const auto header = storage::read_sfc_header(*source, storage::sfc_layout::growing);
    inspection found;
    found.path = input;
    found.format_version = header.version;
    found.password_protected = header.password_protected;
    found.size = header.total_size;
    found.layer = header.password_protected; // until it opens as something else
    storage::sfc_password_ptr password;
    if (header.password_protected && !(password = fitting_layer(*source, config_dir)))
        return found;
    const storage::sfc_reader container{source, password, storage::sfc_layout::growing};
    add_entries(found, container);
    found.authenticated = header.password_protected;
    if (!container.find(storage::encryption_metadata_uuid)) {
        found.layer = false;
        return found;
    }
    const auto file = storage::open_encrypted_file(source, password);
    found.encrypted_file = {file.metadata.key_uuid, file.metadata.global_position_start, file.data.length};
    return found;
}

} // namespace omegasafe
