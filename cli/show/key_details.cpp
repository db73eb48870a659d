#include "cli/show/key_details.hpp"

#include "actors/delta_sync.hpp"
#include "cli/show/format.hpp"
#include "storage/records/cache_entry.hpp"
#include <fmt/format.h>
#include <sstream>

namespace omegasafe::cli {

namespace {

constexpr cache_reason reasons[] = {cache_reason::performance, cache_reason::offline};

/// Storages and roles are an HTTP ECS's. Billing belongs to the operator's cloud: nobody is billed by a server of one's
/// own.
json ecs_data(const key_state& state) {
    const auto* key = state.at_ecs ? &*state.at_ecs : nullptr;
    const bool stored = key && key->storage_uuid;
    const bool has_role = key && key->role_id != 0;
    json data{{"key_uuid", key ? json(crypto::to_string(key->key_uuid)) : json(nullptr)},
        {"key_name", key ? json(key->name) : json(nullptr)},
        {"storage_uuid", json_uuid(key ? key->storage_uuid : std::nullopt)},
        {"storage_name", stored ? json(key->storage_name) : json(nullptr)},
        {"storage_is_internal", stored ? json(key->storage_is_internal) : json(nullptr)},
        {"omegasafe_version", key ? json(key->omegasafe_version) : json(nullptr)},
        {"alpha_global_position_capacity", key ? json_position(key->alpha_capacity) : json(nullptr)},
        {"alpha_latest_claimed_global_position", key ? json_last_claimed(key->alpha_next) : json(nullptr)},
        {"key_role_id", has_role ? json(key->role_id) : json(nullptr)},
        {"key_role_name", has_role ? json(key->role_name) : json(nullptr)},
        {"user_key_relation_uuid", json_uuid(key ? key->user_key_relation_uuid : std::nullopt)}};
    for (const auto* field : {"billing_user_uuid", "billing_user_email", "billing_exp_ts", "billing_exp_datetime",
             "billing_expired", "is_billing_user"})
        data[field] = nullptr;
    return data;
}

json local_data(const key_state& state) {
    const auto& alpha = state.iterations.front();
    const auto& latest = state.iterations.back();
    const bool has_delta = !latest.is_alpha();
    return {{"key_name", alpha.key_name}, {"key_uuid", crypto::to_string(alpha.key_uuid)},
        {"omegasafe_version", alpha.omegasafe_version}, {"key_capacity", json_position(alpha.geometry.capacity())},
        {"start_global_position", json_position(alpha.first_position())},
        {"end_global_position", json_position(alpha.last_position())},
        {"alpha_iteration_uuid", crypto::to_string(alpha.iteration_uuid)}, {"alpha_iteration_sequence", 0},
        {"latest_iteration_uuid", crypto::to_string(latest.iteration_uuid)},
        {"latest_iteration_sequence", latest.seq_number},
        {"latest_delta_iteration_uuid", has_delta ? json(crypto::to_string(latest.iteration_uuid)) : json(nullptr)},
        {"latest_delta_iteration_sequence", has_delta ? json(latest.seq_number) : json(nullptr)},
        {"iterations_count", state.iterations.size()}};
}

/// The cache entry of the newest iteration: the one that encryption takes from.
const storage::cache_entry* newest_entry(const key_state& state) {
    return state.cache->empty() ? nullptr : &state.cache->back();
}

std::optional<capacity_left> left_for(const storage::cache_entry* entry, cache_reason reason) {
    capacity_left left;
    if (entry)
        for (const auto& claim : entry->claims)
            if (claim.reason == reason) {
                left.remaining += claim.remaining();
                left.total += claim.range.size();
            }
    return left.total > 0 ? std::optional{left} : std::nullopt;
}

json claim_counts(const storage::cache_entry* entry) {
    json counts = json::object();
    for (const auto reason : reasons)
        if (entry)
            if (const auto n = std::ranges::count(entry->claims, reason, &storage::local_claim::reason); n > 0)
                counts[std::string{storage::to_string(reason)}] = n;
    return counts;
}

json cache_data(const key_state& state) {
    const auto* entry = newest_entry(state);
    const auto& alpha = state.iterations.front();
    return {{"key_uuid", crypto::to_string(alpha.key_uuid)},
        {"key_iteration_uuid",
            crypto::to_string(entry ? entry->iteration_uuid : state.iterations.back().iteration_uuid)},
        {"ecs_uuid", json_uuid(entry ? std::optional{entry->ecs_uuid} : std::nullopt)},
        {"local_claims_count", entry ? entry->claims.size() : 0}, {"local_claims_by_reason", claim_counts(entry)},
        {"performance_capacity_left", payload_of(left_for(entry, cache_reason::performance))},
        {"offline_capacity_left", payload_of(left_for(entry, cache_reason::offline))}};
}

json delta_data(const key_state& state) {
    auto deltas = json::array();
    for (const auto& delta : state.deltas)
        deltas.push_back({{"seq_number", delta.seq_number}, {"delta_uuid", crypto::to_string(delta.delta_uuid)},
            {"start_global_position", json_position(delta.positions.first)},
            {"end_global_position", json_position(delta.positions.last)},
            {"latest_claimed_global_position", json_last_claimed(delta.next)}});
    return deltas;
}

/// "some_ecs_uuid" to "Some ECS UUID".
std::string label_of(const std::string& field) {
    std::istringstream words(field);
    std::string label;
    for (std::string word; std::getline(words, word, '_');) {
        if (word == "uuid" || word == "ecs")
            std::ranges::transform(
                word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        label += (label.empty() ? "" : " ") + word;
    }
    label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
    return label;
}

std::string plain(const json& value) {
    if (value.is_null())
        return "none";
    if (value.is_boolean())
        return value.get<bool>() ? "yes" : "no";
    if (value.is_object() && value.contains("display"))
        return value["display"].get<std::string>();
    if (value.is_object()) {
        std::string text;
        for (const auto& [name, count] : value.items())
            text += (text.empty() ? "" : ", ") + name + " " + count.dump();
        return text.empty() ? "none" : text;
    }
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_section(const std::string& title, const json& section) {
    print(title);
    for (const auto& [field, value] : section.items())
        print(fmt::format("  {:<38} {}", label_of(field) + ":", plain(value)));
}

} // namespace

void require_no_conflict(const key_state& state) {
    for (const auto& mine : state.iterations)
        for (const auto& theirs : state.deltas)
            if (mine.seq_number == theirs.seq_number && mine.iteration_uuid != theirs.delta_uuid)
                throw actors::delta_conflict_failure(mine, theirs);
}

json details_of(const key_state& state) {
    return {{"schema_version", schema_version}, {"key_summary", payload_of(state.summary)},
        {"ecs_key_data", ecs_data(state)}, {"local_key_data", local_data(state)},
        {"local_cache_data", cache_data(state)}, {"deltas", delta_data(state)}};
}

void print_details(const key_state& state) {
    print_plain(state.summary);
    print_section("At the ECS", ecs_data(state));
    print_section("On this device", local_data(state));
    print_section("Local claim cache", cache_data(state));
    for (const auto& delta : delta_data(state))
        print_section("Delta " + delta["seq_number"].dump() + " at the ECS", delta);
}

} // namespace omegasafe::cli
