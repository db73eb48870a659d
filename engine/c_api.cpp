// The functions of the C API (omegasafe.h): arguments are checked, the C++ API is called, answers are handed out.
#include "engine/c_arguments.hpp"
#include "engine/c_registry.hpp"
#include "engine/c_values.hpp"
#include <algorithm>
#include <omegasafe/log.hpp>
#include <omegasafe/omegasafe.h>

using namespace omegasafe;
using namespace omegasafe::engine;

namespace {

/// Longest configuration password that a callback may give, in bytes.
constexpr std::size_t password_bytes = 4096;

std::filesystem::path path_of(const char* text, const char* what) {
    require(text, what);
    return text;
}
std::filesystem::path path_or_empty(const char* text) {
    return text == nullptr ? std::filesystem::path{} : std::filesystem::path{text};
}

bool overwrite(unsigned flags) {
    if ((flags & ~static_cast<unsigned>(OMEGASAFE_OVERWRITE)) != 0)
        throw failure(errc::usage, "The flags hold one that this version of the library does not know.");
    return (flags & OMEGASAFE_OVERWRITE) != 0;
}

const_byte_span bytes_of(const std::uint8_t* bytes, std::size_t size, const char* what) {
    if (size > 0)
        require(bytes, what);
    return {bytes, size};
}

secure_bytes ask_password(omegasafe_password_callback callback, void* user) {
    secure_bytes room(password_bytes);
    std::size_t size = 0;
    if (callback(user, reinterpret_cast<char*>(room.data()), room.size(), &size) != 0)
        throw failure(errc::password_missing, "The program has no configuration password for the library.");
    if (size > room.size())
        throw failure(errc::usage, "The configuration password is too long for its buffer.");
    return secure_bytes(room.span().first(size));
}

} // namespace

const char* omegasafe_version(void) {
    static const std::string text{version()};
    return text.c_str();
}

int omegasafe_set_log(omegasafe_log_callback callback, void* user, int least, omegasafe_error** error) {
    return guarded(error, [&] {
        if (least < OMEGASAFE_LOG_DEBUG || least > OMEGASAFE_LOG_ERROR)
            throw failure(errc::usage, "The least level of the log is none of omegasafe_level.");
        log_listener listener;
        if (callback != nullptr)
            listener = [callback, user](log_level level, std::string_view sentence) {
                callback(user, static_cast<int>(level), std::string{sentence}.c_str());
            };
        set_log_listener(std::move(listener), static_cast<log_level>(least));
    });
}

int omegasafe_open(const char* config_dir, unsigned threads, omegasafe_password_callback password, void* user,
    omegasafe_client** client, omegasafe_error** error) {
    put<omegasafe_client*>(client, nullptr);
    return guarded(error, [&] {
        require(client, "the address of the client");
        client_options options{path_or_empty(config_dir), threads, {}};
        if (password != nullptr)
            options.password = [password, user] { return ask_password(password, user); };
        *client = add_client(omegasafe::client{std::move(options)});
    });
}

int omegasafe_close(omegasafe_client* client, omegasafe_error** error) {
    return guarded(error, [&] { close_client(client); });
}

int omegasafe_list_keys(omegasafe_client* client, omegasafe_keys** keys, omegasafe_error** error) {
    put<omegasafe_keys*>(keys, nullptr);
    return guarded(error, [&] { give_keys(keys, find_client(client)->list_keys()); });
}

int omegasafe_encrypt_file(omegasafe_client* client, const char* input, const char* output, const char* key_uuid,
    unsigned flags, omegasafe_progress_callback progress, void* user, omegasafe_report** report,
    omegasafe_error** error) {
    put<omegasafe_report*>(report, nullptr);
    return guarded(error, [&] {
        const encrypt_file request{
            path_of(input, "the input"), path_of(output, "the output"), key_of(key_uuid), overwrite(flags)};
        give_report(report, find_client(client)->encrypt(request, watched(progress, user)));
    });
}

int omegasafe_decrypt_file(omegasafe_client* client, const char* input, const char* output_folder, const char* name,
    unsigned flags, omegasafe_progress_callback progress, void* user, omegasafe_report** report,
    omegasafe_error** error) {
    put<omegasafe_report*>(report, nullptr);
    return guarded(error, [&] {
        decrypt_file request;
        request.input = path_of(input, "the input");
        request.output_folder = path_of(output_folder, "the output folder");
        request.overwrite = overwrite(flags);
        if (name != nullptr) {
            if (*name == '\0') // to the C++ API that would mean the original name
                throw failure(errc::usage, "The name for the output is empty.");
            request.name_override = name;
        }
        give_report(report, find_client(client)->decrypt(request, watched(progress, user)));
    });
}

int omegasafe_verify_file(omegasafe_client* client, const char* input, omegasafe_progress_callback progress, void* user,
    omegasafe_report** report, omegasafe_error** error) {
    put<omegasafe_report*>(report, nullptr);
    return guarded(error, [&] {
        decrypt_file request;
        request.input = path_of(input, "the input");
        request.verify_only = true;
        give_report(report, find_client(client)->decrypt(request, watched(progress, user)));
    });
}

int omegasafe_encrypt_buffer(omegasafe_client* client, const uint8_t* content, size_t size, const char* name,
    const char* key_uuid, uint8_t** encrypted, size_t* encrypted_size, omegasafe_error** error) {
    put<uint8_t*>(encrypted, nullptr);
    put<size_t>(encrypted_size, 0);
    return guarded(error, [&] {
        const auto plain = bytes_of(content, size, "the content");
        require(name, "the name");
        require(encrypted, "the address of the result");
        require(encrypted_size, "the address of the result's size");
        auto result = find_client(client)->encrypt(plain, name, key_of(key_uuid));
        const auto result_size = result.size();
        give_bytes(encrypted, std::move(result));
        *encrypted_size = result_size;
    });
}

int omegasafe_decrypt_buffer(omegasafe_client* client, const uint8_t* encrypted, size_t size, uint8_t** content,
    size_t* content_size, char** name, omegasafe_error** error) {
    put<uint8_t*>(content, nullptr);
    put<size_t>(content_size, 0);
    put<char*>(name, nullptr);
    return guarded(error, [&] {
        const auto input = bytes_of(encrypted, size, "the encrypted bytes");
        require(content, "the address of the result");
        require(content_size, "the address of the result's size");
        auto result = find_client(client)->decrypt(input);
        const auto result_size = result.content.size();
        give_text(name, result.name);
        give_bytes(content, std::move(result.content));
        *content_size = result_size;
    });
}

int omegasafe_decrypt_into(omegasafe_client* client, const uint8_t* encrypted, size_t size, uint8_t* buffer,
    size_t capacity, size_t* content_size, omegasafe_error** error) {
    put<size_t>(content_size, 0);
    return guarded(error, [&] {
        const auto input = bytes_of(encrypted, size, "the encrypted bytes");
        bytes_of(buffer, capacity, "the buffer");
        require(content_size, "the address of the content's size");
        const auto result = find_client(client)->decrypt(input);
        *content_size = result.content.size();
        if (capacity < result.content.size())
            throw failure(errc::usage, "The buffer has " + std::to_string(capacity) + " bytes, and " +
                                           std::to_string(result.content.size()) + " are needed.");
        std::ranges::copy(result.content.span(), buffer);
    });
}

int omegasafe_inspect(
    const char* path, const char* config_dir, omegasafe_inspection** inspection, omegasafe_error** error) {
    put<omegasafe_inspection*>(inspection, nullptr);
    return guarded(
        error, [&] { give_inspection(inspection, inspect(path_of(path, "the path"), path_or_empty(config_dir))); });
}
