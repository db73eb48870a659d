#include "storage/config/keyring.hpp"

#include "storage/config/secret_service.hpp"
#include "storage/files/descriptor.hpp"
#include <omegasafe/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

constexpr const char* password_variable = "OMEGASAFE_CONFIG_PASSWORD";
constexpr const char* password_file_variable = "OMEGASAFE_CONFIG_PASSWORD_FILE";
/// Longest password file accepted, bytes; one more is read to see that there is no more.
constexpr std::size_t password_file_bytes = 4096;

std::string_view environment_value(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::optional<crypto::secure_bytes> password_from_file(const std::string& path) {
    const auto refuse = [&](const std::string& why) {
        return failure(
            errc::password_missing, "The password file " + path + " (" + password_file_variable + ") " + why + ".");
    };
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        throw refuse(std::string("cannot be read: ") + std::strerror(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || S_ISDIR(status.st_mode))
        throw refuse("is not a file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw refuse("can be read by others; run 'chmod 600 " + path + "'");

    crypto::secure_bytes buffer(password_file_bytes + 1);
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t count = ::read(file.get(), buffer.data() + size, buffer.size() - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw refuse(std::string("cannot be read: ") + std::strerror(errno));
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    std::string_view password = buffer.text().substr(0, size);
    if (password.ends_with('\n'))
        password.remove_suffix(password.ends_with("\r\n") ? 2 : 1);
    if (password.empty())
        throw refuse("is empty");
    if (password.size() > password_file_bytes)
        throw refuse("holds more than " + std::to_string(password_file_bytes) + " bytes");
    return crypto::secure_bytes(password);
}

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
    if (const auto password = environment_value(password_variable); !password.empty())
        return crypto::secure_bytes(password);
    if (const auto path = environment_value(password_file_variable); !path.empty())
        return password_from_file(std::string(path));
    return {};
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
