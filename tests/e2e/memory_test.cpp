// Memory that the program needs does not grow with the file, nor with the number of workers.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace omegasafe::test;
namespace fs = std::filesystem;

#ifndef __SANITIZE_ADDRESS__ // which takes several times as much itself

namespace {

constexpr long most_kib = 64 * 1024;

void run_within(const config_root& root, const arguments& args) {
    const auto result = root.run(args);
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    CHECK(result.peak_rss_kib <= most_kib);
}

} // namespace

TEST_CASE("a large file takes 64 MiB of memory at most, with as many workers as there may be") {
    config_root root;
    root.initialise();
    root.create_ecs();
    const auto key = root.create_key("large", "0.1", "0.1", "3");
    const auto file = root.make_file("large.bin", 160 * 1024 * 1024), sealed = root.folder() / "sealed",
               out = root.folder() / "out";
    fs::create_directory(sealed);
    fs::create_directory(out);
    const std::string threads = GENERATE("2", "64");
    run_within(root, {"encrypt", "-i", file.string(), "-o", sealed.string(), "-k", key, "-t", threads});
    const auto container = fs::directory_iterator(sealed)->path();
    run_within(root, {"decrypt", "-i", container.string(), "-o", out.string(), "-t", threads});
}

#endif
