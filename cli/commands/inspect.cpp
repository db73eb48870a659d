// omegasafe inspect (beyond the reference): what a container says without decrypting it. Needs no key and no config
// root; the entries of a password-protected container show when a layer password fits that the root knows.
#include "cli/flags.hpp"
#include "cli/show/format.hpp"
#include "cli/show/json_output.hpp"
#include "cli/text.hpp"

namespace omegasafe::cli {

namespace {

json inspection_payload(const inspection& found) {
    json payload{{"schema_version", schema_version}, {"path", found.path.string()},
        {"format_version", found.format_version}, {"password_protected", found.password_protected},
        {"layer", found.layer}, {"authenticated", found.authenticated}, {"size", json_position(found.size)},
        {"entries", nullptr}, {"key_uuid", nullptr}, {"global_position_start", nullptr},
        {"encrypted_data_length", nullptr}};
    if (found.entries) {
        payload["entries"] = json::array();
        for (const auto& entry : *found.entries)
            payload["entries"].push_back(
                {{"entry_uuid", to_string(entry.id)}, {"name", entry.name.empty() ? json(nullptr) : json(entry.name)},
                    {"length", json_position(entry.length)}});
    }
    if (const auto& file = found.encrypted_file) {
        payload["key_uuid"] = to_string(file->key_uuid);
        payload["global_position_start"] = json_position(file->global_position_start);
        payload["encrypted_data_length"] = json_position(file->length);
    }
    return payload;
}

void print_inspection(const inspection& found) {
    print("Secure File Container: " + found.path.string());
    print("  Format version:        " + std::to_string(found.format_version));
    print(std::string{"  Password protected:    "} + (found.password_protected ? "yes" : "no"));
    print(std::string{"  AES-256-GCM layer:     "} + (found.layer ? "yes" : "no"));
    print(std::string{"  Authenticated:         "} +
          (found.authenticated ? "yes, by the layer" : "no; verify checks an encrypted file's tag"));
    print("  Size:                  " + with_thousands(found.size) + " bytes");
    if (!found.entries) {
        print("  Entries:               sealed, and no layer password known here opens them");
        return;
    }
    print("  Entries:");
    for (const auto& entry : *found.entries)
        print("    " + to_string(entry.id) + "  " + with_thousands(entry.length) + " bytes  " + entry.name);
    if (const auto& file = found.encrypted_file) {
        print("  Key UUID:              " + to_string(file->key_uuid));
        print("  Global position start: " + to_decimal(file->global_position_start));
        print("  Encrypted data length: " + with_thousands(file->length) + " bytes (= positions used)");
    }
}

void run_inspect(const session& session, const std::string& input) {
    const auto found = inspect(input, session.config_dir());
    session.as_json() ? print_json(inspection_payload(found)) : print_inspection(found);
}

} // namespace

void add_inspect(CLI::App& app) {
    const auto input = std::make_shared<std::string>();
    auto* command = add_command(app, "inspect", "Show what a container says without decrypting it",
        [input](session& session) { run_inspect(session, *input); });
    command->add_option("-i,--input-file", *input, "Path to the container")->required();
}

} // namespace omegasafe::cli
