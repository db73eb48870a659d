// The HTTP ECS: keys, claims and Deltas at an omegasafe-ecs server. Same operations and errors as the SFC ECS.
#pragma once

#include "ecs/ecs_api.hpp"
#include "ecs/external_claims_storage.hpp"

namespace omegasafe::ecs {

/// For one claim: not the same as another, even where `random` is, as after a machine was copied with its generator.
/// Time, process, machine and a count are mixed in.
uuid idempotency_key(const uuid& random);

/// It waits for the server. What the server refuses is failure_of() (ecs_api.hpp), and an answer that does not fit what
/// was asked is failure(ecs_rejected).
class ecs_http final : public external_claims_storage {
public:
    /// `entry` is of type HTTP.
    explicit ecs_http(const ecs_entry& entry, retry_policy policy = {}) : api_(entry, std::move(policy)) {}

    /// Never sent twice. Without a storage_uuid the server takes its internal storage.
    void register_key(const ecs_key& key) override;
    ecs_key key(const uuid& key_uuid) override;
    std::string edit_key(const edit_ecs_key& changes) override;
    void delete_key(const uuid& key_uuid) override;
    std::vector<ecs_delta> deltas(const uuid& key_uuid) override;
    /// A claim carries an idempotency key of its own, so that one whose answer was lost is asked for again and takes no
    /// second range. failure(unsafe_claim) when the server takes for a repetition what was sent once.
    position_range claim_delta(const claim_delta_positions& request) override;
    position_range claim_alpha(const claim_alpha_positions& request) override;
    /// Sends the container to where the server says, then has the server confirm it.
    void upload(const uuid& key_uuid, const ecs_delta& delta, crypto::const_byte_span container) override;
    /// Size and MD5 are what the server registered.
    std::vector<std::uint8_t> download(const uuid& key_uuid, const uuid& delta_uuid) override;
    /// A Delta waits for two round trips: several beside each other hide them.
    std::size_t connections() const override { return limits::pull_ahead; }

private:
    position_range claim(
        const std::string& path, nlohmann::json body, std::uint64_t size, const std::optional<uuid>& delta_uuid);

    ecs_api api_;
};

/// How the answers are read; failure(ecs_rejected).
key_role parse_role(const json_answer& answer);
ecs_key parse_ecs_key(const json_answer& answer);
ecs_delta parse_ecs_delta(const json_answer& answer);
/// In the order of their sequence, which rises.
std::vector<ecs_delta> parse_ecs_deltas(const json_answer& answer);
/// A range of exactly `size` positions, of that Delta when one is named.
position_range parse_claim(const json_answer& answer, std::uint64_t size, const std::optional<uuid>& delta_uuid);

/// Where a Delta is to be sent, and with which headers.
struct upload_permit {
    uuid attempt{};
    std::string url{};
    net::http_headers headers{};
};
/// The headers must be those four that bind the upload to this very content and attempt, and no others.
upload_permit parse_upload_permit(const json_answer& answer, std::uint64_t size, const std::string& content_md5);

} // namespace omegasafe::ecs
