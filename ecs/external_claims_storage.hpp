// What an External Claims Storage (ECS) is, wherever it keeps keys, claims and Deltas; and how one is opened.
#pragma once

#include "crypto/secure_memory.hpp"
#include "messages/messages.hpp"
#include "wire/api_error.hpp"
#include <memory>

namespace omegasafe::ecs {

// What failure::detail() says of a refusal (ecs_rejected), beside the codes that only a server has.

/// A field that no ECS takes: a name, a size, positions that are not this Delta's.
inline constexpr const char* invalid_request = wire::codes::invalid_request;
/// Another key is or was registered under this UUID, or the same one has been used since.
inline constexpr const char* key_exists = wire::codes::key_exists;
/// The storage holds another file under the Delta's name: this Delta cannot be registered any more.
inline constexpr const char* upload_mismatch = wire::codes::upload_mismatch;

/// What failure::detail() says of an ECS that is there and answered "not now" (ecs_unavailable): listings tell it from
/// one that is away.
inline constexpr const char* answered_not_now = "answered";

/// One ECS, through one object: for one thread at a time. Several objects, programs and devices may use the same ECS
/// side by side. What an operation changed is durable when it returns.
///
/// Every operation throws `failure`: ecs_unavailable when the ECS is out of reach, ecs_authentication when it does not
/// take the API key, key_unknown when it has no such key, ecs_rejected for what else it refuses.
/// tests/contract holds every implementation to what is said here.
class external_claims_storage {
public:
    virtual ~external_claims_storage() = default;

    /// The same key once more, before anything of it was used, changes nothing. ecs_rejected (detail key_exists).
    virtual void register_key(const ecs_key& key) = 0;
    virtual ecs_key key(const uuid& key_uuid) = 0;
    /// Changes what is given; answers in the ECS's words. ecs_type_mismatch where Deltas have no storage to choose.
    virtual std::string edit_key(const edit_ecs_key& changes) = 0;
    /// The key, its pointers and all its Deltas. Its UUID is never registered again.
    virtual void delete_key(const uuid& key_uuid) = 0;

    /// In the order of their sequence, which begins with 1 and has no gap.
    virtual std::vector<ecs_delta> deltas(const uuid& key_uuid) = 0;
    /// The next `size` positions of the newest Delta: no position is given out twice. ecs_full (detail: positions
    /// left); delta_conflict (detail: UUID of the newest) when the Delta is an older one, delta_missing when it is
    /// none.
    virtual position_range claim_delta(const claim_delta_positions& request) = 0;
    /// The same of the Alpha.
    virtual position_range claim_alpha(const claim_alpha_positions& request) = 0;

    /// Stores and registers a Delta, of which nothing is claimed then. delta_conflict (detail: UUID of the Delta that
    /// has this sequence number; empty: none) unless it is the newest + 1 and its UUID is new.
    virtual void upload(const uuid& key_uuid, const ecs_delta& delta, crypto::const_byte_span container) = 0;
    /// Exactly what was uploaded. delta_missing when the key has no such Delta.
    virtual std::vector<std::uint8_t> download(const uuid& key_uuid, const uuid& delta_uuid) = 0;

    /// How many objects for the same ECS download faster side by side than one does.
    virtual std::size_t connections() const { return 1; }
};

/// The ECS that the entry names. It is not reached for before the first operation.
std::unique_ptr<external_claims_storage> open_ecs(const ecs_entry& entry);

// For implementations: what no ECS takes, in the same words. failure(ecs_rejected, detail invalid_request).

/// Name and version are names (wire/field_rules.hpp); the capacity is from 1 to wire::largest_capacity.
void require_registrable(const ecs_key& key);
void require_editable(const edit_ecs_key& changes);
/// 1 to 2^63-1 positions.
void require_claim_size(std::uint64_t size);
/// Sequence numbers are from 1 to 2^63-1; the container has 1 byte to 10 MiB.
void require_uploadable(const ecs_delta& delta, crypto::const_byte_span container);

} // namespace omegasafe::ecs
