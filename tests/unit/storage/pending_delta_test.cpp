// The file of a Delta that waits for its registration.
#include "storage/records/pending_delta.hpp"

#include "storage/config/config_root_files.hpp"
#include "tests/support/temp_dir.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::storage;

TEST_CASE("a pending Delta is kept, replaced, read and discarded", "[pending_delta]") {
    const test::temp_dir folder;
    const auto path = pending_delta_path(folder / "omegasafe_keys.sfc", crypto::random_uuid());
    CHECK(path.parent_path() == folder.path());
    CHECK(!read_pending_delta(path));
    discard_pending_delta(path);
    const std::vector<std::uint8_t> first(1000, 1), second(10, 2);
    for (const auto& content : {first, second}) {
        keep_pending_delta(path, content);
        CHECK(read_pending_delta(path) == content);
    }
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    discard_pending_delta(path);
    CHECK(!std::filesystem::exists(path));
}

TEST_CASE("pending Deltas are part of a configuration, files that are called like it are not", "[pending_delta]") {
    const test::temp_dir folder;
    std::ofstream{folder / "config.ini"} << "[OmegaSafe encrypted files]\n";
    const auto ours = pending_delta_path(folder / "keys", crypto::random_uuid());
    const auto other = folder / "pending_delta_notes.sfc";
    for (const auto& path : {ours, other})
        std::ofstream{path} << "x";
    const auto found = find_config_root_files(folder.path());
    CHECK(std::ranges::count(found.ours, ours) == 1);
    CHECK(found.others == std::vector{other});
}
