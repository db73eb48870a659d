// One iteration's local cache: ranges reserved at the ECS in advance, and what is left of them (reference section 10).
//
// The reference keeps "last used" pointers; here `next` is the first unused position (last used + 1), so that Delta 1,
// which starts at position 0, needs no -1.
#pragma once

#include "crypto/secure_memory.hpp"
#include "messages/messages.hpp"
#include <span>

namespace omegasafe::storage {

struct sfc_entry;
class sfc_reader;

/// LocalClaim of the reference: one contiguous range, consumed from left to right.
struct local_claim {
    cache_reason reason{};
    position_range range{};
    u128 next = 0; // range.first .. range.last + 1

    u128 remaining() const { return range.last + 1 - next; }
    bool operator==(const local_claim&) const = default;
};

struct cache_entry {
    uuid key_uuid{};
    uuid iteration_uuid{};
    std::uint64_t seq_number = 0;
    uuid ecs_uuid{};
    /// High-water mark: first position above everything this device ever reserved for the iteration
    /// (latest_claimed_key_global_position + 1). Only grows.
    u128 floor = 0;
    std::vector<local_claim> claims;

    bool operator==(const cache_entry&) const = default;
};

/// The ECS that a key is bound to: the one its Alpha's entry names. Nothing without that entry.
std::optional<uuid> ecs_of_key(std::span<const cache_entry> entries, const uuid& alpha_uuid);

/// Positions left for one reason, over all its claims.
u128 remaining(const cache_entry& entry, cache_reason reason);

/// Takes `size` >= 1 positions from the claim of that reason with the smallest sufficient rest; nothing when no single
/// claim suffices. Claims that are used up are dropped.
std::optional<position_range> take(cache_entry& entry, cache_reason reason, std::uint64_t size);

/// The high-water guard: failure(unsafe_claim) when `first`, the first position that an ECS has to give or gave, lies
/// below the floor. The way out is that of a Delta or, at sequence 0, of the Alpha, whose pointer nobody can move on.
void require_above_floor(const cache_entry& entry, u128 first);

/// Takes in a range from the ECS as accept_range says: guard, split, prune, take; returns the taken positions.
/// failure(unsafe_claim) when it does not start above the floor, failure(ecs_rejected) when it is no range of the size
/// that was asked for; the entry is then unchanged.
position_range accept(cache_entry& entry, const accept_range& request);

/// Attributes of the entry in local_cache.sfc; `rewritten` as for to_attributes. Strict on reading:
/// failure(container_damaged), failure(container_newer).
std::vector<std::uint8_t> encode(const cache_entry& entry, crypto::const_byte_span rewritten = {});
cache_entry decode_cache_entry(crypto::const_byte_span cbor);
/// The same for an entry of the container, which must stand under the UUID of its own iteration.
cache_entry decode_cache_entry(const sfc_entry& stored);

/// Before local_cache.sfc is changed: failure(container_newer) when any entry of it is of a later format, whichever is
/// to be changed, because a later version may mean something by it that we do not keep to.
void require_known_formats(const sfc_reader& local_cache);

/// "performance" or "offline".
std::string_view to_string(cache_reason reason);

} // namespace omegasafe::storage
