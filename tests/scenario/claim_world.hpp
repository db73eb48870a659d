// Several devices on one ECS, every step a process of its own that may die anywhere: the world of the claims property.
#pragma once

#include "tests/scenario/device.hpp"

namespace omegasafe::test {

/// What goes wrong for a process, if anything.
enum class trouble { none, ecs_unreachable, answer_lost, range_replayed, process_dies, actor_crashes, disk_fails };

/// One process of one device: its settings and what it claims.
struct process_plan {
    std::size_t device = 0;
    std::uint64_t performance = 0, offline = 0; // configured chunk and target, positions
    bool offline_mode = false;
    std::vector<std::uint64_t> requests;
    trouble what = trouble::none;
    ecs_call where{};    // for the troubles of the ECS: in which calls
    int system_call = 0; // for the others: at which one
};

/// What a process reports at the moment it happens, so that nothing is lost when it dies.
struct event {
    enum kind : std::uint8_t { ecs_gave, replay, handed_out, failed } what{};
    ecs_call call{}; // ecs_gave, replay
    errc code{};     // failed
    position_range range{};
};
struct process_life {
    std::vector<event> events;
    int exit_code = 0;
};
inline constexpr int died_on_purpose = 9;

class claim_world {
public:
    static constexpr std::size_t devices = 3;

    /// One key: the first device has its Delta 1, the others only the Alpha.
    claim_world();

    /// Runs processes at once and waits for all.
    std::vector<process_life> run(const std::vector<process_plan>& plans) const;

    /// The cache entries of a device, the Alpha's first.
    std::vector<storage::cache_entry> cache_of(std::size_t device) const;
    const uuid& key_uuid() const { return key_uuid_; }
    ecs::ecs_sfc ecs() const { return ecs::ecs_sfc{ecs_path_}; }

private:
    [[noreturn]] void live(const process_plan& plan, int report) const;
    ecs_turn turn_of(const process_plan& plan, int report) const;
    std::filesystem::path root_of(std::size_t device) const { return folder_ / std::to_string(device); }

    /// In memory where that can be: no power fails here, and syncing to a disk takes most of the time.
    temp_dir folder_{std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path()};
    std::filesystem::path ecs_path_ = folder_ / "ecs.sfc";
    uuid key_uuid_{};
    uuid ecs_uuid_{};
};

} // namespace omegasafe::test
