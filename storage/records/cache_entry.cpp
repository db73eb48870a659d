#include "storage/records/cache_entry.hpp"

#include "messages/limits.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/damage.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

constexpr std::uint64_t cache_format = 1;
constexpr const char* cache_name = "The local claim cache"; // in sentences
/// Fields of a claim. It has no others: claims come and go, so that those of a later version could not be kept.
constexpr std::size_t claim_fields = 4;

/// Keeps at most limits::claims_per_reason claims of one reason by dropping those with the smallest rest.
void prune(cache_entry& entry, cache_reason reason) {
    const auto of_reason = [&](const local_claim& c) { return c.reason == reason; };
    while (static_cast<std::size_t>(std::ranges::count_if(entry.claims, of_reason)) > limits::claims_per_reason) {
        auto smallest = entry.claims.end();
        for (auto i = entry.claims.begin(); i != entry.claims.end(); ++i)
            if (of_reason(*i) && (smallest == entry.claims.end() || i->remaining() < smallest->remaining()))
                smallest = i;
        entry.claims.erase(smallest);
    }
}

void add_claim(cache_entry& entry, cache_reason reason, u128 first, u128 next, u128 last) {
    if (next > last)
        return; // used up by the very request it was made for
    entry.claims.push_back({reason, {first, last}, next});
    prune(entry, reason);
}

} // namespace

std::optional<uuid> ecs_of_key(std::span<const cache_entry> entries, const uuid& alpha_uuid) {
    const auto alpha = std::ranges::find(entries, alpha_uuid, &cache_entry::iteration_uuid);
    return alpha == entries.end() ? std::nullopt : std::optional{alpha->ecs_uuid};
}

u128 remaining(const cache_entry& entry, cache_reason reason) {
    u128 sum = 0;
    for (const auto& claim : entry.claims)
        if (claim.reason == reason)
            sum += claim.remaining();
    return sum;
}

std::optional<position_range> take(cache_entry& entry, cache_reason reason, std::uint64_t size) {
    auto best = entry.claims.end();
    for (auto i = entry.claims.begin(); i != entry.claims.end(); ++i)
        if (i->reason == reason && i->remaining() >= size &&
            (best == entry.claims.end() || i->remaining() < best->remaining()))
            best = i;
    if (best == entry.claims.end())
        return std::nullopt;
    const position_range taken{best->next, best->next + size - 1};
    best->next += size;
    if (best->remaining() == 0)
        entry.claims.erase(best);
    return taken;
}

void require_above_floor(const cache_entry& entry, u128 first) {
    if (first >= entry.floor)
        return;
    const bool of_alpha = entry.seq_number == 0;
    throw failure(errc::unsafe_claim,
        "The ECS hands out " + std::string{of_alpha ? "Alpha positions" : "positions"} + " from " +
            crypto::to_decimal(first) + " on, but this device has reserved up to " +
            crypto::to_decimal(entry.floor - 1) +
            "; nothing was encrypted. The ECS may have been restored from an old copy: " +
            (of_alpha ? "no Delta can safely follow, so create a new key; this one still decrypts."
                      : "run fast-forward-claim past everything that any device has claimed, or create a new key."));
}

position_range accept(cache_entry& entry, const accept_range& request) {
    const auto& range = request.range;
    require_above_floor(entry, range.first);
    const u128 front = request.performance > 0 ? request.performance : request.take;
    // The size may be right all the same; behind the last of all positions the floor would begin anew at 0.
    const bool wraps = range.last < range.first || range.last == ~u128{0};
    if (wraps || request.take == 0 || request.take > front || front + request.offline != range.size())
        throw failure(errc::ecs_rejected, "The ECS answered with a range of a different size than asked for.");
    entry.floor = range.last + 1;
    if (request.performance > 0)
        add_claim(entry, cache_reason::performance, range.first, range.first + request.take, range.first + front - 1);
    if (request.offline > 0)
        add_claim(entry, cache_reason::offline, range.first + front, range.first + front, range.last);
    return {range.first, range.first + request.take - 1};
}

std::vector<std::uint8_t> encode(const cache_entry& entry, crypto::const_byte_span rewritten) {
    auto claims = nlohmann::json::array();
    for (const auto& claim : entry.claims)
        claims.push_back(
            {{"cache_reason", to_string(claim.reason)}, {"start_global_position", position_to_json(claim.range.first)},
                {"end_global_position", position_to_json(claim.range.last)},
                {"next_global_position", position_to_json(claim.next)}});
    return to_attributes(
        {{"format", cache_format}, {"key_uuid", crypto::to_string(entry.key_uuid)},
            {"key_iteration_uuid", crypto::to_string(entry.iteration_uuid)}, {"seq_number", entry.seq_number},
            {"ecs_uuid", crypto::to_string(entry.ecs_uuid)},
            {"next_key_global_position", position_to_json(entry.floor)}, {"claims", std::move(claims)}},
        rewritten);
}

cache_entry decode_cache_entry(crypto::const_byte_span cbor) {
    const attribute_reader fields{cbor, cache_name, cache_format};
    cache_entry entry{.key_uuid = fields.id("key_uuid"),
        .iteration_uuid = fields.id("key_iteration_uuid"),
        .seq_number = fields.number("seq_number"),
        .ecs_uuid = fields.id("ecs_uuid"),
        .floor = fields.position("next_key_global_position"),
        .claims = {}};
    const auto claims = fields.maps("claims");
    for (const auto& claim : claims) {
        const auto reason = claim.text("cache_reason");
        local_claim read{reason == "offline" ? cache_reason::offline : cache_reason::performance,
            {claim.position("start_global_position"), claim.position("end_global_position")},
            claim.position("next_global_position")};
        const bool ordered = read.range.first <= read.next && read.next <= read.range.last;
        if (!ordered || read.range.last >= entry.floor || reason != to_string(read.reason) ||
            claim.size() != claim_fields)
            throw damaged("The local claim cache is damaged: a claim contradicts itself");
        entry.claims.push_back(read);
    }
    return entry;
}

cache_entry decode_cache_entry(const sfc_entry& stored) {
    auto entry = decode_cache_entry(stored.attributes);
    // Else its positions would be handed out for two iterations, or what is used of them saved under the other one.
    if (entry.iteration_uuid != stored.id)
        throw damaged("The local claim cache is damaged: an entry is of another iteration than it says");
    return entry;
}

void require_known_formats(const sfc_reader& local_cache) {
    for (const auto& stored : local_cache.entries())
        const attribute_reader checked{stored.attributes, cache_name, cache_format};
}

std::string_view to_string(cache_reason reason) {
    return reason == cache_reason::performance ? "performance" : "offline";
}

} // namespace omegasafe::storage
