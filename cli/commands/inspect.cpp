// omegasafe inspect (beyond the reference): what a container says without decrypting it. Needs no key and no config
// root; the entries of a password-protected container show when the traditional layer's password is configured and
// fits.
#include "cli/command.hpp"
#include "cli/show/format.hpp"
#include "cli/show/json_output.hpp"
#include "storage/config/config_file.hpp"
#include "storage/records/encrypted_file.hpp"

namespace omegasafe::cli {

namespace {

struct inspect_options {
    std::shared_ptr<common_options> common = std::make_shared<common_options>();
    std::string input;
};

struct inspection {
    std::string path;
    storage::sfc_header header;
    std::shared_ptr<const storage::sfc_reader> container; // null: sealed, no fitting password
    std::optional<storage::encrypted_file_info> encrypted_file;
};

/// The configured layer password, null when there is none or no config root.
storage::sfc_password_ptr configured_layer(const common_options& common) {
    try {
        const auto settings = storage::load_settings(storage::resolve_config_root(common.config_dir));
        if (!settings.traditional_layer_password.empty())
            return std::make_shared<storage::sfc_password>(settings.traditional_layer_password.text());
    } catch (const failure&) {
        // Without a config root there is no password to try; the header can be shown all the same.
    }
    return nullptr;
}

inspection inspect(const inspect_options& options) {
    const auto source = std::make_shared<storage::file_source>(options.input);
    inspection found{options.input, storage::read_sfc_header(*source, storage::sfc_layout::growing), nullptr, {}};
    storage::sfc_password_ptr password;
    if (found.header.password_protected && !(password = configured_layer(*options.common)))
        return found;
    try {
        found.container = std::make_shared<storage::sfc_reader>(source, password, storage::sfc_layout::growing);
    } catch (const failure& problem) {
        if (problem.code() != errc::password_wrong)
            throw;
        return found;
    }
    if (found.container->find(storage::encryption_metadata_uuid))
        found.encrypted_file = storage::open_encrypted_file(source, password);
    return found;
}

std::string entry_name(const uuid& id) {
    if (id == storage::encrypted_data_uuid)
        return "encrypted_data";
    return id == storage::encryption_metadata_uuid ? "encryption_metadata.json" : "";
}

json inspection_payload(const inspection& found) {
    json payload{{"schema_version", schema_version}, {"path", found.path}, {"format_version", found.header.version},
        {"password_protected", found.header.password_protected}, {"size", json_position(found.header.total_size)},
        {"entries", nullptr}, {"key_uuid", nullptr}, {"global_position_start", nullptr},
        {"encrypted_data_length", nullptr}};
    if (found.container) {
        payload["entries"] = json::array();
        for (const auto& entry : found.container->entries())
            payload["entries"].push_back({{"entry_uuid", crypto::to_string(entry.id)},
                {"name", entry_name(entry.id).empty() ? json(nullptr) : json(entry_name(entry.id))},
                {"length", json_position(entry.length)}});
    }
    if (const auto& file = found.encrypted_file) {
        payload["key_uuid"] = crypto::to_string(file->metadata.key_uuid);
        payload["global_position_start"] = json_position(file->metadata.global_position_start);
        payload["encrypted_data_length"] = json_position(file->data.length);
    }
    return payload;
}

void print_inspection(const inspection& found) {
    print("Secure File Container: " + found.path);
    print("  Format version:        " + std::to_string(found.header.version));
    print(std::string{"  Password protected:    "} + (found.header.password_protected ? "yes" : "no"));
    print("  Size:                  " + with_thousands(found.header.total_size) + " bytes");
    if (!found.container) {
        print("  Entries:               sealed; configure TRADITIONAL_ENC_LAYER_PASS to see them");
        return;
    }
    print("  Entries:");
    for (const auto& entry : found.container->entries())
        print("    " + crypto::to_string(entry.id) + "  " + with_thousands(entry.length) + " bytes  " +
              entry_name(entry.id));
    if (const auto& file = found.encrypted_file) {
        print("  Key UUID:              " + crypto::to_string(file->metadata.key_uuid));
        print("  Global position start: " + crypto::to_decimal(file->metadata.global_position_start));
        print("  Encrypted data length: " + with_thousands(file->data.length) + " bytes (= positions used)");
    }
}

} // namespace

void add_inspect(CLI::App& app) {
    const auto options = std::make_shared<inspect_options>();
    auto* command =
        add_command(app, "inspect", "Show what a container says without decrypting it", options->common, [options] {
            const auto found = inspect(*options);
            options->common->as_json ? print_json(inspection_payload(found)) : print_inspection(found);
        });
    command->add_option("-i,--input-file", options->input, "Path to the container")->required();
}

} // namespace omegasafe::cli
