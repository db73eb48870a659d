#include "storage/container/cbor.hpp"

#include <algorithm>

namespace omegasafe::storage {

namespace {

using crypto::const_byte_span;

/// Attributes nest twice; hostile ones must not exhaust the stack.
constexpr int deepest_nesting = 4;

/// Takes items from the front of bytes.
class item_parser {
public:
    explicit item_parser(const_byte_span bytes) : rest_(bytes) {}

    bool at_end() const { return rest_.empty(); }
    const_byte_span rest() const { return rest_; }

    std::optional<cbor_item> next(int depth = 0) {
        auto item = head();
        if (!item || depth > deepest_nesting)
            return {};
        const auto begin = rest_;
        switch (item->type) {
        case cbor_item::kind::number:
            return item;
        case cbor_item::kind::bytes:
        case cbor_item::kind::text:
            if (item->value > rest_.size())
                return {};
            rest_ = rest_.subspan(static_cast<std::size_t>(item->value));
            break;
        case cbor_item::kind::array:
        case cbor_item::kind::map:
            if (!skip(*item, depth))
                return {};
            break;
        }
        item->content = begin.first(begin.size() - rest_.size());
        return item;
    }

    /// The name of a field: names ascend, so that none stands twice.
    std::optional<std::string_view> name_after(std::optional<std::string_view> before, int depth) {
        const auto name = next(depth);
        if (!name || name->type != cbor_item::kind::text || (before && *before >= name->text()))
            return {};
        return name->text();
    }

    std::optional<cbor_item> head() {
        if (rest_.empty())
            return {};
        const auto type = rest_[0] >> 5;
        std::uint64_t value = rest_[0] & 31;
        rest_ = rest_.subspan(1);
        if (type == 1 || type > 5)
            return {};
        if (value >= 24) {
            if (value > 27)
                return {};
            const std::size_t size = std::size_t{1} << (value - 24);
            if (size > rest_.size())
                return {};
            value = 0;
            for (std::size_t i = 0; i < size; ++i)
                value = value << 8 | rest_[i];
            rest_ = rest_.subspan(size);
            if (value < (size == 1 ? 24 : std::uint64_t{1} << 4 * size)) // a shorter form would have done
                return {};
        }
        return cbor_item{static_cast<cbor_item::kind>(type), value, {}};
    }

private:
    /// The elements of an array or the fields of a map; each takes a byte at least, so hostile counts end soon.
    bool skip(const cbor_item& group, int depth) {
        std::optional<std::string_view> name;
        for (std::uint64_t i = 0; i < group.value; ++i) {
            if (group.type == cbor_item::kind::map && !(name = name_after(name, depth + 1)))
                return false;
            if (!next(depth + 1))
                return false;
        }
        return true;
    }

    const_byte_span rest_;
};

} // namespace

std::optional<cbor_map> cbor_map::parse(const_byte_span bytes) {
    item_parser parser(bytes);
    auto map = parser.head();
    if (!map)
        return {};
    map->content = parser.rest();
    return parse(*map);
}

std::optional<cbor_map> cbor_map::parse(const cbor_item& map) {
    if (map.type != cbor_item::kind::map)
        return {};
    item_parser parser(map.content);
    cbor_map read;
    read.fields_.reserve(std::min<std::uint64_t>(map.value, map.content.size() / 2)); // a hostile count ends soon
    for (std::uint64_t i = 0; i < map.value; ++i) {
        const auto before = read.fields_.empty() ? std::nullopt : std::optional{read.fields_.back().first};
        const auto name = parser.name_after(before, 1);
        const auto value = parser.next(1);
        if (!name || !value)
            return {};
        read.fields_.emplace_back(*name, *value);
    }
    return parser.at_end() ? std::optional{std::move(read)} : std::nullopt;
}

const cbor_item* cbor_map::find(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (field == name)
            return &value;
    return nullptr;
}

std::vector<cbor_item> cbor_elements(const cbor_item& array) {
    std::vector<cbor_item> elements;
    item_parser parser(array.content);
    while (auto element = parser.at_end() ? std::nullopt : parser.next())
        elements.push_back(*element);
    return elements;
}

cbor_writer& cbor_writer::text(std::string_view value) {
    head(cbor_item::kind::text, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
}

cbor_writer& cbor_writer::head(cbor_item::kind type, std::uint64_t value) {
    const auto first = static_cast<std::uint8_t>(static_cast<unsigned>(type) << 5);
    if (value < 24) {
        out_.push_back(static_cast<std::uint8_t>(first | value));
        return *this;
    }
    const unsigned power = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffff'ffff ? 2 : 3;
    out_.push_back(static_cast<std::uint8_t>(first | (24 + power)));
    for (auto bits = 8 << power; bits > 0; bits -= 8)
        out_.push_back(static_cast<std::uint8_t>(value >> (bits - 8)));
    return *this;
}

} // namespace omegasafe::storage
