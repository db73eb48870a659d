// Configuration roots and caches that were copied, moved, brought back or damaged, through the real binary: no position
// is used twice, and the way out that a message names works.
#include "ecs/ecs_sfc.hpp"
#include "storage/files/file_place.hpp"
#include "storage/files/random_access.hpp"
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

/// A root with a key, whose first file left most of 1,000,000 positions in the cache, and an OFFLINE claim.
struct used_root {
    config_root root;
    std::string key = root.initialise_with_key();
    fs::path cache = root.path() / "local_cache.sfc";
    std::vector<std::uint64_t> begins; // of the files encrypted so far

    used_root() {
        root.options.env["OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB"] = "0.001";
        root.options.env["OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB"] = "0.0005";
        encrypt_in(root.path());
    }

    run_result run(const fs::path& where, arguments args) const {
        args.insert(args.begin() + 1, {"--config-dir", where.string()});
        return test::run(args, root.options);
    }
    /// Encrypts a file in that root and checks that its positions are new; gives what was said on stderr.
    std::string encrypt_in(const fs::path& where) {
        const auto file = root.make_file("data", 1'000);
        const auto result = run(where, {"encrypt", "-i", file.string(), "-k", key, "-f", "out.osf", "--overwrite"});
        INFO(result.describe());
        REQUIRE(result.exit_code == 0);
        const auto out = (root.folder() / "out.osf").string();
        const auto shown = run(where, {"inspect", "-j", "-i", out});
        const auto begin = json::parse(shown.out).at("global_position_start").get<std::uint64_t>();
        for (const auto used : begins) // such a file takes between 2,024 and 2,074 positions
            CHECK((begin >= used + 2'024 || used >= begin + 2'024));
        begins.push_back(begin);
        return result.err;
    }
    std::string ecs_uuid_of(const std::string& name) const {
        const auto listed = json_of(root, {"list-ecs"});
        for (const auto& ecs : listed.at("entries"))
            if (ecs.at("ecs_name") == name)
                return ecs.at("ecs_uuid");
        return {};
    }
    std::uint64_t pointer() const {
        const auto known = ecs::ecs_sfc{root.folder() / "ecs.sfc"}.deltas(crypto::parse_uuid(key).value());
        return static_cast<std::uint64_t>(known.back().next);
    }
    /// Whether this file system tells a copy from the original.
    bool copies_show() const {
        const storage::file_source file(cache);
        return storage::place_of(file.descriptor()).inode != 0;
    }
};

constexpr const char* not_believed = "is not where it was written";

} // namespace

TEST_CASE_METHOD(used_root, "two copies of a configuration root never encrypt with the same positions") {
    if (!copies_show())
        return;
    const auto copy = root.folder() / "copy";
    fs::copy(root.path(), copy, fs::copy_options::recursive);
    const auto before = pointer();
    CHECK_THAT(encrypt_in(copy), Catch::Contains(not_believed) && Catch::Contains("2 claims"));
    CHECK(begins.back() == before); // from the ECS
    CHECK(pointer() == before + 1'500'000);
    CHECK(encrypt_in(root.path()).empty()); // the original goes on with what it had
    CHECK(begins.back() < before);
    CHECK(encrypt_in(copy).empty()); // and the copy with what it got
    CHECK(pointer() == before + 1'500'000);
}

TEST_CASE_METHOD(used_root, "a copied root loses its unused claims and nothing else") {
    if (!copies_show())
        return;
    const auto sealed = (root.folder() / "out.osf").string();
    const auto copy = root.folder() / "copy";
    fs::copy(root.path(), copy, fs::copy_options::recursive);
    fs::remove_all(root.path());
    const auto verified = run(copy, {"verify", "-i", sealed});
    INFO(verified.describe());
    CHECK(verified.exit_code == 0);
    CHECK(verified.err.empty());
    CHECK(run(copy, {"list-keys"}).out.find(key) != std::string::npos);
    root.options.env["OMEGASAFE_OFFLINE_MODE"] = "TRUE";
    const auto refused = run(copy, {"encrypt", "-i", sealed, "-k", key, "-f", "other.osf"});
    CHECK(refused.exit_code == 71);
}

TEST_CASE_METHOD(used_root, "a root that was renamed keeps its claims") {
    const auto before = pointer();
    fs::rename(root.path(), root.folder() / "moved");
    const auto file = root.make_file("data", 1'000);
    const auto result = run(root.folder() / "moved", {"encrypt", "-i", file.string(), "-k", key, "-f", "second.osf"});
    INFO(result.describe());
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(pointer() == before);
}

TEST_CASE_METHOD(used_root, "a local cache that was brought back repeats no position") {
    if (!copies_show())
        return;
    const auto old = root.folder() / "old.sfc";
    fs::copy_file(cache, old);
    for (int i = 0; i < 3; ++i) // an inode's number is used again after some changes
        CHECK(encrypt_in(root.path()).empty());
    SECTION("put in its place") {
        fs::rename(old, cache);
    }
    SECTION("written over it") {
        write_text(cache, read_text(old));
    }
    CHECK_THAT(encrypt_in(root.path()), Catch::Contains(not_believed));
    CHECK(encrypt_in(root.path()).empty());
}

TEST_CASE_METHOD(
    used_root, "an older cache without the entry of the newest Delta is completed by pull-missing-deltas") {
    const auto old = root.folder() / "old.sfc";
    fs::copy_file(cache, old);
    root.options.env["OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB"] = "0";
    root.options.env["OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB"] = "0";
    const auto left = std::to_string(59'319'000 - pointer());
    succeed(root, {"fast-forward-claim", "-k", key, "-c", left, "--force"});
    encrypt_in(root.path());
    fs::rename(old, cache);
    succeed(root, {"pull-missing-deltas", "-k", key});
    encrypt_in(root.path());
}

TEST_CASE_METHOD(
    used_root, "a damaged or missing cache is not brought back from a copy: a fresh root and import-key go on") {
    const auto encrypt =
        arguments{"encrypt", "-i", root.make_file("data", 1'000).string(), "-k", key, "-f", "other.osf"};
    const auto ecs_uuid = ecs_uuid_of("local");
    const auto key_file = (root.folder() / "key").string(), ecs_export = (root.folder() / "ecs.export").string();
    const auto export_all = [&] {
        succeed(root, {"export-key", "-k", key, "-o", key_file});
        succeed(root, {"export-ecs", "-e", ecs_uuid, "-o", ecs_export});
    };
    std::string advice;
    SECTION("damaged") {
        export_all();
        write_text(cache, "");
        advice = refuse(root, encrypt, 40, cache.string()).err;
    }
    SECTION("missing") {
        export_all();
        fs::remove(cache);
        advice = refuse(root, encrypt, 20, cache.string()).err;
    }
    CHECK_THAT(advice, Catch::Contains("Do not put an older version in its place") &&
                           Catch::Contains("omegasafe init") && Catch::Contains("import-key"));
    const auto fresh = root.folder() / "fresh";
    fs::create_directory(fresh);
    for (const auto& step : {arguments{"init", "--skip-http-ecs", "--no-override"}, {"import-ecs", "-i", ecs_export},
             {"import-key", "-e", ecs_uuid, "-i", key_file}}) {
        const auto done = run(fresh, step);
        INFO(done.describe());
        CHECK(done.exit_code == 0);
    }
    encrypt_in(fresh);
}

TEST_CASE_METHOD(used_root, "a damaged ECS file is not brought back from a copy") {
    const auto ecs_file = root.folder() / "ecs.sfc";
    write_text(ecs_file, read_text(ecs_file).substr(0, 1'000));
    const auto advice = refuse(root, {"pull-missing-deltas", "-k", key}, 40, ecs_file.string()).err;
    CHECK_THAT(advice, Catch::Contains("Do not put an older version in its place"));
    CHECK_THAT(advice, !Catch::Contains("restore it"));
    // What the sentence says.
    succeed(root, {"create-sfc-ecs", "-n", "second", "-p", (root.folder() / "second.sfc").string(), "-y"});
    succeed(root, {"create-key", "-e", ecs_uuid_of("second"), "-k", "new", "-n", "0.1", "-r", "0.1", "-c", "2"});
    succeed(root, {"verify", "-i", (root.folder() / "out.osf").string()});
}
