#include "server/auth/credential_box.hpp"

#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/files/descriptor.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <fcntl.h>
#include <omegasafe/error.hpp>
#include <sys/stat.h>

namespace omegasafe::server {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::uint8_t format_version = 1;
constexpr std::size_t header_size = 1 + crypto::aead_nonce_size;
constexpr std::size_t length_size = 2; // of the access key id, big-endian, before it
constexpr std::string_view sealing_label = "storage credentials";

using byte_vector = std::vector<std::uint8_t>;

/// What the sealed text is bound to: its format and its storage.
byte_vector associated_data(const crypto::uuid& storage_uuid) {
    byte_vector data;
    data.reserve(1 + sealing_label.size() + storage_uuid.size());
    data.push_back(format_version);
    data.insert(data.end(), sealing_label.begin(), sealing_label.end());
    data.insert(data.end(), storage_uuid.begin(), storage_uuid.end());
    return data;
}

void read_key(const std::filesystem::path& file, crypto::secure_bytes& key) {
    const storage::descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened)
        throw storage::system_failure(
            errc::config_missing, "The server key " + file.string() + " cannot be read", errno);
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size != static_cast<off_t>(key.size()))
        throw failure(errc::config_invalid, "The server key " + file.string() + " is not a file of 32 bytes.");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw failure(errc::config_invalid,
            "The server key " + file.string() + " may be used by others than its owner; run chmod 600 on it.");
    if (::read(opened.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
        throw failure(errc::config_invalid, "The server key " + file.string() + " cannot be read.");
}

[[noreturn]] void refuse_sealed() {
    throw failure(errc::container_damaged,
        "The credentials of a storage do not open with this server key; enter them again with the storage's edit.");
}

} // namespace

void credential_box::create_key_file(const std::filesystem::path& file) {
    crypto::secure_bytes key(key_size);
    crypto::random_fill(key.span());
    storage::atomic_file target(file, storage::existing_target::refuse);
    target.write_at(0, key);
    target.commit();
}

credential_box::credential_box(const std::filesystem::path& key_file) : key_(key_size) {
    read_key(key_file, key_);
}

std::string credential_box::seal(const crypto::uuid& storage_uuid, const bucket_credentials& credentials) const {
    const auto& id = credentials.access_key_id;
    const auto& secret = credentials.secret_access_key;
    if (id.size() > UINT16_MAX)
        throw failure(errc::usage, "The access key id is too long.");
    crypto::secure_bytes plain(length_size + id.size() + secret.size());
    plain.data()[0] = static_cast<std::uint8_t>(id.size() >> 8);
    plain.data()[1] = static_cast<std::uint8_t>(id.size());
    std::copy_n(secret.data(), secret.size(), std::copy(id.begin(), id.end(), plain.data() + length_size));

    byte_vector sealed(header_size + plain.size() + crypto::aead_tag_size);
    crypto::aead_nonce nonce;
    crypto::random_fill(nonce);
    sealed[0] = format_version;
    std::copy(nonce.begin(), nonce.end(), sealed.begin() + 1);
    crypto::aead_seal(derive(sealing_label), nonce, associated_data(storage_uuid), plain,
        crypto::byte_span(sealed).subspan(header_size));
    return std::string{crypto::to_base64(sealed, crypto::base64_alphabet::standard).text()};
}

bucket_credentials credential_box::open(const crypto::uuid& storage_uuid, std::string_view sealed) const {
    const auto bytes = crypto::from_base64(sealed, crypto::base64_alphabet::standard);
    if (!bytes || bytes->size() < header_size + length_size + crypto::aead_tag_size ||
        bytes->data()[0] != format_version)
        refuse_sealed();
    crypto::aead_nonce nonce;
    std::copy_n(bytes->data() + 1, nonce.size(), nonce.begin());
    crypto::secure_bytes plain(bytes->size() - header_size - crypto::aead_tag_size);
    if (!crypto::aead_open(derive(sealing_label), nonce, associated_data(storage_uuid),
            bytes->span().subspan(header_size), plain.span()))
        refuse_sealed();
    const std::size_t id_size = plain.data()[0] << 8 | plain.data()[1];
    if (id_size > plain.size() - length_size)
        refuse_sealed();
    const auto text = plain.text().substr(length_size);
    return {std::string{text.substr(0, id_size)}, crypto::secure_bytes(text.substr(id_size))};
}

crypto::secure_bytes credential_box::derive(std::string_view label) const {
    return crypto::hkdf_sha256(key_, {}, "omegasafe-ecs " + std::string{label}, key_size);
}

} // namespace omegasafe::server
