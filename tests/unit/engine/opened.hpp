// What the tests of the public API share: one root with an SFC ECS and a key, opened.
#pragma once

#include "tests/support/temp_dir.hpp"
#include <algorithm>
#include <functional>
#include <omegasafe/omegasafe.hpp>

namespace omegasafe::test {

namespace fs = std::filesystem;

inline const std::string_view the_password = "a password of this test 1";

/// Nothing but these lies in the folder.
inline std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

struct opened {
    temp_dir dir;
    client library;
    uuid key_uuid;

    opened() : library(made(dir.path())) {
        const auto ecs = library.create_sfc_ecs("local", dir.path() / "claims.sfc");
        const key_geometry geometry{250'000, 250'000, 2};
        key_uuid =
            library.create_key({.name = "mine", .ecs_uuid = ecs.ecs_uuid, .geometry = geometry, .storage_uuid = {}})
                .alpha.key_uuid;
        fs::create_directory(dir.path() / "out");
    }

    static client_options made(const fs::path& folder) {
        const auto root = folder / "config";
        fs::create_directory(root);
        create_config({.root = root, .password = make_secret(the_password)});
        return {.config_dir = root, .max_threads = 1, .password = [] { return secure_bytes{the_password}; }};
    }
    fs::path in(const char* name) const { return dir.path() / name; }
};

inline errc code_of(const std::function<void()>& call) {
    try {
        call();
        return errc::none;
    } catch (const failure& problem) {
        return problem.code();
    }
}

} // namespace omegasafe::test
