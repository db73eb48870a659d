// What the end-to-end tests of the commands share.
#pragma once

#include "tests/support/config_root.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace omegasafe::test {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

inline constexpr const char* unknown_uuid = "00000000-0000-4000-8000-000000000000";

inline arguments operator+(arguments left, const arguments& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// Runs a command that must succeed.
inline run_result succeed(const config_root& root, const arguments& args) {
    auto result = root.run(args);
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    return result;
}

/// Runs a command that must end with `code` and name `named` on stderr, in one line.
inline run_result refuse(const config_root& root, const arguments& args, int code, const std::string& named) {
    auto result = root.run(args);
    INFO(args.front() << ": " << result.describe());
    CHECK(result.exit_code == code);
    CHECK(result.err.find(named) != std::string::npos);
    CHECK(std::ranges::count(result.err, '\n') == 1);
    return result;
}

/// "  Label:      value", as commands print results.
inline std::string labelled(std::string label, const std::string& value) {
    label = "  " + label + ":";
    label.resize(std::max<std::size_t>(label.size(), 26), ' ');
    return label + " " + value;
}

inline void require_line(const run_result& result, const std::string& line) {
    INFO(result.describe());
    REQUIRE(("\n" + result.out).find("\n" + line + "\n") != std::string::npos);
}

/// The result object of a command: nothing else is on stdout, nothing on stderr. It is checked against its schema when
/// the program ends.
inline json json_of(const config_root& root, const arguments& args) {
    const auto result = succeed(root, args + arguments{"--json"});
    INFO(result.describe());
    REQUIRE(result.err.empty());
    return json::parse(result.out);
}

/// The error object of a command that must fail.
inline json error_of(const config_root& root, const arguments& args) {
    const auto result = root.run(args + arguments{"--json"});
    INFO(result.describe());
    REQUIRE(result.exit_code != 0);
    const auto error = json::parse(result.out).at("error");
    REQUIRE(error.at("exit_code") == result.exit_code);
    return error;
}

inline std::string ecs_uuid_of(const config_root& root, std::size_t index = 0) {
    return json_of(root, {"list-ecs"}).at("entries").at(index).at("ecs_uuid");
}

/// Encrypts `file` into the root's folder under `name`.
inline fs::path sealed(const config_root& root, const std::string& key, const fs::path& file, const std::string& name) {
    succeed(root, {"encrypt", "-i", file.string(), "-k", key, "-f", name, "-o", root.folder().path().string()});
    return root.folder() / name;
}

/// Decrypts `file` and compares with what it was made from.
inline void require_opens(const config_root& root, const fs::path& file, const fs::path& original) {
    succeed(root, {"decrypt", "-i", file.string(), "-o", root.folder().path().string(), "-f", "opened", "--overwrite"});
    REQUIRE(read_text(root.folder() / "opened") == read_text(original));
}

inline fs::perms mode_of(const fs::path& file) {
    return fs::status(file).permissions() & fs::perms::all;
}
inline constexpr auto owner_only = fs::perms::owner_read | fs::perms::owner_write;

/// Without local claims a renewal is one command away: see renew().
inline void switch_caches_off(const config_root& root) {
    succeed(root, {"set-config", "-p", "0", "-f", "0"});
}

/// Uses the newest Delta up and encrypts something with the next. Caches must be off.
inline void renew(const config_root& root, const std::string& key) {
    const auto left = json_of(root, {"view-key", "-k", key})["key_summary"]["latest_delta_capacity_left"];
    succeed(root, {"fast-forward-claim", "-k", key, "-c", left["remaining_bytes"].dump(), "-f"});
    succeed(root, {"encrypt", "-i", root.make_file("renewing", 1).string(), "-k", key, "-f", "renewed", "--overwrite"});
}

} // namespace omegasafe::test
