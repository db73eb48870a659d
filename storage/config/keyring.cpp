#include "storage/config/keyring.hpp"

#include "storage/config/environment.hpp"
#include "storage/config/secret_service.hpp"
#include "storage/config/secret_source.hpp"
#include <omegasafe/error.hpp>

#include <algorithm>
#include <cstdlib>

namespace omegasafe::storage {

namespace {

constexpr const char* password_variable = "OMEGASAFE_CONFIG_PASSWORD";

/// Under a name of its own, so that no one takes it for the password.
secret_record root_record(const keyring_labels& labels, const std::string& id) {
    return {labels.service, labels.secret + " of root", id};
}

} // namespace

keyring_labels keyring_labels::from_environment() {
    keyring_labels labels;
    if (const auto service = environment_value("OMEGASAFE_KEYRING_SERVICE_NAME"); !service.empty())
        labels.service = service;
    if (const auto secret = environment_value("OMEGASAFE_KEYRING_SECRET_NAME"); !secret.empty())
        labels.secret = secret;
    return labels;
}

std::optional<crypto::secure_bytes> keyring_lookup(const keyring_labels& labels) {
    return find_secret({labels.service, labels.secret});
}

void keyring_store(const keyring_labels& labels, std::string_view password) {
    store_secret({labels.service, labels.secret},
        "OmegaSafe configuration password (" + labels.service + ", " + labels.secret + ")", password);
}

bool keyring_remove(const keyring_labels& labels) {
    return remove_secret({labels.service, labels.secret});
}

void keyring_add_root(const keyring_labels& labels, const keyring_root& root) {
    const auto id = crypto::to_string(root.id);
    store_secret(
        root_record(labels, id), "OmegaSafe configuration in " + root.path.string(), id + " " + root.path.string());
}

std::optional<keyring_root> keyring_find_root(const keyring_labels& labels, const std::optional<uuid>& id) {
    const auto found = find_secret(root_record(labels, id ? crypto::to_string(*id) : ""));
    if (!found)
        return {};
    const auto text = found->text();
    const auto space = std::min(text.find(' '), text.size());
    const auto read = crypto::parse_uuid(text.substr(0, space));
    return keyring_root{read.value_or(uuid{}), text.substr(std::min(space + 1, text.size()))};
}

bool keyring_remove_root(const keyring_labels& labels, const uuid& id) {
    return remove_secret(root_record(labels, crypto::to_string(id)));
}

std::optional<crypto::secure_bytes> environment_password() {
    return secret_from_environment(
        password_variable, secret_commands::run, {errc::password_missing, errc::password_missing});
}

crypto::secure_bytes resolve_config_password() {
    if (auto password = environment_password())
        return std::move(*password);
    const keyring_labels labels = keyring_labels::from_environment();
    if (auto password = keyring_lookup(labels))
        return std::move(*password);
    throw failure(errc::password_missing,
        "The keyring has no configuration password (service \"" + labels.service + "\", secret \"" + labels.secret +
            "\"). Set the one that this configuration was made with: OMEGASAFE_CONFIG_PASSWORD, or "
            "OMEGASAFE_CONFIG_PASSWORD_FILE with a file that only you can read.");
}

} // namespace omegasafe::storage
