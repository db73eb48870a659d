#include "storage/records/place_record.hpp"

#include "storage/container/attributes.hpp"

namespace omegasafe::storage {

namespace {

constexpr std::uint64_t place_format = 1;

} // namespace

std::vector<std::uint8_t> encode(const file_place& place) {
    return to_attributes({{"format", place_format}, {"machine", crypto::to_string(place.machine.value_or(uuid{}))},
        {"inode", place.inode}, {"born_ns", place.born_ns}});
}

file_place decode_place(crypto::const_byte_span cbor) {
    const attribute_reader fields{cbor, "The record of where the container was written", place_format};
    const auto machine = fields.id("machine");
    return {machine.is_nil() ? std::nullopt : std::optional{machine}, fields.number("inode"), fields.number("born_ns")};
}

container_changes::about_file place_entry() {
    return {place_entry_uuid, [](int opened) { return encode(place_of(opened)); }};
}

bool is_where_written(const sfc_reader& container) {
    const auto* noted = container.find(place_entry_uuid);
    const auto* file = dynamic_cast<const file_source*>(&container.source());
    return noted != nullptr && file != nullptr &&
           same_place(decode_place(noted->attributes), place_of(file->descriptor()));
}

} // namespace omegasafe::storage
