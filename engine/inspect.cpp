// What a container says without being decrypted. Needs no key and no actors.
#include "storage/config/config_file.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/records/encrypted_file.hpp"
#include <omegasafe/client.hpp>

namespace omegasafe {

namespace fs = std::filesystem;

namespace {

/// The configured layer password, null when there is none or no config root.
storage::sfc_password_ptr configured_layer(const fs::path& config_dir) {
    try {
        const auto settings = storage::load_settings(find_config_root(config_dir));
        if (!settings.traditional_layer_password.empty())
            return std::make_shared<storage::sfc_password>(settings.traditional_layer_password.text());
    } catch (const failure&) {
        // Without a config root there is no password to try; the header can be shown all the same.
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
    if (header.password_protected && !(password = configured_layer(config_dir)))
        return found;
    try {
        const storage::sfc_reader container{source, password, storage::sfc_layout::growing};
        add_entries(found, container);
        found.authenticated = header.password_protected;
        if (!container.find(storage::encryption_metadata_uuid)) {
            found.layer = false;
            return found;
        }
    } catch (const failure& problem) {
        if (problem.code() != errc::password_wrong)
            throw;
        return found;
    }
    const auto file = storage::open_encrypted_file(source, password);
    found.encrypted_file = {file.metadata.key_uuid, file.metadata.global_position_start, file.data.length};
    return found;
}

} // namespace omegasafe
