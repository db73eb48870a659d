// The commands around an ECS: edit-ecs, export-ecs, import-ecs, list-ecs, list-ecs-storages, key-storage-limits, and
// what only an HTTP ECS can do.
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

struct with_ecs {
    config_root root;
    std::string key = root.initialise_with_key();
    std::string ecs = ecs_uuid_of(root);
    fs::path old_path = root.folder() / "ecs.sfc", new_path = root.folder() / "moved" / "claims.sfc";

    with_ecs() { fs::create_directory(root.folder() / "moved"); }

    arguments edit(const arguments& more) const { return arguments{"edit-ecs", "-e", ecs} + more; }
    json entry(std::size_t index = 0) const { return json_of(root, {"list-ecs"})["entries"][index]; }
    void require_works() const { sealed(root, key, root.make_file("a", 100), "a-" + next()); }
    static std::string next() {
        static int count = 0;
        return std::to_string(++count);
    }
};

} // namespace

TEST_CASE_METHOD(with_ecs, "edit-ecs renames, and keeps what it is not told to change") {
    const auto renamed = succeed(root, edit({"-n", "Zweites", "-P"}));
    require_line(renamed, "Name changed from local to Zweites.");
    require_line(renamed, labelled("Name", "Zweites"));
    require_line(renamed, labelled("Type", "SFC"));
    REQUIRE(entry()["ecs_name"] == "Zweites");
    REQUIRE(entry()["path"] == old_path.string());
    require_line(succeed(root, edit({"-n", "local"})), labelled("Name", "local")); // no terminal: the path stays
    require_line(succeed(root, edit({"-N", "-P"})), "No ECS changes requested.");
    refuse(root, edit({}), 2, "--new-name or --keep-name");
    refuse(root, edit({"-n", std::string(256, 'x')}), 2, "--new-name");
    refuse(root, {"edit-ecs", "-e", unknown_uuid, "-n", "x"}, 60, unknown_uuid);
    require_works();
}

TEST_CASE_METHOD(with_ecs, "edit-ecs moves the file, and again when that was interrupted") {
    refuse(root, edit({"-p", new_path.string()}), 2, "--move-file or --no-move-file");
    const auto moved = succeed(root, edit({"-p", new_path.string(), "-m"}));
    require_line(moved, "File moved from " + old_path.string() + " to " + new_path.string() + ".");
    REQUIRE(fs::exists(new_path));
    REQUIRE_FALSE(fs::exists(old_path));
    require_works();

    fs::rename(new_path, old_path); // as a kill between the file's and the reference's change leaves it
    REQUIRE(json_of(root, edit({"-p", old_path.string(), "-m"}))["moved"] == true);
    REQUIRE(entry()["path"] == old_path.string());
    require_works();

    refuse(root, edit({"-p", root.make_file("taken", 10).string(), "-m"}), 11, "taken");
    refuse(root, edit({"-p", "/nonexistent/x.sfc", "-m"}), 11, "/nonexistent");
    fs::rename(old_path, root.folder() / "away");
    refuse(root, edit({"-p", new_path.string(), "-m"}), 63, old_path.string());
    REQUIRE(entry()["path"] == old_path.string());
}

TEST_CASE_METHOD(with_ecs, "edit-ecs -x changes the reference only, to a file of this ECS") {
    succeed(root, {"create-sfc-ecs", "-n", "other", "-p", (root.folder() / "other.sfc").string(), "-y"});
    refuse(root, edit({"-p", (root.folder() / "other.sfc").string(), "-x"}), 62, "other");
    refuse(root, edit({"-n", "other"}), 62, "other");
    refuse(root, edit({"-p", root.make_file("noise", 10).string(), "-x"}), 11, "noise");
    fs::rename(old_path, new_path);
    const auto changed = succeed(root, edit({"-p", new_path.string(), "-x"}));
    require_line(changed, "Reference changed from " + old_path.string() + " to " + new_path.string() + ".");
    require_works();
}

TEST_CASE_METHOD(with_ecs, "flags of an HTTP ECS are refused on an SFC ECS") {
    for (const auto& flag :
        std::vector<arguments>{{"-k", "key"}, {"-K"}, {"-u", "example.org"}, {"-U"}, {"-N", "-P", "-K", "-U"}})
        refuse(root, edit(flag), 67, "needs an HTTP ECS; local is an SFC ECS");
    refuse(root, edit({"-k", "key", "-K"}), 2, "--keep-api-key");
    refuse(root, edit({"-m", "-x"}), 2, "--no-move-file");
}

TEST_CASE_METHOD(with_ecs, "an ECS goes to another configuration in a file for its owner alone") {
    const auto file = (root.folder() / "ecs.export").string();
    const auto sent = succeed(root, {"export-ecs", "-e", ecs, "-o", file});
    require_line(sent, "ECS exported: " + file);
    require_line(sent, labelled("UUID", ecs));
    REQUIRE(mode_of(file) == owner_only);
    refuse(root, {"export-ecs", "-e", ecs, "-o", file}, 11, file);
    refuse(root, {"export-ecs", "-e", unknown_uuid, "-o", file + "2"}, 60, unknown_uuid);

    config_root other;
    other.initialise();
    const auto got = succeed(other, {"import-ecs", "-i", file});
    REQUIRE(got.out == "ECS imported.\n" + labelled("UUID", ecs) + "\n" + labelled("Name", "local") + "\n" +
                           labelled("Type", "SFC") + "\n");
    REQUIRE(got.err.empty());
    REQUIRE(json_of(other, {"list-ecs"})["entries"][0]["path"] == old_path.string());
    REQUIRE(json_of(other, {"import-ecs", "-i", file})["ecs_uuid"] == ecs); // again: the same entry
    REQUIRE(json_of(other, {"list-ecs"})["entries"].size() == 1);

    fs::rename(old_path, root.folder() / "away");
    const auto absent = succeed(other, {"import-ecs", "-i", file});
    REQUIRE(absent.err.find("There is no file " + old_path.string() + " on this device yet") != std::string::npos);
    config_root third;
    third.initialise();
    third.create_ecs(); // another ECS of that name
    refuse(third, {"import-ecs", "-i", file}, 62, "local");
    refuse(third, {"import-ecs", "-i", third.make_file("noise", 100).string()}, 40, "noise");
    refuse(third, {"import-ecs", "-i", (root.folder() / "away").string()}, 40, "away"); // an ECS, not an export of one
}

TEST_CASE_METHOD(with_ecs, "list-ecs marks the default and tells of one that is missing") {
    succeed(root, {"create-sfc-ecs", "-n", "another", "-p", (root.folder() / "2.sfc").string(), "-y"});
    succeed(root, {"set-config", "-e", ecs});
    REQUIRE(entry(0)["ecs_name"] == "another");
    REQUIRE(entry(0)["is_default"] == false);
    REQUIRE(entry(1)["is_default"] == true);
    const auto plain = succeed(root, {"list-ecs"});
    require_line(plain, "local (default)");
    require_line(plain, "  Path: " + old_path.string());
    succeed(root, {"set-config", "-e", unknown_uuid});
    const auto missing = json_of(root, {"list-ecs"});
    REQUIRE(missing["default_ecs_uuid"] == unknown_uuid);
    REQUIRE(missing["default_ecs_missing"] == true);
    require_line(succeed(root, {"list-ecs"}),
        "The default ECS " + std::string{unknown_uuid} + " is not among the configured ones.");
}

TEST_CASE_METHOD(with_ecs, "create-sfc-ecs takes over an unused ECS file and no other") {
    const auto file = root.folder() / "second.sfc";
    const arguments create{"create-sfc-ecs", "-p", file.string(), "-y", "-n"};
    const auto made = json_of(root, create + arguments{"second"});
    refuse(root, create + arguments{"third"}, 62, "second"); // it is in use
    config_root other;
    other.initialise();
    REQUIRE(json_of(other, create + arguments{"second"})["ecs_uuid"] == made["ecs_uuid"]);
    refuse(other, {"create-sfc-ecs", "-p", old_path.string(), "-y", "-n", "x"}, 11, old_path.string()); // has a key
}

TEST_CASE_METHOD(with_ecs, "an SFC ECS has no storages and no limits, and says so") {
    const auto storages = json_of(root, {"list-ecs-storages", "-e", ecs});
    REQUIRE(storages["ecs_type"] == "SFC");
    REQUIRE(storages["storages"].empty());
    REQUIRE(storages["note"].is_string());
    require_line(succeed(root, {"list-ecs-storages", "-e", ecs}), "  " + storages["note"].get<std::string>());
    const auto limits = json_of(root, {"key-storage-limits", "-k", key});
    REQUIRE(limits["usage"].is_null());
    REQUIRE(limits["message"].is_string());
    require_line(succeed(root, {"key-storage-limits", "-k", key}), "  " + limits["message"].get<std::string>());
}

TEST_CASE_METHOD(with_ecs, "commands for an HTTP ECS end with 67 on an SFC ECS") {
    for (const auto& args : std::vector<arguments>{{"view-ecs-storage", "-s", unknown_uuid}, {"create-ecs-storage"},
             {"edit-ecs-storage", "-s", unknown_uuid, "-n", "x"}, {"delete-ecs-storage", "-s", unknown_uuid, "-f"}}) {
        const auto on_sfc = args + arguments{"-e", ecs};
        refuse(root, on_sfc, 67, args.front() + " needs an HTTP ECS; local is an SFC ECS");
        CHECK(error_of(root, on_sfc)["code"] == "ecs_type_mismatch");
        refuse(root, args + arguments{"-e", unknown_uuid}, 60, unknown_uuid);
    }
}
