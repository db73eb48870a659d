// Processes killed anywhere and many at once on one config root: no position is used twice, no finished file is lost,
// no lock stays behind. Fault model: SIGKILL at any instruction; what was written and renamed before stays.
#include "tests/support/config_root.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <thread>

using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

struct range {
    std::uint64_t first, last;
    auto operator<=>(const range&) const = default;
};

void require_disjoint(std::vector<range> ranges) {
    std::ranges::sort(ranges);
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        INFO("ranges " << ranges[i - 1].first << ".." << ranges[i - 1].last << " and " << ranges[i].first << ".."
                       << ranges[i].last);
        REQUIRE(ranges[i].first > ranges[i - 1].last);
    }
}

/// Ranges that a process said it was about to use, also one that was killed later.
void add_announced(std::vector<range>& ranges, const std::string& log) {
    static const std::regex line{"with positions ([0-9]+) to ([0-9]+) of Delta"};
    for (std::sregex_iterator i{log.begin(), log.end(), line}, end; i != end; ++i)
        ranges.push_back({std::stoull((*i)[1]), std::stoull((*i)[2])});
}

range range_of(const config_root& root, const fs::path& sealed) {
    const auto shown = root.run({"inspect", "-j", "-l", "WARNING", "-i", sealed.string()});
    INFO(shown.describe());
    REQUIRE(shown.exit_code == 0);
    const auto payload = nlohmann::json::parse(shown.out);
    const auto first = payload["global_position_start"].get<std::uint64_t>();
    return {first, first + payload["encrypted_data_length"].get<std::uint64_t>() - 1};
}

} // namespace

TEST_CASE("killed and concurrent processes never use a position twice") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 400'000);
    const auto out = root.folder() / "out";
    fs::create_directory(out);
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};

    std::vector<range> announced;
    std::vector<fs::path> finished;
    int killed = 0;
    constexpr int rounds = 70, at_once = 3;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<process>> running;
        for (int i = 0; i < at_once; ++i)
            running.push_back(std::make_unique<process>(
                root.with_config_dir({"encrypt", "-i", file.string(), "-k", key, "-o", out.string(), "-f",
                    std::to_string(round) + "-" + std::to_string(i), "-l", "DEBUG"}),
                root.options));
        // Two of three die at a random moment of their life; the last one lives.
        for (int i = 0; i + 1 < at_once; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 25'000));
            running[static_cast<std::size_t>(i)]->kill(SIGKILL);
        }
        for (int i = 0; i < at_once; ++i) {
            const auto result = running[static_cast<std::size_t>(i)]->wait();
            INFO(result.describe());
            REQUIRE((result.exit_code == 0 || result.signal == SIGKILL));
            killed += result.signal == SIGKILL;
            add_announced(announced, result.out);
            const auto sealed = out / (std::to_string(round) + "-" + std::to_string(i));
            if (result.exit_code == 0) {
                REQUIRE(fs::exists(sealed));
                finished.push_back(sealed);
            }
        }
    }
    CHECK(killed >= 30);
    require_disjoint(announced);

    // Every file that appeared is whole, and its positions are among those announced.
    std::vector<range> used;
    for (const auto& entry : fs::directory_iterator(out)) {
        INFO(entry.path());
        REQUIRE(entry.path().filename().string().front() != '.');
        used.push_back(range_of(root, entry.path()));
        REQUIRE(std::ranges::count(announced, used.back()) == 1);
    }
    REQUIRE(used.size() >= finished.size());
    require_disjoint(used);
    for (std::size_t i = 0; i < finished.size(); i += 7)
        REQUIRE(root.run({"verify", "-i", finished[i].string()}).exit_code == 0);
    // Only what belongs there, once a last command has run: no lock files, no leftovers.
    REQUIRE(root.run({"encrypt", "-i", file.string(), "-k", key, "-o", out.string()}).exit_code == 0);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root.path()))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    REQUIRE(
        names == std::vector<std::string>{"config.ini", "ecs_storage.sfc", "local_cache.sfc", "omegasafe_keys.sfc"});
}

TEST_CASE("many processes at once on one config root share claims without overlap") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 3'000'000);
    std::vector<range> announced;
    for (int round = 0; round < 6; ++round) {
        std::vector<std::unique_ptr<process>> running;
        for (int i = 0; i < 6; ++i)
            running.push_back(std::make_unique<process>(
                root.with_config_dir({"encrypt", "-i", file.string(), "-k", key, "-l", "DEBUG"}), root.options));
        for (auto& one : running) {
            const auto result = one->wait();
            INFO(result.describe());
            REQUIRE(result.exit_code == 0);
            add_announced(announced, result.out);
        }
    }
    REQUIRE(announced.size() == 36);
    require_disjoint(announced); // 108 MB with a 59.3 MB key: renewed at least once
}

TEST_CASE("SIGINT and SIGTERM end an encryption with 130 and 143 and leave nothing") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("data", 28'000'000);
    for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
        const auto out = root.folder() / std::to_string(code);
        fs::create_directory(out);
        terminal running(
            root.with_config_dir({"encrypt", "-i", file.string(), "-k", key, "-o", out.string()}), root.options);
        running.expect("Encrypting");
        running.kill(signal);
        const auto result = running.finish();
        INFO(result.describe());
        REQUIRE((result.exit_code == code || result.exit_code == 0)); // a fast machine may be done
        if (result.exit_code == code)
            REQUIRE(fs::is_empty(out));
    }
}
