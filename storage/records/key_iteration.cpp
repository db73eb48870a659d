#include "storage/records/key_iteration.hpp"

#include "crypto/kdf.hpp"
#include "crypto/text_encoding.hpp"
#include "storage/container/attributes.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/records/encrypted_file.hpp"
#include <algorithm>
#include <memory>
#include <omegasafe/error.hpp>
#include <stdexcept>

namespace omegasafe {

u128 iteration_info::first_position() const {
    return crypto::positions_of_iteration(seq_number, geometry.capacity()).first;
}

} // namespace omegasafe

namespace omegasafe::storage {

namespace {

/// Version of the attributes. They have these fields and no others.
constexpr std::uint64_t info_format = 1;

failure key_damaged(const std::string& what) {
    return failure(
        errc::container_damaged, "A key iteration is damaged: " + what + "; use a good copy of the key or Delta.");
}

bool acceptable_text(const std::string& text) {
    return text.size() <= limits::name_bytes && crypto::is_plain_text(text);
}

bool acceptable_info(const iteration_info& info) {
    return info.geometry.valid() && acceptable_text(info.key_name) && acceptable_text(info.omegasafe_version) &&
           info.seq_number <= info.geometry.supported_deltas();
}

std::vector<std::uint8_t> to_cbor(const iteration_info& info) {
    cbor_writer out;
    out.map(9).text("format").number(info_format);
    out.text("iteration_uuid").text(crypto::to_string(info.iteration_uuid));
    out.text("key_name").text(info.key_name);
    out.text("key_uuid").text(crypto::to_string(info.key_uuid));
    out.text("nucleus_bytes").number(info.geometry.nucleus_bytes);
    out.text("omegasafe_version").text(info.omegasafe_version);
    out.text("rotor_bytes").number(info.geometry.rotor_bytes);
    out.text("rotors").number(info.geometry.rotors);
    out.text("seq_number").number(info.seq_number);
    return out.take();
}

std::uint32_t size_field(const attribute_reader& fields, const char* name, std::uint32_t limit) {
    const auto value = fields.number(name);
    if (value > limit)
        throw key_damaged(std::string(name) + " is out of its range");
    return static_cast<std::uint32_t>(value);
}

/// What an Alpha's container entry or payload says of the key must be the same everywhere.
bool same_key(const iteration_info& a, const iteration_info& b) {
    return a.key_uuid == b.key_uuid && a.geometry == b.geometry && a.key_name == b.key_name;
}

constexpr std::size_t tag_key_bytes = 32;

/// All maps go in, so that who lacks a few, or knows them only up to what the cipher shows of them, has no key.
secure_bytes derive_tag_key(const uuid& iteration_uuid, const crypto::key_material& maps) {
    return crypto::hkdf_sha256_in_place(
        maps.bytes(), const_byte_span{iteration_uuid.data, 16}, "omegasafe file metadata v2 tag");
}

/// What comes before the maps.
std::vector<std::uint8_t> payload_head(const iteration_info& info) {
    const auto description = encode(info);
    std::vector<std::uint8_t> head(4 + description.size());
    store_le(head.data(), static_cast<std::uint32_t>(description.size()));
    std::ranges::copy(description, head.begin() + 4);
    return head;
}

secure_bytes joined(std::initializer_list<const_byte_span> parts) {
    std::size_t size = 0;
    for (const auto& part : parts)
        size += part.size();
    secure_bytes whole(size);
    auto* out = whole.data();
    for (const auto& part : parts)
        out = std::copy(part.begin(), part.end(), out);
    return whole;
}

key_iteration_ptr decode(secure_bytes payload, bool may_have_tag_key) {
    if (payload.size() < 4 || payload.size() > max_payload_bytes)
        throw key_damaged("it has an impossible size");
    const auto size = load_le<std::uint32_t>(payload.data());
    if (size > payload.size() - 4)
        throw key_damaged("it ends early");
    const auto info = decode_iteration_info(payload.span().subspan(4, size));
    payload.drop_front(4 + size);
    secure_bytes tag_key;
    if (may_have_tag_key && payload.size() == tag_key_bytes + info.geometry.material_bytes()) {
        tag_key = secure_bytes(const_byte_span(payload).first(tag_key_bytes));
        payload.drop_front(tag_key_bytes);
    }
    if (payload.size() != info.geometry.material_bytes())
        throw key_damaged("its maps do not have the size it names");
    std::shared_ptr<const crypto::key_material> material;
    try {
        material = std::make_shared<const crypto::key_material>(info.geometry, std::move(payload));
    } catch (const std::invalid_argument&) {
        throw key_damaged("a map is no permutation"); // size and geometry are right
    }
    auto cipher = std::make_shared<const crypto::cipher>(std::move(material));
    return tag_key.empty() ? std::make_shared<const key_iteration>(info, std::move(cipher))
                           : std::make_shared<const key_iteration>(info, std::move(cipher), std::move(tag_key));
}

} // namespace

key_iteration::key_iteration(iteration_info about, std::shared_ptr<const crypto::cipher> maps)
    : info(std::move(about)), cipher(std::move(maps)), tag_key(derive_tag_key(info.iteration_uuid, cipher->key())) {}

key_iteration::key_iteration(
    iteration_info about, std::shared_ptr<const crypto::cipher> maps, secure_bytes kept_tag_key)
    : info(std::move(about)), cipher(std::move(maps)), tag_key(std::move(kept_tag_key)) {}

std::vector<std::uint8_t> encode(const iteration_info& info) {
    if (!acceptable_info(info))
        throw failure(errc::usage,
            "The key cannot be stored: its name must be at most 255 bytes of UTF-8 without control "
            "characters and its sizes those of create-key; change them.");
    return to_cbor(info);
}

iteration_info decode_iteration_info(const_byte_span cbor) {
    const attribute_reader fields{cbor, "The description of a key iteration", info_format};
    iteration_info info;
    info.key_uuid = fields.id("key_uuid");
    info.iteration_uuid = fields.id("iteration_uuid");
    info.seq_number = fields.number("seq_number");
    info.key_name = fields.text("key_name");
    info.omegasafe_version = fields.text("omegasafe_version");
    info.geometry.nucleus_bytes = size_field(fields, "nucleus_bytes", crypto::max_chain_bytes);
    info.geometry.rotor_bytes = size_field(fields, "rotor_bytes", crypto::max_chain_bytes);
    info.geometry.rotors = size_field(fields, "rotors", crypto::max_rotors);
    // One way to write each description: no further fields, no field twice, no other order, no longer numbers.
    if (!acceptable_info(info) || !std::ranges::equal(to_cbor(info), cbor))
        throw key_damaged("its description is not in the canonical form");
    return info;
}

std::optional<iteration_key> decode_iteration_key(const_byte_span cbor) {
    const attribute_reader fields{cbor, "The description of a key iteration"};
    if (fields.has("kind"))
        return std::nullopt;
    return iteration_key{fields.id("key_uuid"), fields.number("seq_number")};
}

secure_bytes encode_payload(const iteration_info& info, const crypto::key_material& maps) {
    if (!(info.geometry == maps.geometry()))
        throw failure(
            errc::internal, "A key iteration was described with another size than its maps have; report this.");
    return joined({payload_head(info), maps.bytes()});
}

key_iteration_ptr decode_payload(secure_bytes payload) {
    return decode(std::move(payload), false);
}

secure_bytes encode_stored(const key_iteration& iteration) {
    return joined({payload_head(iteration.info), iteration.tag_key, iteration.cipher->key().bytes()});
}

key_iteration_ptr decode_stored(secure_bytes stored) {
    return decode(std::move(stored), true);
}

std::vector<std::uint8_t> seal_delta(
    const key_iteration& alpha, std::uint64_t alpha_first, const key_iteration& delta, sfc_password_ptr layer) {
    if (!alpha.info.is_alpha() || delta.info.is_alpha() || !same_key(alpha.info, delta.info))
        throw failure(errc::internal, "A Delta was to be sealed with the Alpha of another key; report this.");
    return encrypt_in_memory(alpha, alpha_first, {alpha.info.key_uuid, alpha_first},
        crypto::to_string(delta.info.iteration_uuid), encode_payload(delta.info, delta.cipher->key()), 0,
        std::move(layer));
}

std::uint64_t delta_positions(const iteration_info& delta) {
    return limits::file_metadata_bytes + 4 + encode(delta).size() + delta.geometry.material_bytes();
}

key_iteration_ptr open_delta(const key_iteration& alpha, std::vector<std::uint8_t> container, sfc_password_ptr layer) {
    if (container.size() > limits::delta_container_bytes)
        throw key_damaged("a Delta may not be larger than 10 MiB");
    const auto source = std::make_shared<const memory_source>(std::move(container), "The Delta");
    const auto file = open_encrypted_file(source, std::move(layer));
    if (file.metadata.key_uuid != alpha.info.key_uuid)
        throw key_damaged("the Delta belongs to another key");
    if (file.metadata.global_position_start >= alpha.info.geometry.capacity())
        throw key_damaged("the Delta names positions that its Alpha does not have");
    const auto first = static_cast<std::uint64_t>(file.metadata.global_position_start);
    auto delta = decode_payload(decrypt_in_memory(alpha, first, file));
    if (delta->info.is_alpha() || !same_key(alpha.info, delta->info) ||
        file.data.length != delta_positions(delta->info))
        throw key_damaged("it is no Delta of this key");
    return delta;
}

} // namespace omegasafe::storage
