// A config root with a key of any number of Deltas, made by writing the containers directly.
#pragma once

#include "actors/runtime.hpp"
#include "tests/support/temp_dir.hpp"

namespace omegasafe::bench {

/// The smallest geometry that has enough Deltas: 0.10 MB each for the nucleus and three rotors.
inline constexpr std::uint32_t chain_bytes = 100'000;
inline constexpr std::uint32_t rotors = 3;

/// One device with `count` Deltas and the SFC ECS that has them too. Beyond 2,000 all Deltas but the newest are hollow
/// (their data is missing, their entries are not), so that it is made in seconds.
class many_deltas {
public:
    explicit many_deltas(std::uint64_t count);

    /// The config root of a second device that has the Alpha only.
    std::filesystem::path make_second_root();
    /// Starts the actors on a root; a new runtime is as cold as a new process.
    static actors::runtime start(const std::filesystem::path& root) { return actors::runtime{root, 2}; }

    test::temp_dir folder;
    std::filesystem::path root = folder / "config";
    std::filesystem::path ecs_path = folder / "ecs.sfc";
    uuid key_uuid = crypto::random_uuid();
    uuid ecs_uuid = crypto::random_uuid();
    uuid newest{}; // Delta

private:
    key_iteration_ptr make_iteration(std::uint64_t seq) const;
    void make_root(const std::filesystem::path& folder) const;
    void write_containers(std::uint64_t count);

    key_material_ptr maps_; // of every iteration: drawing thousands takes long and proves nothing
    key_iteration_ptr alpha_;
};

/// The configuration password of every root.
password_ptr the_password();

/// The same object for each `count`, made once.
many_deltas& device_with(std::uint64_t count);

} // namespace omegasafe::bench
