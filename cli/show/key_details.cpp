#include "cli/show/key_details.hpp"

#include "cli/text.hpp"
#include <algorithm>
#include <fmt/format.h>
#include <sstream>

namespace omegasafe::cli {

namespace {

/// Storages and roles are an HTTP ECS's. Billing belongs to the operator's cloud: nobody is billed by a server of one's
/// own.
json ecs_data(const key_details& details) {
    const auto* key = details.at_ecs ? &*details.at_ecs : nullptr;
    const bool stored = key && key->storage_uuid;
    const bool has_role = key && key->role_id != 0;
    json data{{"key_uuid", key ? json(to_string(key->key_uuid)) : json(nullptr)},
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

json local_data(const key_details& key) {
    const auto& alpha = key.iterations.front();
    const auto& latest = key.iterations.back();
    const bool has_delta = !latest.is_alpha();
    return {{"key_name", alpha.key_name}, {"key_uuid", to_string(alpha.key_uuid)},
        {"omegasafe_version", alpha.omegasafe_version}, {"key_capacity", json_position(alpha.geometry.capacity())},
        {"start_global_position", json_position(alpha.first_position())},
        {"end_global_position", json_position(alpha.last_position())},
        {"alpha_iteration_uuid", to_string(alpha.iteration_uuid)}, {"alpha_iteration_sequence", 0},
        {"latest_iteration_uuid", to_string(latest.iteration_uuid)}, {"latest_iteration_sequence", latest.seq_number},
        {"latest_delta_iteration_uuid", has_delta ? json(to_string(latest.iteration_uuid)) : json(nullptr)},
        {"latest_delta_iteration_sequence", has_delta ? json(latest.seq_number) : json(nullptr)},
        {"iterations_count", key.iterations.size()}, {"layer_password", name_of(key.layer)}};
}

json left_for(const std::optional<cache_summary>& cache, cache_reason reason) {
    const auto held = held_for(cache, reason);
    return payload_of(held.left.total > 0 ? std::optional{held.left} : std::nullopt);
}

json claim_counts(const std::optional<cache_summary>& cache) {
    json counts = json::object();
    for (const auto reason : {cache_reason::performance, cache_reason::offline})
        if (const auto held = held_for(cache, reason); held.count > 0)
            counts[name_of(reason)] = held.count;
    return counts;
}

json cache_data(const key_details& key) {
    const auto& cache = key.cache;
    return {{"key_uuid", to_string(key.summary.key_uuid)},
        {"key_iteration_uuid", to_string(cache ? cache->iteration_uuid : key.iterations.back().iteration_uuid)},
        {"ecs_uuid", json_uuid(cache ? std::optional{cache->ecs_uuid} : std::nullopt)},
        {"local_claims_count", cache ? cache->count : 0}, {"local_claims_by_reason", claim_counts(cache)},
        {"performance_capacity_left", left_for(cache, cache_reason::performance)},
        {"offline_capacity_left", left_for(cache, cache_reason::offline)}};
}

json delta_data(const key_details& key) {
    auto deltas = json::array();
    for (const auto& delta : key.deltas)
        deltas.push_back({{"seq_number", delta.seq_number}, {"delta_uuid", to_string(delta.delta_uuid)},
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

std::string name_of(cache_reason reason) {
    return reason == cache_reason::performance ? "performance" : "offline";
}

std::string name_of(layer_source source) {
    switch (source) {
    case layer_source::environment:
        return "environment";
    case layer_source::key:
        return "key";
    case layer_source::config_file:
        return "config.ini";
    case layer_source::none:
        break;
    }
    return "none";
}

void tell_layer(outcome& out, layer_source source) {
    out.value("AES-256-GCM layer password", "layer_password", name_of(source));
}

held_claims held_for(const std::optional<cache_summary>& cache, cache_reason reason) {
    if (cache)
        for (const auto& held : cache->held)
            if (held.reason == reason)
                return held;
    return {.reason = reason, .left = {}};
}

json details_of(const key_details& key) {
    return {{"schema_version", schema_version}, {"key_summary", payload_of(key.summary)},
        {"ecs_key_data", ecs_data(key)}, {"local_key_data", local_data(key)}, {"local_cache_data", cache_data(key)},
        {"deltas", delta_data(key)}};
}

void print_details(const key_details& key) {
    print_plain(key.summary);
    print_section("At the ECS", ecs_data(key));
    print_section("On this device", local_data(key));
    print_section("Local claim cache", cache_data(key));
    for (const auto& delta : delta_data(key))
        print_section("Delta " + delta["seq_number"].dump() + " at the ECS", delta);
}

} // namespace omegasafe::cli
