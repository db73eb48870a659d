// The part of CBOR (RFC 8949) that attributes are written in: maps with text keys in ascending order, arrays, text,
// bytes and unsigned numbers, all with definite lengths and in their shortest forms.
#pragma once

#include "crypto/secure_memory.hpp"
#include <optional>
#include <string_view>
#include <vector>

namespace omegasafe::storage {

/// One data item, not looked into yet. Lies in the bytes it was read from.
struct cbor_item {
    enum class kind : std::uint8_t { number = 0, bytes = 2, text = 3, array = 4, map = 5 };

    kind type{};
    std::uint64_t value = 0;         // a number; the length of a text or of bytes; the elements of an array or map
    crypto::const_byte_span content; // of all but a number, without the head

    std::string_view text() const { return {reinterpret_cast<const char*>(content.data()), content.size()}; }
};

/// The fields of a map in their order. Reading thousands of them, as listings do, costs a fraction of a microsecond
/// each.
class cbor_map {
public:
    /// Nothing unless the bytes are one well-formed map and no more.
    static std::optional<cbor_map> parse(crypto::const_byte_span bytes);
    static std::optional<cbor_map> parse(const cbor_item& map);

    std::size_t size() const { return fields_.size(); }
    /// Null when there is no such field.
    const cbor_item* find(std::string_view name) const;

private:
    std::vector<std::pair<std::string_view, cbor_item>> fields_;
};

/// The elements of an array that was read as part of a well-formed map.
std::vector<cbor_item> cbor_elements(const cbor_item& array);

/// Appends items to bytes.
class cbor_writer {
public:
    cbor_writer& map(std::uint64_t fields) { return head(cbor_item::kind::map, fields); }
    cbor_writer& number(std::uint64_t value) { return head(cbor_item::kind::number, value); }
    cbor_writer& text(std::string_view value);
    std::vector<std::uint8_t> take() { return std::move(out_); }

private:
    cbor_writer& head(cbor_item::kind type, std::uint64_t value);

    std::vector<std::uint8_t> out_;
};

} // namespace omegasafe::storage
