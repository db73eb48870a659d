// What an entry of an SFC ECS file stands for, as its attribute `kind` says (docs/formats.md, section 9).
#pragma once

#include "storage/container/attributes.hpp"

namespace omegasafe::storage {

enum class ecs_entry_kind { ecs, key, delta, deleted_key, other };

/// The text in the attribute; not of `other`.
std::string_view to_string(ecs_entry_kind kind);

/// `other`: an entry of a later version, or of another file. failure(container_damaged) without a text there.
ecs_entry_kind kind_of(const attribute_reader& fields);

} // namespace omegasafe::storage
