#include "storage/config/keyring.hpp"

#include "storage/files/descriptor.hpp"
#include <omegasafe/error.hpp>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <libsecret/secret.h>
#include <sys/stat.h>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

constexpr const char* password_variable = "OMEGASAFE_CONFIG_PASSWORD";
constexpr const char* password_file_variable = "OMEGASAFE_CONFIG_PASSWORD_FILE";
constexpr std::string_view ways_out =
    " Without a desktop keyring, set OMEGASAFE_CONFIG_PASSWORD, or OMEGASAFE_CONFIG_PASSWORD_FILE to a file that only "
    "you can read.";

/// Longest password file accepted, bytes; one more is read to see that there is no more.
constexpr std::size_t password_file_bytes = 4096;

std::string_view environment_value(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

[[noreturn]] void keyring_failure(const std::string& what) {
    throw failure(errc::keyring_failed, "The keyring cannot be used: " + what + "." + std::string(ways_out));
}

/// Whether there is a session bus to talk to. GLib would try to start one through X11 and complain on stderr.
bool has_session_bus() {
    if (!environment_value("DBUS_SESSION_BUS_ADDRESS").empty())
        return true;
    const auto runtime = environment_value("XDG_RUNTIME_DIR");
    std::error_code error;
    return !runtime.empty() && std::filesystem::exists(std::filesystem::path(runtime) / "bus", error);
}

const SecretSchema* schema() {
    // The name need not match, so that a record made with 'secret-tool store' is found too.
    static const SecretSchema value = [] {
        SecretSchema schema{};
        schema.name = "omegasafe.configuration-password";
        schema.flags = SECRET_SCHEMA_DONT_MATCH_NAME;
        schema.attributes[0] = {"service", SECRET_SCHEMA_ATTRIBUTE_STRING};
        schema.attributes[1] = {"secret", SECRET_SCHEMA_ATTRIBUTE_STRING};
        return schema;
    }();
    return &value;
}

/// libsecret, loaded at first use: with GLib and D-Bus behind it, linking it costs every start 10 ms and more, also
/// of those who never ask a keyring.
class libsecret {
public:
    static const libsecret& get() {
        if (!has_session_bus())
            keyring_failure("there is no D-Bus session");
        static const libsecret library;
        return library;
    }

    decltype(&secret_password_lookup_nonpageable_sync) lookup;
    decltype(&secret_password_store_sync) store;
    decltype(&secret_password_clear_sync) clear;
    decltype(&secret_password_free) free_password;

    /// Throws when `error` is set, after freeing it.
    void check(GError* error) const {
        if (!error)
            return;
        const std::string message = error->message;
        free_error_(error);
        keyring_failure(message);
    }

private:
    libsecret() {
        handle_ = ::dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL); // stays loaded: GLib runs threads of its own
        if (!handle_)
            keyring_failure("libsecret-1.so.0 is not installed (Debian package libsecret-1-0)");
        load(lookup, "secret_password_lookup_nonpageable_sync");
        load(store, "secret_password_store_sync");
        load(clear, "secret_password_clear_sync");
        load(free_password, "secret_password_free");
        load(free_error_, "g_error_free");
        decltype(&g_log_set_default_handler) set_log_handler;
        load(set_log_handler, "g_log_set_default_handler");
        // What GLib has to say arrives here as errors; its log would only disturb stderr.
        set_log_handler([](const char*, GLogLevelFlags, const char*, void*) {}, nullptr);
    }

    template <class Function>
    void load(Function& function, const char* name) {
        function = reinterpret_cast<Function>(::dlsym(handle_, name));
        if (!function)
            keyring_failure("libsecret-1.so.0 lacks " + std::string(name));
    }

    void* handle_ = nullptr;
    decltype(&g_error_free) free_error_ = nullptr;
};

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
    const libsecret& library = libsecret::get();
    GError* error = nullptr;
    char* const found = library.lookup(
        schema(), nullptr, &error, "service", labels.service.c_str(), "secret", labels.secret.c_str(), nullptr);
    library.check(error);
    if (!found)
        return {};
    crypto::secure_bytes password{std::string_view(found)};
    library.free_password(found); // wipes it
    return password;
}

void keyring_store(const keyring_labels& labels, std::string_view password) {
    const libsecret& library = libsecret::get();
    crypto::secure_bytes text(password.size() + 1); // ends with NUL
    std::memcpy(text.data(), password.data(), password.size());
    const std::string label = "OmegaSafe configuration password (" + labels.service + ", " + labels.secret + ")";
    GError* error = nullptr;
    const bool stored =
        library.store(schema(), SECRET_COLLECTION_DEFAULT, label.c_str(), reinterpret_cast<const char*>(text.data()),
            nullptr, &error, "service", labels.service.c_str(), "secret", labels.secret.c_str(), nullptr);
    library.check(error);
    if (!stored)
        keyring_failure("it did not keep the password");
}

bool keyring_remove(const keyring_labels& labels) {
    const libsecret& library = libsecret::get();
    GError* error = nullptr;
    const bool removed = library.clear(
        schema(), nullptr, &error, "service", labels.service.c_str(), "secret", labels.secret.c_str(), nullptr);
    library.check(error);
    return removed;
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
    throw failure(errc::password_missing, "The keyring has no configuration password (service \"" + labels.service +
                                              "\", secret \"" + labels.secret + "\"). Run 'omegasafe init' first." +
                                              std::string(ways_out));
}

} // namespace omegasafe::storage
