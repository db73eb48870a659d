#include "storage/records/key_layer.hpp"

#include "storage/container/attributes.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

constexpr std::uint64_t layer_format = 1;
constexpr const char* layer_kind = "layer";
constexpr std::size_t longest_password = 4096;
constexpr std::uint64_t largest_payload = 2 + kept_layer_passwords * (2 + longest_password);

failure layer_damaged(const std::string& what) {
    return failure(errc::container_damaged,
        "What is remembered of a key's AES-256-GCM layer is damaged: " + what + "; restore it from a copy.");
}

/// choice | count | length and bytes of each password.
secure_bytes encode_payload(const key_layer& layer) {
    std::size_t size = 2;
    for (const auto& password : layer.passwords)
        size += 2 + password->size();
    secure_bytes payload(size);
    auto* out = payload.data();
    *out++ = static_cast<std::uint8_t>(layer.choice);
    *out++ = static_cast<std::uint8_t>(layer.passwords.size());
    for (const auto& password : layer.passwords) {
        store_le(out, static_cast<std::uint16_t>(password->size()));
        out = std::ranges::copy(password->span(), out + 2).out;
    }
    return payload;
}

secret_ptr take_password(const_byte_span& rest) {
    if (rest.size() < 2)
        throw layer_damaged("it ends early");
    const auto size = load_le<std::uint16_t>(rest.data());
    if (size == 0 || size > longest_password || size > rest.size() - 2)
        throw layer_damaged("a password has an impossible length");
    auto password = std::make_shared<const secure_bytes>(rest.subspan(2, size));
    rest = rest.subspan(2 + size);
    return password;
}

void decode_payload(const_byte_span payload, key_layer& layer) {
    if (payload.size() < 2 || payload[0] > static_cast<std::uint8_t>(layer_choice::own) ||
        payload[1] > kept_layer_passwords)
        throw layer_damaged("its choice or count is unknown");
    layer.choice = static_cast<layer_choice>(payload[0]);
    auto rest = payload.subspan(2);
    for (auto count = payload[1]; count > 0; --count) {
        auto password = take_password(rest);
        if (layer.holds(password->text()))
            throw layer_damaged("a password stands in it twice");
        layer.passwords.push_back(std::move(password));
    }
    if (!rest.empty() || (layer.choice == layer_choice::own && layer.passwords.empty()))
        throw layer_damaged("its passwords do not fit its choice or size");
}

std::optional<key_layer> decode(const sfc_reader& file, const sfc_entry& entry) {
    constexpr const char* what = "What is remembered of a key's AES-256-GCM layer";
    const attribute_reader any{entry.attributes, what};
    if (!any.has("kind") || any.text("kind") != layer_kind)
        return std::nullopt;
    const attribute_reader fields{entry.attributes, what, layer_format};
    key_layer layer{.key_uuid = fields.id("key_uuid")};
    if (layer.key_uuid != entry.id)
        throw layer_damaged("it stands under another UUID than its key's");
    decode_payload(file.read(entry, largest_payload), layer);
    return layer;
}

} // namespace

bool key_layer::holds(std::string_view password) const {
    return std::ranges::any_of(passwords, [&](const secret_ptr& known) { return known->text() == password; });
}

bool key_layer::remember(const secret_ptr& password) {
    if (holds(password->text()))
        return false;
    passwords.insert(passwords.begin() + (choice == layer_choice::own ? 1 : 0), password);
    if (passwords.size() > kept_layer_passwords)
        passwords.pop_back();
    return true;
}

void key_layer::choose(const secret_ptr& own) {
    choice = own ? layer_choice::own : layer_choice::off;
    if (!own)
        return;
    std::erase_if(passwords, [&](const secret_ptr& known) { return known->text() == own->text(); });
    passwords.insert(passwords.begin(), own);
    if (passwords.size() > kept_layer_passwords)
        passwords.pop_back();
}

void key_layer::take(const key_layer& other) {
    for (auto password = other.passwords.rbegin(); password != other.passwords.rend(); ++password)
        remember(*password);
    if (other.choice != layer_choice::configured)
        choose(other.own());
}

container_changes::entry to_entry(const key_layer& layer, const_byte_span rewritten) {
    for (const auto& password : layer.passwords)
        if (password->size() > longest_password)
            throw failure(errc::usage,
                "A layer password has at most " + std::to_string(longest_password) + " bytes; choose a shorter one.");
    return {layer.key_uuid,
        to_attributes({{"format", layer_format}, {"key_uuid", crypto::to_string(layer.key_uuid)}, {"kind", layer_kind}},
            rewritten),
        encode_payload(layer)};
}

key_layer layer_of_key(const sfc_reader& file, const uuid& key_uuid) {
    const auto* entry = file.find(key_uuid);
    auto found = entry ? decode(file, *entry) : std::nullopt;
    return found ? std::move(*found) : key_layer{.key_uuid = key_uuid};
}

} // namespace omegasafe::storage
