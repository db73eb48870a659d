// set-config: every property, every accepted and refused value, and what overrides it (reference sections 4 to 6).
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

struct initialised_root {
    config_root root;
    initialised_root() { root.initialise(); }

    std::string ini() const { return read_text(root.path() / "config.ini"); }
    bool has_line(const std::string& line) const {
        return ("\n" + ini()).find("\n" + line + "\n") != std::string::npos;
    }
};

} // namespace

TEST_CASE_METHOD(initialised_root, "set-config without changes says so and changes nothing") {
    const auto before = ini();
    const auto nothing = succeed(root, {"set-config"});
    REQUIRE(nothing.out == "No configuration changes requested.\n");
    REQUIRE(nothing.err.empty());
    REQUIRE(json_of(root, {"set-config"})["changes"].empty());
    REQUIRE(ini() == before);
}

TEST_CASE_METHOD(initialised_root, "set-config changes what is given, in one summary line, and leaves the rest") {
    const std::string uuid = "3f2b8c1d-0e4a-4b5c-9d6e-7f8091a2b3c4";
    const auto all = succeed(
        root, {"set-config", "-o", "yes", "-u", "OFF", "-f", "0.5", "-p", "1000", "-t", "long-enough-1", "-e", uuid});
    REQUIRE(all.out == "Configuration updated: ECS_UUID_DEFAULT=" + uuid +
                           ", CACHE_OFFLINE_KEY_CAPACITY_GB=0.5, OFFLINE_MODE=TRUE, "
                           "CACHE_PERFORMANCE_KEY_CAPACITY_GB=1000, TRADITIONAL_ENC_LAYER_PASS=set, "
                           "UPDATE_CHECK=FALSE\n");
    REQUIRE(all.err.find("ECS " + uuid + " is not configured on this device yet") != std::string::npos);
    for (const auto* line : {"OFFLINE_MODE = TRUE", "UPDATE_CHECK = FALSE", "CACHE_OFFLINE_KEY_CAPACITY_GB = 0.5",
             "CACHE_PERFORMANCE_KEY_CAPACITY_GB = 1000", "TRADITIONAL_ENC_LAYER_PASS = long-enough-1"})
        CHECK(has_line(line));
    CHECK(has_line("ECS_UUID_DEFAULT = " + uuid));
    CHECK(mode_of(root.path() / "config.ini") == owner_only);

    const auto before = ini();
    const auto cleared = json_of(root, {"set-config", "-c", "--traditional-enc-layer-pass", ""});
    REQUIRE(cleared["changes"] == json{{"TRADITIONAL_ENC_LAYER_PASS", "cleared"}, {"ECS_UUID_DEFAULT", "none"}});
    CHECK(has_line("ECS_UUID_DEFAULT ="));
    CHECK(has_line("TRADITIONAL_ENC_LAYER_PASS ="));
    CHECK(has_line("OFFLINE_MODE = TRUE"));
    CHECK(std::ranges::count(ini(), '\n') == std::ranges::count(before, '\n'));
}

TEST_CASE_METHOD(initialised_root, "set-config takes every spelling of true and false") {
    for (const auto* word : {"1", "true", "yes", "on", "TRUE", "Yes"}) {
        CHECK(succeed(root, {"set-config", "-u", word}).out == "Configuration updated: UPDATE_CHECK=TRUE\n");
        CHECK(has_line("UPDATE_CHECK = TRUE"));
    }
    for (const auto* word : {"0", "false", "no", "off", "False"}) {
        CHECK(succeed(root, {"set-config", "-u", word}).out == "Configuration updated: UPDATE_CHECK=FALSE\n");
        CHECK(has_line("UPDATE_CHECK = FALSE"));
    }
}

TEST_CASE_METHOD(initialised_root, "set-config refuses other values and changes nothing then") {
    const auto before = ini();
    for (const auto& [flag, value, property] : std::vector<std::tuple<const char*, const char*, const char*>>{
             {"-o", "perhaps", "OFFLINE_MODE"}, {"-u", "2", "UPDATE_CHECK"}, {"-u", "", "--update-check"},
             {"-f", "1000.5", "CACHE_OFFLINE_KEY_CAPACITY_GB"}, {"-f", "-1", "CACHE_OFFLINE_KEY_CAPACITY_GB"},
             {"-p", "ten", "CACHE_PERFORMANCE_KEY_CAPACITY_GB"}, {"-t", "short-1", "TRADITIONAL_ENC_LAYER_PASS"},
             {"-t", "onlyletters", "TRADITIONAL_ENC_LAYER_PASS"}, {"-t", "12345678", "TRADITIONAL_ENC_LAYER_PASS"},
             {"-t", "with space 1", "TRADITIONAL_ENC_LAYER_PASS"}}) {
        // The good value beside it must not get in either.
        refuse(root, {"set-config", "-c", flag, value}, 2, property);
        CHECK(ini() == before);
    }
    refuse(root, {"set-config", "-e", "not-a-uuid"}, 2, "ECS_UUID_DEFAULT");
    refuse(root, {"set-config", "-c", "-e", unknown_uuid}, 2, "--ecs-uuid-default");
}

TEST_CASE_METHOD(initialised_root, "the environment overrides config.ini, and set-config says so") {
    root.options.env["OMEGASAFE_UPDATE_CHECK"] = "false";
    const auto overridden = succeed(root, {"set-config", "-u", "true"});
    CHECK(overridden.err.find("OMEGASAFE_UPDATE_CHECK is set in the environment and overrides UPDATE_CHECK") !=
          std::string::npos);
    CHECK(succeed(root, {"set-config", "-o", "false"}).err.empty());

    root.create_ecs();
    const auto ecs = ecs_uuid_of(root);
    root.options.env["OMEGASAFE_ECS_UUID_DEFAULT"] = ecs;
    CHECK(json_of(root, {"list-ecs"})["default_ecs_uuid"] == ecs);
    root.options.env["OMEGASAFE_ECS_UUID_DEFAULT"] = "nonsense";
    const auto ignored = succeed(root, {"list-ecs"});
    CHECK(ignored.err.find("OMEGASAFE_ECS_UUID_DEFAULT") != std::string::npos);
}

TEST_CASE_METHOD(initialised_root, "the config root comes from --config-dir, then from OMEGASAFE_CONFIG_DIR") {
    config_root empty;
    root.options.env["OMEGASAFE_CONFIG_DIR"] = root.path().string();
    CHECK(run({"list-keys"}, root.options).exit_code == 0);
    CHECK(run({"list-keys", "-d", empty.path().string()}, root.options).exit_code == 20);
    root.options.env["OMEGASAFE_CONFIG_DIR"] = empty.path().string();
    CHECK(run({"list-keys"}, root.options).exit_code == 20);
    CHECK(run({"list-keys", "-d", root.path().string()}, root.options).exit_code == 0);
    // And by default in the home folder, which init makes for its owner alone.
    root.options.env.erase("OMEGASAFE_CONFIG_DIR");
    root.options.env["HOME"] = root.folder().path().string();
    CHECK(run({"init", "-s"}, root.options).exit_code == 0);
    CHECK(mode_of(root.folder() / ".omegasafe") == fs::perms::owner_all);
    CHECK(run({"list-keys"}, root.options).exit_code == 0);
}
