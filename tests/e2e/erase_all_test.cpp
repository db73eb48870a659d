// erase-all: everything of OmegaSafe goes, from wherever it is configured to be, and nothing else.
#include "storage/config/config_file.hpp"
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

struct erasable_root {
    config_root root;
    erasable_root() { root.initialise(); }

    json erase() const { return json_of_erasing({"erase-all", "-f"}); }
    /// Without the --config-dir of the root.
    void succeed_outside(const arguments& args) const {
        const auto result = run(args, root.options);
        INFO(result.describe());
        REQUIRE(result.exit_code == 0);
    }

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
    write_text(root.path() / "config.ini", "[Global settings - static]\nand what is this\n");
    write_text(root.path() / "ecs_storage.sfc", "damaged");
    REQUIRE(erase()["removed"].size() == 5);
    REQUIRE_FALSE(fs::exists(root.path()));

    fs::create_directory(root.path());
    write_text(root.path() / "thesis", "not ours");
    refuse(root, {"erase-all", "-f"}, 20, "no OmegaSafe configuration");
    REQUIRE(fs::exists(root.path() / "thesis"));
}

TEST_CASE_METHOD(
    erasable_root, "erase-all keeps a config.ini that has no section of ours, and init does not replace it") {
    const auto ini = root.path() / "config.ini";
    for (const std::string text : {"[core]\neditor = vi\n", "", "# Global settings - static\n"}) {
        write_text(ini, text);
        const auto erased = erase();
        REQUIRE(erased["removed"].size() == 3);
        REQUIRE(erased["kept"] == json{ini.string()});
        REQUIRE(read_text(ini) == text);
        refuse(root, {"erase-all", "-f"}, 20, "no OmegaSafe configuration");
        if (!text.empty())
            refuse(root, {"init", "-s", "-o"}, 21, "move it away");
        REQUIRE(read_text(ini) == text);
        fs::remove(ini);
        root.initialise();
    }
}

TEST_CASE_METHOD(erasable_root, "erase-all follows links to what they name, and leaves none that names what is left") {
    const auto elsewhere = root.folder() / "elsewhere";
    fs::create_directory(elsewhere);
    for (const auto* name : {"omegasafe_keys.sfc", "config.ini"}) {
        fs::rename(root.path() / name, elsewhere / name);
        fs::create_symlink(elsewhere / name, elsewhere / (std::string{"to "} + name));
        fs::create_symlink("../elsewhere/to " + std::string{name}, root.path() / name);
    }
    const auto erased = erase();
    REQUIRE(fs::is_empty(elsewhere));
    REQUIRE_FALSE(fs::exists(root.path()));
    REQUIRE(erased["removed"].dump().find((elsewhere / "omegasafe_keys.sfc").string()) != std::string::npos);
}

TEST_CASE_METHOD(erasable_root, "erase-all does not follow links to folders and to an ECS elsewhere, and says so") {
    root.create_ecs();
    const auto photos = root.folder() / "photos";
    fs::create_directory(photos);
    write_text(photos / "one", "a photo");
    fs::create_symlink(photos, root.path() / "pictures");
    fs::create_symlink(root.folder() / "ecs.sfc", root.path() / "claims");
    const auto erased = succeed(root, {"erase-all", "-f"});
    for (const auto* name : {"pictures", "claims"})
        require_line(
            erased, "Kept, not of OmegaSafe: " + (root.path() / name).string() + " (a link, which is not followed)");
    REQUIRE(read_text(photos / "one") == "a photo");
    REQUIRE(fs::exists(root.folder() / "ecs.sfc"));
}

TEST_CASE_METHOD(erasable_root, "erase-all finds an SFC ECS in a subfolder, and no other configuration there") {
    const auto inner = root.path() / "claims" / "of this device", other = root.path() / "mixed";
    fs::create_directories(inner);
    fs::create_directories(other / "nested");
    for (const auto& [name, path] : {std::pair{"one", inner / "a.sfc"}, std::pair{"two", other / "b.sfc"}})
        succeed(root, {"create-sfc-ecs", "-n", name, "-p", path.string(), "-y"});
    write_text(other / "notes", "mine");
    succeed_outside({"init", "-s", "-d", (other / "nested").string()});
    fs::copy_file(inner / "a.sfc", other / "nested" / "c.sfc");
    const auto erased = erase();
    REQUIRE(erased["kept"] == json{other.string()});
    REQUIRE_FALSE(fs::exists(root.path() / "claims"));
    REQUIRE_FALSE(fs::exists(other / "b.sfc"));
    REQUIRE(read_text(other / "notes") == "mine");
    for (const auto* name : {"omegasafe_keys.sfc", "config.ini", "c.sfc"})
        REQUIRE(fs::exists(other / "nested" / name));
}

TEST_CASE_METHOD(erasable_root, "erase-all works on the current folder and on a link to the root") {
    root.options.directory = root.path();
    succeed_outside({"erase-all", "-f", "-d", "."});
    REQUIRE_FALSE(fs::exists(root.path()));
    root.options.directory.clear();

    for (const std::string end : {"", "/", "/."}) {
        fs::create_directory(root.path());
        root.initialise();
        const auto link = root.folder() / "link";
        fs::create_directory_symlink(root.path(), link);
        succeed_outside({"erase-all", "-f", "-d", link.string() + end});
        REQUIRE_FALSE(fs::exists(root.path()));
        REQUIRE_FALSE(fs::exists(fs::symlink_status(link)));
    }
}

TEST_CASE_METHOD(erasable_root, "erase-all names a container that it cannot reach and goes on once it is there") {
    const auto disk = root.folder() / "disk", away = root.folder() / "disk that is away";
    fs::create_directory(disk);
    fs::rename(root.path() / "omegasafe_keys.sfc", disk / "keys.sfc");
    fs::rename(root.path() / "local_cache.sfc", disk / "cache.sfc");
    fs::create_symlink(disk / "cache.sfc", root.path() / "local_cache.sfc");
    omegasafe::storage::set_property(root.path(), "KEYS_CONTAINER_PATH", (disk / "keys.sfc").string());
    fs::rename(disk, away);
    const auto partial = root.run({"erase-all", "-f"});
    INFO(partial.describe());
    REQUIRE(partial.exit_code == 12);
    REQUIRE(
        partial.err.find("The container " + (disk / "keys.sfc").string() + " cannot be reached") != std::string::npos);
    REQUIRE(partial.err.find((root.path() / "local_cache.sfc").string() + " cannot be reached") != std::string::npos);
    REQUIRE(fs::exists(root.path() / "config.ini"));
    REQUIRE_FALSE(fs::exists(root.path() / "ecs_storage.sfc"));
    fs::rename(away, disk);
    erase();
    REQUIRE(fs::is_empty(disk));
    REQUIRE_FALSE(fs::exists(root.path()));
}

namespace {

/// Two roots of one keyring profile.
struct keyring_profile {
    explicit keyring_profile(const std::string& service) : first(service), second(service) {}
    keyring_config_root first, second;

    static std::string fate(const config_root& root) { return json_of(root, {"erase-all", "-f"})["keyring_password"]; }
};

} // namespace

TEST_CASE("erase-all removes the password from the keyring", "[keyring]") {
    keyring_profile profile{"omegasafe-erase"};
    auto& root = profile.first;
    succeed(root, {"init", "-s"});
    const auto erased = succeed(root, {"erase-all", "-f"});
    require_line(erased, "Keyring password: removed");
    REQUIRE(erased.err.empty());
    fs::create_directory(root.path());
    root.options.env["OMEGASAFE_CONFIG_PASSWORD"] = "set by hand 1";
    succeed(root, {"init", "-s"});
    REQUIRE(json_of(root, {"erase-all", "-f"})["keyring_password"] == "not found");
}

TEST_CASE("erase-all keeps the keyring's password while another configuration was made with it", "[keyring]") {
    keyring_profile profile{"omegasafe-shared"};
    succeed(profile.first, {"init", "-s"});
    succeed(profile.second, {"init", "-s", "-r"});
    const auto kept = succeed(profile.first, {"erase-all", "-f"});
    require_line(kept,
        "Keyring password: kept; the configuration in " + profile.second.path().string() + " was made with it too");
    succeed(profile.second, {"list-ecs"});
    // Made anew in the same place, it is still one configuration.
    succeed(profile.second, {"init", "-s", "-o", "-r"});
    REQUIRE(profile.fate(profile.second) == "removed");
}

TEST_CASE("erase-all keeps a password that does not open what is erased", "[keyring]") {
    keyring_profile profile{"omegasafe-foreign"};
    succeed(profile.first, {"init", "-s"});
    profile.second.options.env["OMEGASAFE_CONFIG_PASSWORD"] = "set by hand 1";
    succeed(profile.second, {"init", "-s"});
    const auto erased = json_of(profile.second, {"erase-all", "-f"});
    REQUIRE(erased["keyring_password"] == "kept");
    REQUIRE(erased["keyring_reason"] == "it does not open this configuration");
    succeed(profile.first, {"list-ecs"});
    REQUIRE(profile.fate(profile.first) == "removed");
}

TEST_CASE("a copy of a configuration does not take the original's password along, and a moved one finds its own",
    "[keyring]") {
    keyring_profile profile{"omegasafe-copied"};
    succeed(profile.first, {"init", "-s"});
    fs::copy(profile.first.path(), profile.second.path());
    REQUIRE(profile.fate(profile.second) == "kept");
    succeed(profile.first, {"list-ecs"});
    fs::rename(profile.first.path(), profile.second.path());
    REQUIRE(profile.fate(profile.second) == "removed");
}
