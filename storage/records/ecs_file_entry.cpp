#include "storage/records/ecs_file_entry.hpp"

#include <algorithm>
#include <array>

namespace omegasafe::storage {

namespace {

constexpr std::array<std::string_view, 4> texts{"ecs", "key", "delta", "deleted_key"}; // in the order of ecs_entry_kind

} // namespace

std::string_view to_string(ecs_entry_kind kind) {
    return texts.at(static_cast<std::size_t>(kind));
}

ecs_entry_kind kind_of(const attribute_reader& fields) {
    return static_cast<ecs_entry_kind>(std::ranges::find(texts, fields.text("kind")) - texts.begin());
}

} // namespace omegasafe::storage
