#include "cli/show/key_summary.hpp"

#include "cli/show/format.hpp"
#include "cli/text.hpp"

namespace omegasafe::cli {

namespace {

json payload_of_bytes(std::uint64_t bytes) {
    return {{"bytes", json_position(bytes)}, {"display", binary_size(bytes)}};
}

std::string left_text(const std::optional<capacity_left>& left) {
    return left ? percent_text(left->remaining, left->total) + " (" + binary_size(left->remaining) + " of " +
                      binary_size(left->total) + ")"
                : "unknown";
}

} // namespace

json payload_of(const std::optional<capacity_left>& left) {
    if (!left)
        return nullptr;
    return {{"remaining_bytes", json_position(left->remaining)}, {"total_bytes", json_position(left->total)},
        {"percent_remaining", percent(left->remaining, left->total)},
        {"display", percent_text(left->remaining, left->total) + " " + binary_size_and_bytes(left->remaining)}};
}

json payload_of(const key_summary& key) {
    const auto& g = key.geometry;
    const auto optional_number = [](const auto& number) { return number ? json(*number) : json(nullptr); };
    return {{"key_name_local", key.name_local}, {"key_name_ecs", json_text(key.name_ecs)},
        {"key_uuid", to_string(key.key_uuid)}, {"alpha_key_size_on_disk", payload_of_bytes(g.material_bytes())},
        {"alpha_capacity_left", payload_of(std::optional{key.alpha})},
        {"minimum_number_of_deltas", g.supported_deltas()},
        {"total_key_encryption_capacity_left", payload_of(key.total)},
        {"maximum_file_size_for_encryption",
            {{"bytes", json_position(g.capacity())}, {"display", binary_size_and_bytes(g.capacity())}}},
        {"deltas_keys_size_on_disk",
            key.deltas_bytes_on_disk ? payload_of_bytes(*key.deltas_bytes_on_disk) : json(nullptr)},
        {"latest_delta_uuid", json_uuid(key.latest_delta_uuid)},
        {"latest_delta_sequence", optional_number(key.latest_delta_sequence)},
        {"latest_delta_capacity_left", payload_of(key.latest_delta)},
        {"external_claims_storage_name", json_text(key.ecs_name)},
        {"external_claims_storage_uuid", json_uuid(key.ecs_uuid)}, {"external_claims_storage_status", key.ecs_status}};
}

void print_plain(const key_summary& key) {
    const auto& g = key.geometry;
    print(key.name_local);
    print("  Key UUID:              " + to_string(key.key_uuid));
    print("  Name at the ECS:       " + key.name_ecs.value_or("unknown"));
    print("  Alpha size on disk:    " + binary_size(g.material_bytes()));
    print("  Alpha capacity left:   " + left_text(key.alpha));
    print("  Supported Deltas:      " + with_thousands(g.supported_deltas()));
    print("  Total capacity left:   " + left_text(key.total));
    print("  Maximum file size:     " + binary_size(g.capacity()));
    print("  Deltas size on disk:   " +
          (key.deltas_bytes_on_disk ? binary_size(*key.deltas_bytes_on_disk) : "none here"));
    print("  Latest Delta:          " + (key.latest_delta_sequence ? std::to_string(*key.latest_delta_sequence) + ", " +
                                                                         to_string(*key.latest_delta_uuid)
                                                                   : "none"));
    print("  Latest Delta capacity: " + left_text(key.latest_delta));
    print("  ECS:                   " + key.ecs_name.value_or("unknown") + ", " + key.ecs_status);
    if (key.ecs_uuid)
        print("  ECS UUID:              " + to_string(*key.ecs_uuid));
}

} // namespace omegasafe::cli
