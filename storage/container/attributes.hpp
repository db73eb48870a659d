// Container entry attributes as CBOR maps, read strictly.
#pragma once

#include "crypto/position.hpp"
#include "crypto/secure_memory.hpp"
#include "crypto/uuid.hpp"
#include "storage/container/cbor.hpp"
#include <nlohmann/json.hpp>
#include <vector>

namespace omegasafe::storage {

/// As crypto has it, for attributes.
inline nlohmann::json position_to_json(crypto::u128 position) {
    return crypto::position_to_json<nlohmann::json>(position);
}

/// Attributes with these fields. Of `rewritten`, the attributes that they take the place of, fields with other names
/// stay: a later version may have put them there.
std::vector<std::uint8_t> to_attributes(const nlohmann::json& fields, crypto::const_byte_span rewritten = {});

/// Reads attributes field by field. Every getter throws failure(container_damaged) that names `what` when the field is
/// missing or of another kind. The bytes must outlive it.
class attribute_reader {
public:
    /// `what` names the container or entry in error sentences.
    attribute_reader(crypto::const_byte_span cbor, std::string what);
    /// Of a record whose field `format` is at most `known`; else failure(container_newer).
    attribute_reader(crypto::const_byte_span cbor, std::string what, std::uint64_t known);

    /// How many fields there are.
    std::size_t size() const { return map_.size(); }
    bool has(const char* field) const { return map_.find(field) != nullptr; }
    /// UTF-8.
    std::string text(const char* field) const;
    /// A text as a path is one: of any bytes.
    std::string path(const char* field) const;
    std::uint64_t number(const char* field) const;
    /// In the one form that position_to_json gives it.
    crypto::u128 position(const char* field) const;
    crypto::uuid id(const char* field) const;
    /// An array of maps.
    std::vector<attribute_reader> maps(const char* field) const;

private:
    attribute_reader(std::string what, std::optional<cbor_map> map);
    const cbor_item& at(const char* field, cbor_item::kind type) const;
    [[noreturn]] void refuse(const char* field) const;

    cbor_map map_;
    std::string what_;
};

} // namespace omegasafe::storage
