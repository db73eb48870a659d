#include "storage/container/attributes.hpp"

#include "crypto/shown_text.hpp"
#include "storage/container/damage.hpp"

namespace omegasafe::storage {

using nlohmann::json;

std::vector<std::uint8_t> to_attributes(const json& fields, crypto::const_byte_span rewritten) {
    auto all = rewritten.empty() ? json::object() : json::from_cbor(rewritten);
    all.update(fields);
    return json::to_cbor(all);
}

attribute_reader::attribute_reader(crypto::const_byte_span cbor, std::string what)
    : attribute_reader(std::move(what), cbor_map::parse(cbor)) {}

attribute_reader::attribute_reader(crypto::const_byte_span cbor, std::string what, std::uint64_t known)
    : attribute_reader(cbor, std::move(what)) {
    const auto format = number("format");
    if (format == 0)
        refuse("format");
    if (format > known)
        throw failure(errc::container_newer, what_ + " was written by a newer omegasafe (format " +
                                                 std::to_string(format) + "); update omegasafe to use it.");
}

attribute_reader::attribute_reader(std::string what, std::optional<cbor_map> map) : what_(std::move(what)) {
    if (!map)
        throw damaged(what_ + " is damaged: its attributes are no map");
    map_ = std::move(*map);
}

std::string attribute_reader::text(const char* field) const {
    const auto text = at(field, cbor_item::kind::text).text();
    if (!crypto::is_utf8(text))
        refuse(field);
    return std::string(text);
}

std::string attribute_reader::path(const char* field) const {
    return std::string(at(field, cbor_item::kind::text).text());
}

std::uint64_t attribute_reader::number(const char* field) const {
    return at(field, cbor_item::kind::number).value;
}

crypto::u128 attribute_reader::position(const char* field) const {
    const auto* found = map_.find(field);
    if (found != nullptr && found->type == cbor_item::kind::number && found->value <= crypto::largest_json_integer)
        return found->value;
    const auto parsed = crypto::parse_decimal(at(field, cbor_item::kind::text).text());
    if (!parsed || *parsed <= crypto::largest_json_integer)
        refuse(field);
    return *parsed;
}

crypto::uuid attribute_reader::id(const char* field) const {
    const auto parsed = crypto::parse_uuid(at(field, cbor_item::kind::text).text());
    if (!parsed)
        refuse(field);
    return *parsed;
}

std::vector<attribute_reader> attribute_reader::maps(const char* field) const {
    std::vector<attribute_reader> read;
    for (const auto& element : cbor_elements(at(field, cbor_item::kind::array)))
        read.push_back({what_, cbor_map::parse(element)});
    return read;
}

const cbor_item& attribute_reader::at(const char* field, cbor_item::kind type) const {
    const auto* found = map_.find(field);
    if (found == nullptr || found->type != type)
        refuse(field);
    return *found;
}

void attribute_reader::refuse(const char* field) const {
    throw damaged(what_ + " is damaged: its field " + field + " is missing or malformed");
}

} // namespace omegasafe::storage
