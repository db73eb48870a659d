#include "storage/records/encrypted_file.hpp"

#include "crypto/random.hpp"
#include "crypto/strict_json.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/sfc_header.hpp"
#include <algorithm>
#include <nlohmann/json.hpp>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

// Drawn once at random; part of the format.
const uuid encrypted_data_uuid{
    {0x5a, 0x51, 0x7d, 0x0e, 0x3c, 0x86, 0x4b, 0x0f, 0x9d, 0x62, 0x8e, 0x1b, 0x47, 0xf0, 0x2c, 0xd3}};
const uuid encryption_metadata_uuid{
    {0xc7, 0x0b, 0x94, 0x3a, 0x16, 0xe8, 0x42, 0x7d, 0xa5, 0x1f, 0x60, 0xd9, 0xb2, 0x3e, 0x75, 0x08}};

namespace {

using nlohmann::json;

/// The two fields take some 120 bytes.
constexpr std::uint64_t largest_metadata_entry = 4096;

failure bad_metadata(const std::string& what) {
    return failure(
        errc::container_damaged, "encryption_metadata.json is damaged: " + what + "; use a good copy of the file.");
}

/// The object itself and its two fields.
constexpr crypto::json_bounds metadata_bounds{1, 3};

json parse_object(std::string_view text) {
    auto parsed = crypto::parse_json<json>(text, metadata_bounds);
    if (!parsed || !parsed->is_object() || parsed->size() != 2 || !parsed->contains("key_uuid") ||
        !parsed->contains("global_position_start"))
        throw bad_metadata("it must be one JSON object with key_uuid and global_position_start and nothing else");
    return std::move(*parsed);
}

crypto::u128 parse_position(const json& value) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= crypto::largest_json_integer)
        return value.get<std::uint64_t>();
    if (value.is_string())
        if (const auto position = crypto::parse_decimal(value.get_ref<const std::string&>());
            position && *position > crypto::largest_json_integer)
            return *position;
    throw bad_metadata("global_position_start is no position");
}

/// The container, with password failures turned into those of the traditional layer.
std::shared_ptr<const sfc_reader> open_layer(const std::shared_ptr<const byte_source>& source, sfc_password_ptr layer) {
    try {
        return std::make_shared<const sfc_reader>(source, std::move(layer));
    } catch (const failure& error) {
        if (error.code() == errc::password_missing)
            throw failure(errc::layer_password, source->name() +
                                                    " has a traditional encryption layer; set its password "
                                                    "as TRADITIONAL_ENC_LAYER_PASS in config.ini or as "
                                                    "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS.");
        if (error.code() == errc::password_wrong)
            throw failure(errc::layer_password,
                "The traditional layer password does not open " + source->name() +
                    "; set TRADITIONAL_ENC_LAYER_PASS in config.ini or OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS "
                    "to the password that was used for encryption.");
        throw;
    }
}

std::vector<std::uint8_t> container_of(
    const encryption_metadata& metadata, const_byte_span encrypted_data, sfc_password_ptr layer) {
    memory_sink sink;
    sfc_writer writer(sink, std::move(layer));
    writer.add(encryption_metadata_uuid, {}, crypto::as_bytes(to_json(metadata)));
    writer.add(encrypted_data_uuid, {}, encrypted_data);
    writer.finish();
    return sink.take();
}

} // namespace

std::string to_json(const encryption_metadata& metadata) {
    nlohmann::ordered_json object;
    object["key_uuid"] = crypto::to_string(metadata.key_uuid);
    object["global_position_start"] = position_to_json(metadata.global_position_start);
    return object.dump();
}

encryption_metadata parse_encryption_metadata(std::string_view text) {
    const auto object = parse_object(text);
    const auto& key = object["key_uuid"];
    const auto key_uuid = key.is_string() ? crypto::parse_uuid(key.get_ref<const std::string&>()) : std::nullopt;
    if (!key_uuid)
        throw bad_metadata("key_uuid is no UUID");
    return {*key_uuid, parse_position(object["global_position_start"])};
}

void require_fits(std::uint64_t length, std::uint64_t capacity) {
    if (capacity < limits::file_metadata_bytes || length > capacity - limits::file_metadata_bytes)
        throw failure(errc::file_too_large,
            "The file of " + std::to_string(length) + " bytes does not fit into one key iteration of " +
                std::to_string(capacity) + " positions; use a larger key or split the file.",
            std::to_string(capacity));
}

std::uint64_t draw_suffix_length(std::uint64_t length, std::uint64_t capacity) {
    require_fits(length, capacity);
    const auto share = length / 100 * limits::suffix_percent + length % 100 * limits::suffix_percent / 100;
    return crypto::random_below(std::min(share, capacity - limits::file_metadata_bytes - length) + 1);
}

encrypted_file_info open_encrypted_file(std::shared_ptr<const byte_source> source, sfc_password_ptr layer) {
    encrypted_file_info info;
    info.container = open_layer(source, std::move(layer));
    const auto* data = info.container->find(encrypted_data_uuid);
    const auto* metadata = info.container->find(encryption_metadata_uuid);
    if (data == nullptr || metadata == nullptr || info.container->entries().size() != 2)
        throw sfc_damaged(*source, "it does not hold the two entries of an encrypted file");
    if (!data->attributes.empty() || !metadata->attributes.empty())
        throw sfc_damaged(*source, "its entries carry attributes");
    if (data->length < limits::file_metadata_bytes)
        throw sfc_damaged(*source, "its encrypted data is too short");
    info.data = *data;
    info.metadata = parse_encryption_metadata(info.container->read(*metadata, largest_metadata_entry).text());
    if (info.metadata.global_position_start + (data->length - 1) < info.metadata.global_position_start)
        throw sfc_damaged(*source, "its positions do not exist");
    return info;
}

void require_positions(const encrypted_file_info& file, std::uint64_t first, std::uint64_t capacity) {
    if (first >= capacity || file.data.length > capacity - first)
        throw sfc_damaged(file.container->source(), "its positions lie outside the key iteration");
}

std::vector<std::uint8_t> encrypt_in_memory(const key_iteration& iteration, std::uint64_t first,
    const encryption_metadata& metadata, std::string_view name, const_byte_span data, std::uint64_t suffix_length,
    sfc_password_ptr layer) {
    secure_bytes bytes(limits::file_metadata_bytes + data.size() + suffix_length);
    std::copy(data.begin(), data.end(), bytes.data() + limits::file_metadata_bytes);
    return encrypt_in_place(iteration, first, metadata, name, bytes.span(), data.size(), std::move(layer)).bytes;
}

encrypted_container encrypt_in_place(const key_iteration& iteration, std::uint64_t first,
    const encryption_metadata& metadata, std::string_view name, byte_span encoded, std::uint64_t length,
    sfc_password_ptr layer) {
    const auto data = encoded.subspan(limits::file_metadata_bytes, length);
    const file_proof proof{metadata.global_position_start, crypto::sha256::of(data)};
    const auto prefix =
        encode({std::string(name), length, proof.sha256}, {iteration, metadata.global_position_start, encoded.size()});
    std::copy_n(prefix.data(), prefix.size(), encoded.data());
    crypto::random_fill(encoded.subspan(prefix.size() + length));
    iteration.cipher->encrypt(first, encoded, encoded);
    return {container_of(metadata, encoded, std::move(layer)), proof};
}

std::vector<std::uint8_t> sealed_again(
    std::shared_ptr<const byte_source> source, sfc_password_ptr was, sfc_password_ptr layer) {
    const auto file = open_encrypted_file(std::move(source), std::move(was));
    return container_of(
        file.metadata, file.container->read(file.data, limits::delta_container_bytes), std::move(layer));
}

decrypted_file decrypt_whole(
    const key_iteration& iteration, std::uint64_t first, const encrypted_file_info& file, std::uint64_t limit) {
    require_positions(file, first, iteration.info.geometry.capacity());
    decrypted_file out{{}, file.container->read(file.data, limit)};
    iteration.cipher->decrypt(first, out.encoded, out.encoded.span());
    out.metadata = decode_file_metadata(out.encoded.span().first(limits::file_metadata_bytes),
        {iteration, file.metadata.global_position_start, file.data.length});
    if (out.metadata.length > out.encoded.size() - limits::file_metadata_bytes ||
        crypto::sha256::of(out.content()) != out.metadata.sha256)
        throw failure(
            errc::integrity_failed, file.container->source().name() +
                                        " does not decrypt to what was encrypted; the file or the key was altered.");
    return out;
}

secure_bytes decrypt_in_memory(const key_iteration& iteration, std::uint64_t first, const encrypted_file_info& file) {
    return secure_bytes(decrypt_whole(iteration, first, file, limits::delta_container_bytes).content());
}

} // namespace omegasafe::storage
