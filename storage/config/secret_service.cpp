#include "storage/config/secret_service.hpp"

#include "storage/config/environment.hpp"
#include <omegasafe/error.hpp>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <future>
#include <libsecret/secret.h>
#include <thread>

namespace omegasafe::storage {

namespace {

/// A keyring that works answers in milliseconds; one that does not would keep every command waiting for ever.
constexpr std::chrono::seconds answer_time{10};
/// The desktop asks for the password of a locked keyring, and somebody has to type it.
constexpr std::chrono::seconds typing_time{120};

[[noreturn]] void keyring_failure(const std::string& what) {
    throw failure(errc::keyring_failed,
        "The keyring cannot be used: " + what +
            ". Without a desktop keyring, set OMEGASAFE_CONFIG_PASSWORD, or OMEGASAFE_CONFIG_PASSWORD_FILE to a file "
            "that only you can read.");
}

[[noreturn]] void locked_failure() {
    keyring_failure("it is locked; unlock it, by logging in to the desktop or with its password manager, and run the "
                    "command again");
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
        schema.attributes[2] = {"root", SECRET_SCHEMA_ATTRIBUTE_STRING};
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
    decltype(&secret_password_search_sync) search;
    decltype(&secret_password_free) free_password;
    decltype(&secret_item_get_locked) item_locked;
    decltype(&secret_service_get_sync) service;
    decltype(&secret_collection_for_alias_sync) collection_for_alias;
    decltype(&secret_collection_get_locked) collection_locked;
    decltype(&g_cancellable_new) new_cancellable;
    decltype(&g_cancellable_cancel) cancel;
    decltype(&g_cancellable_is_cancelled) is_cancelled;
    decltype(&g_object_unref) unref;
    decltype(&g_list_free_full) free_list;
    decltype(&g_error_free) free_error;

private:
    libsecret() {
        handle_ = ::dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL); // stays loaded: GLib runs threads of its own
        if (!handle_)
            keyring_failure("libsecret-1.so.0 is not installed (Debian package libsecret-1-0)");
        load(lookup, "secret_password_lookup_nonpageable_sync");
        load(store, "secret_password_store_sync");
        load(clear, "secret_password_clear_sync");
        load(search, "secret_password_search_sync");
        load(free_password, "secret_password_free");
        load(item_locked, "secret_item_get_locked");
        load(service, "secret_service_get_sync");
        load(collection_for_alias, "secret_collection_for_alias_sync");
        load(collection_locked, "secret_collection_get_locked");
        load(new_cancellable, "g_cancellable_new");
        load(cancel, "g_cancellable_cancel");
        load(is_cancelled, "g_cancellable_is_cancelled");
        load(unref, "g_object_unref");
        load(free_list, "g_list_free_full");
        load(free_error, "g_error_free");
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
};

/// One or two calls to the keyring, which are broken off when they take longer than they may: libsecret waits for ever.
class limited_call {
public:
    limited_call(const libsecret& library, std::chrono::seconds limit)
        : library_(library), longest_(limit), cancellable_(library.new_cancellable()),
          timer_([this, over = over_.get_future()] {
              if (over.wait_for(longest_) == std::future_status::timeout)
                  library_.cancel(cancellable_);
          }) {}
    ~limited_call() {
        over_.set_value();
        timer_.join();
        if (error)
            library_.free_error(error);
        library_.unref(cancellable_);
    }
    limited_call(const limited_call&) = delete;
    limited_call& operator=(const limited_call&) = delete;

    GCancellable* cancellable() const { return cancellable_; }
    GError* error = nullptr;

    /// After a call: throws when it failed or was broken off.
    void check() const {
        if (library_.is_cancelled(cancellable_))
            keyring_failure("it did not answer within " + std::to_string(longest_.count()) + " seconds");
        if (error)
            keyring_failure(error->message);
    }

private:
    const libsecret& library_;
    std::chrono::seconds longest_;
    GCancellable* cancellable_;
    std::promise<void> over_;
    std::thread timer_;
};

enum class lock_state { open, locked, missing };

/// Of the keyring that new records go to.
lock_state default_keyring(const libsecret& library) {
    limited_call call(library, answer_time);
    auto* const service = library.service(SECRET_SERVICE_NONE, call.cancellable(), &call.error);
    call.check();
    auto* const keyring = library.collection_for_alias(
        service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, call.cancellable(), &call.error);
    library.unref(service);
    call.check();
    if (!keyring)
        return lock_state::missing;
    const bool locked = library.collection_locked(keyring) != FALSE;
    library.unref(keyring);
    return locked ? lock_state::locked : lock_state::open;
}

/// The last attribute of a record in a call's list of them, or its early end.
const char* root_name(const secret_record& record) {
    return record.root.empty() ? nullptr : "root";
}

/// Of the records themselves: a locked keyring still says which it has.
lock_state records_state(const libsecret& library, const secret_record& record) {
    limited_call call(library, answer_time);
    GList* const found = library.search(schema(), SECRET_SEARCH_ALL, call.cancellable(), &call.error, "service",
        record.service.c_str(), "secret", record.secret.c_str(), root_name(record), record.root.c_str(), nullptr);
    auto state = found ? lock_state::locked : lock_state::missing;
    for (const GList* one = found; one; one = one->next)
        if (!library.item_locked(static_cast<SecretItem*>(one->data)))
            state = lock_state::open;
    library.free_list(found, library.unref);
    call.check();
    return state;
}

/// Whether somebody may have to unlock the keyring before the records can be used.
bool perhaps_locked(const libsecret& library, const secret_record& record) {
    const auto state = records_state(library, record);
    // There are keyrings that do not say what they have while they are locked.
    return state == lock_state::locked ||
           (state == lock_state::missing && default_keyring(library) == lock_state::locked);
}

} // namespace

std::optional<crypto::secure_bytes> find_secret(const secret_record& record) {
    const libsecret& library = libsecret::get();
    const bool locked = perhaps_locked(library, record);
    limited_call call(library, locked ? typing_time : answer_time);
    char* const found = library.lookup(schema(), call.cancellable(), &call.error, "service", record.service.c_str(),
        "secret", record.secret.c_str(), root_name(record), record.root.c_str(), nullptr);
    if (found) {
        crypto::secure_bytes text{std::string_view(found)};
        library.free_password(found); // wipes it
        return text;
    }
    if (locked)
        locked_failure();
    call.check();
    return {};
}

void store_secret(const secret_record& record, const std::string& label, std::string_view text) {
    const libsecret& library = libsecret::get();
    const auto state = default_keyring(library);
    crypto::secure_bytes terminated(text.size() + 1); // ends with NUL
    std::memcpy(terminated.data(), text.data(), text.size());
    limited_call call(library, state == lock_state::open ? answer_time : typing_time);
    const bool stored = library.store(schema(), SECRET_COLLECTION_DEFAULT, label.c_str(),
        reinterpret_cast<const char*>(terminated.data()), call.cancellable(), &call.error, "service",
        record.service.c_str(), "secret", record.secret.c_str(), root_name(record), record.root.c_str(), nullptr);
    if (stored)
        return;
    if (state == lock_state::locked)
        locked_failure();
    call.check();
    keyring_failure("it did not keep the password");
}

bool remove_secret(const secret_record& record) {
    const libsecret& library = libsecret::get();
    const bool locked = perhaps_locked(library, record);
    limited_call call(library, locked ? typing_time : answer_time);
    const bool removed = library.clear(schema(), call.cancellable(), &call.error, "service", record.service.c_str(),
        "secret", record.secret.c_str(), root_name(record), record.root.c_str(), nullptr);
    if (!removed && locked)
        locked_failure();
    call.check();
    return removed;
}

} // namespace omegasafe::storage
