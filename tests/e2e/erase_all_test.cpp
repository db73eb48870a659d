// erase-all: everything of OmegaSafe goes, from wherever it is configured to be, and nothing else.
#include "storage/config/config_file.hpp"
#include "tests/e2e/e2e_support.hpp"

#include <cstdlib>

using namespace omegasafe::test;

namespace {

struct erasable_root {
    config_root root;
    erasable_root() { root.initialise(); }

    json erase() const { return json_of_erasing({"erase-all", "-f"}); }

private:
    /// There is no keyring here, which is warned of.
    json json_of_erasing(const arguments& args) const {
        const auto result = succeed(root, args + arguments{"-j"});
        CHECK(result.err.find("keyring") != std::string::npos);
        return json::parse(result.out);
    }
};

} // namespace

TEST_CASE_METHOD(erasable_root, "erase-all removes the config root and the SFC ECS in it, and tells of each file") {
    succeed(root, {"create-sfc-ecs", "-n", "inside", "-p", (root.path() / "claims.sfc").string(), "-y"});
    refuse(root, {"erase-all"}, 2, "--force");
    const auto erased = succeed(root, {"erase-all", "-f"});
    for (const auto* name : {"omegasafe_keys.sfc", "local_cache.sfc", "ecs_storage.sfc", "config.ini", "claims.sfc"})
        require_line(erased, "Removed: " + (root.path() / name).string());
    require_line(erased, "Removed: " + root.path().string());
    require_line(erased, "Keyring password: not reachable");
    REQUIRE_FALSE(fs::exists(root.path()));
    refuse(root, {"erase-all", "-f"}, 20, root.path().string());
}

TEST_CASE_METHOD(erasable_root, "erase-all keeps what is not of OmegaSafe") {
    fs::create_directory(root.path() / "holiday");
    write_text(root.path() / "holiday" / "photo", "a photo");
    write_text(root.path() / "notes.sfc", "notes that only look like a container");
    write_text(root.path() / ".omegasafe-tmp-0123", "left by a killed process");
    const auto erased = erase();
    const auto kept = erased["kept"].dump();
    REQUIRE(erased["kept"].size() == 2);
    REQUIRE(kept.find("holiday") != std::string::npos);
    REQUIRE(kept.find("notes.sfc") != std::string::npos);
    REQUIRE(erased["keyring_password"] == "not reachable");
    REQUIRE(read_text(root.path() / "holiday" / "photo") == "a photo");
    std::vector<std::string> left;
    for (const auto& entry : fs::directory_iterator(root.path()))
        left.push_back(entry.path().filename());
    std::ranges::sort(left);
    REQUIRE(left == std::vector<std::string>{"holiday", "notes.sfc"});
}

TEST_CASE_METHOD(erasable_root, "erase-all finds containers outside the root, and an ECS outside stays") {
    const auto elsewhere = root.folder() / "elsewhere";
    fs::create_directory(elsewhere);
    for (const auto& [property, name] : {std::pair{"KEYS_CONTAINER_PATH", "omegasafe_keys.sfc"},
             {"LOCAL_CACHE_CONTAINER_PATH", "local_cache.sfc"}, {"ECS_CONTAINER_PATH", "ecs_storage.sfc"}}) {
        fs::rename(root.path() / name, elsewhere / name);
        omegasafe::storage::set_property(root.path(), property, (elsewhere / name).string());
    }
    write_text(elsewhere / "mine", "stays");
    root.create_ecs();
    root.create_key();
    REQUIRE(erase()["removed"].size() == 5); // with config.ini and the root
    REQUIRE_FALSE(fs::exists(root.path()));
    REQUIRE(std::distance(fs::directory_iterator(elsewhere), fs::directory_iterator{}) == 1);
    REQUIRE(fs::exists(root.folder() / "ecs.sfc"));
}

TEST_CASE_METHOD(erasable_root, "erase-all works on half a configuration and with a broken config.ini") {
    fs::remove(root.path() / "config.ini");
    fs::remove(root.path() / "local_cache.sfc");
    REQUIRE(erase()["removed"].size() == 3);
    fs::create_directory(root.path());
    root.initialise();
    write_text(root.path() / "config.ini", "[what is this]\n");
    write_text(root.path() / "ecs_storage.sfc", "damaged");
    REQUIRE(erase()["removed"].size() == 5);
    REQUIRE_FALSE(fs::exists(root.path()));

    fs::create_directory(root.path());
    write_text(root.path() / "thesis", "not ours");
    refuse(root, {"erase-all", "-f"}, 20, "no OmegaSafe configuration");
    REQUIRE(fs::exists(root.path() / "thesis"));
}

TEST_CASE("erase-all removes the password from the keyring", "[keyring]") {
    config_root root;
    root.options.env.erase("OMEGASAFE_CONFIG_PASSWORD");
    for (const auto* session : {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"})
        if (const char* value = std::getenv(session))
            root.options.env[session] = value;
    root.options.env["OMEGASAFE_KEYRING_SERVICE_NAME"] = "omegasafe-erase";
    succeed(root, {"init", "-s"});
    const auto erased = succeed(root, {"erase-all", "-f"});
    require_line(erased, "Keyring password: removed");
    REQUIRE(erased.err.empty());
    fs::create_directory(root.path());
    root.options.env["OMEGASAFE_CONFIG_PASSWORD"] = "set by hand 1";
    succeed(root, {"init", "-s"});
    REQUIRE(json_of(root, {"erase-all", "-f"})["keyring_password"] == "not found");
}
