#include "storage/records/file_metadata.hpp"

#include "crypto/random.hpp"
#include "messages/limits.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

// Few fixed bytes: known plaintext teaches an attacker maps.
constexpr std::array<std::uint8_t, 4> metadata_magic{'O', 'S', 'F', 'M'};
constexpr std::size_t metadata_at_version = 4;
constexpr std::size_t at_name_length = 6;
constexpr std::size_t at_length = 8;
constexpr std::size_t at_sha256 = 16;
constexpr std::size_t at_tag = 48;
constexpr std::size_t at_name = 80;
static_assert(at_tag + std::tuple_size_v<crypto::sha256_digest> == at_name);
static_assert(at_name + limits::name_bytes <= limits::file_metadata_bytes);

failure not_metadata(const std::string& what) {
    return failure(errc::integrity_failed,
        "The decrypted data is not an OmegaSafe file (" + what + "); the file or the key is the wrong one.");
}

/// The tag of `metadata` as if the 32 bytes of the tag itself were zeros.
crypto::sha256_digest tag_of(const_byte_span metadata, const metadata_place& place) {
    constexpr std::size_t uuid_bytes = 16, position_bytes = 16, length_bytes = 8;
    std::array<std::uint8_t, 2 * uuid_bytes + position_bytes + length_bytes + limits::file_metadata_bytes> text{};
    const auto& info = place.iteration.info;
    auto* out = std::copy_n(info.key_uuid.data, uuid_bytes, text.data());
    out = std::copy_n(info.iteration_uuid.data, uuid_bytes, out);
    store_le(out, static_cast<std::uint64_t>(place.global_position_start));
    store_le(out + 8, static_cast<std::uint64_t>(place.global_position_start >> 64));
    store_le(out + position_bytes, place.encrypted_length);
    out = std::copy(metadata.begin(), metadata.end(), out + position_bytes + length_bytes);
    std::fill_n(out - metadata.size() + at_tag, std::tuple_size_v<crypto::sha256_digest>, std::uint8_t{0});
    const auto tag = crypto::hmac_sha256(place.iteration.tag_key, text);
    crypto::wipe(text.data(), text.size());
    return tag;
}

} // namespace

bool safe_base_name(std::string_view name) {
    if (name.empty() || name.size() > limits::name_bytes || name == "." || name == "..")
        return false;
    return std::none_of(name.begin(), name.end(), [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\';
    });
}

secure_bytes encode(const file_metadata& metadata, const metadata_place& place) {
    if (!safe_base_name(metadata.name))
        throw failure(errc::usage,
            "The file's name cannot be stored: it must have 1 to 255 bytes without '/', '\\' and "
            "control characters; rename the file.");
    secure_bytes bytes(limits::file_metadata_bytes);
    auto* out = bytes.data();
    std::copy(metadata_magic.begin(), metadata_magic.end(), out);
    store_le(out + metadata_at_version, file_metadata_version);
    store_le(out + at_name_length, static_cast<std::uint16_t>(metadata.name.size()));
    store_le(out + at_length, metadata.length);
    std::copy(metadata.sha256.begin(), metadata.sha256.end(), out + at_sha256);
    std::copy(metadata.name.begin(), metadata.name.end(), out + at_name);
    crypto::random_fill(bytes.span().subspan(at_name + metadata.name.size()));
    std::ranges::copy(tag_of(bytes, place), out + at_tag); // of all that stands now
    return bytes;
}

file_metadata decode_file_metadata(const_byte_span bytes, const metadata_place& place) {
    if (bytes.size() != limits::file_metadata_bytes)
        throw not_metadata("its metadata has the wrong size");
    const auto* in = bytes.data();
    if (!std::equal(metadata_magic.begin(), metadata_magic.end(), in))
        throw not_metadata("its metadata has no magic number");
    const auto version = load_le<std::uint16_t>(in + metadata_at_version);
    if (version > file_metadata_version)
        throw failure(
            errc::container_newer, "The file was encrypted by a newer omegasafe; update omegasafe to decrypt it.");
    if (version != file_metadata_version)
        throw not_metadata("its metadata has an unknown version");
    const auto tag = bytes.subspan(at_tag, std::tuple_size_v<crypto::sha256_digest>);
    if (!crypto::equal_constant_time(tag, tag_of(bytes, place)))
        throw failure(errc::integrity_failed,
            "The file was forged, altered or put in another file's place (its tag is wrong); use a good copy.");
    file_metadata metadata;
    metadata.length = load_le<std::uint64_t>(in + at_length);
    std::copy_n(in + at_sha256, metadata.sha256.size(), metadata.sha256.begin());
    const std::size_t name_length = load_le<std::uint16_t>(in + at_name_length);
    if (name_length <= limits::name_bytes)
        metadata.name.assign(reinterpret_cast<const char*>(in + at_name), name_length);
    if (!safe_base_name(metadata.name))
        throw not_metadata("its metadata holds an unsafe file name");
    return metadata;
}

} // namespace omegasafe::storage
