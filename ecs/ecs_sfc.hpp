// The SFC ECS: claims, keys and Deltas in one local container file, shared by every process and device that can reach
// it.
#pragma once

#include "ecs/external_claims_storage.hpp"
#include "storage/container/container_file.hpp"

namespace omegasafe::ecs {

/// Each operation is one locked load-change-save. The file has no password (devices with different configuration
/// passwords share it): pointers are no secret, Deltas are sealed with the Alpha. A file that is missing or unreadable
/// is failure(ecs_unavailable).
class ecs_sfc final : public external_claims_storage {
public:
    explicit ecs_sfc(std::filesystem::path path) : path_(std::move(path)) {}

    void register_key(const ecs_key& key) override;
    ecs_key key(const uuid& key_uuid) override;
    std::string edit_key(const edit_ecs_key& changes) override;
    void delete_key(const uuid& key_uuid) override;
    std::vector<ecs_delta> deltas(const uuid& key_uuid) override;
    position_range claim_delta(const claim_delta_positions& request) override;
    position_range claim_alpha(const claim_alpha_positions& request) override;
    void upload(const uuid& key_uuid, const ecs_delta& delta, crypto::const_byte_span container) override;
    std::vector<std::uint8_t> download(const uuid& key_uuid, const uuid& delta_uuid) override;

    // The file itself.

    /// Makes a new, empty ECS file. failure(ecs_exists) when something is there.
    static void create(const std::filesystem::path& path, const uuid& ecs_uuid);
    /// Moves an ECS file while no claim is under way: by rename, or by a copy where the file systems differ. A move
    /// that was interrupted (`from` gone, `to` there) is taken as done. failure(output_refused) when something else is
    /// at `to`, failure(ecs_unavailable) when there is no ECS `ecs_uuid` at either place.
    static void move(const std::filesystem::path& from, const std::filesystem::path& to, const uuid& ecs_uuid);
    /// The UUID of an ECS file without any key, as an interrupted create() for an entry that was never stored leaves
    /// it; nothing when `path` is anything else.
    static std::optional<uuid> unused_ecs(const std::filesystem::path& path);
    /// True when the file at `path` is the ECS `ecs_uuid`.
    static bool is_ecs(const std::filesystem::path& path, const uuid& ecs_uuid);

private:
    const storage::sfc_reader& open();
    void update(const std::function<storage::container_changes(const storage::sfc_reader&)>& decide) const;

    std::filesystem::path path_;
    std::shared_ptr<const storage::sfc_reader> known_; // what open() read last
};

} // namespace omegasafe::ecs
