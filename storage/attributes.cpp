#include "storage/attributes.hpp"

#include "messages/error.hpp"

namespace omegasafe::storage {

using nlohmann::json;

namespace {

/// A cache entry with 20 claims of 128-bit positions stays below this; more could nest so deep that the recursive CBOR
/// parser runs out of stack.
constexpr std::size_t largest_attributes = 6 * 1024;

} // namespace

json position_to_json(crypto::u128 position) {
    if (position <= largest_json_integer)
        return static_cast<std::uint64_t>(position);
    return crypto::to_decimal(position);
}

std::vector<std::uint8_t> to_attributes(const json& map) {
    return json::to_cbor(map);
}

attribute_reader::attribute_reader(crypto::const_byte_span cbor, std::string what) : what_(std::move(what)) {
    try {
        if (cbor.size() <= largest_attributes)
            map_ = json::from_cbor(cbor.begin(), cbor.end());
    } catch (const json::exception&) {
        // Told like any other map that is none.
    }
    if (!map_.is_object())
        throw failure(
            errc::container_damaged, what_ + " is damaged: its attributes are no map; restore it from a copy.");
}

attribute_reader::attribute_reader(std::string what, json map) : map_(std::move(map)), what_(std::move(what)) {}

std::string attribute_reader::text(const char* field) const {
    const auto& value = at(field);
    if (!value.is_string())
        refuse(field);
    return value.get<std::string>();
}

std::uint64_t attribute_reader::number(const char* field) const {
    const auto& value = at(field);
    if (!value.is_number_unsigned())
        refuse(field);
    return value.get<std::uint64_t>();
}

crypto::u128 attribute_reader::position(const char* field) const {
    const auto& value = at(field);
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    if (!value.is_string())
        refuse(field);
    const auto parsed = crypto::parse_decimal(value.get_ref<const std::string&>());
    if (!parsed)
        refuse(field);
    return *parsed;
}

crypto::uuid attribute_reader::id(const char* field) const {
    const auto parsed = crypto::parse_uuid(text(field));
    if (!parsed)
        refuse(field);
    return *parsed;
}

const json& attribute_reader::array(const char* field) const {
    const auto& value = at(field);
    if (!value.is_array())
        refuse(field);
    return value;
}

attribute_reader attribute_reader::nested(const json& map) const {
    if (!map.is_object())
        refuse("element");
    return {what_, map};
}

const json& attribute_reader::at(const char* field) const {
    const auto found = map_.find(field);
    if (found == map_.end())
        refuse(field);
    return *found;
}

void attribute_reader::refuse(const char* field) const {
    throw failure(errc::container_damaged,
        what_ + " is damaged: its field " + field + " is missing or malformed; restore it from a copy.");
}

} // namespace omegasafe::storage
