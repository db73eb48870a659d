// Bad input: one sentence that names the thing, the documented exit code, nothing changed.
#include "tests/support/config_root.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <sys/mount.h>
#include <unistd.h>

using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

/// Every file below a folder with its content.
std::map<std::string, std::string> snapshot(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        files[entry.path().string()] = entry.is_regular_file() ? read_text(entry.path()) : "";
    return files;
}

struct bad_input_fixture {
    config_root root;
    std::string key = root.initialise_with_key();
    fs::path file = root.make_file("plain.txt", 3000);
    fs::path sealed = root.folder() / "sealed.omegasafe";

    bad_input_fixture() {
        const auto made = root.run({"encrypt", "-i", file.string(), "-k", key, "-f", "sealed.omegasafe"});
        INFO(made.describe());
        REQUIRE(made.exit_code == 0);
    }

    /// Runs, expects the code, one line on stderr with `named` in it, and an unchanged folder.
    void refuse(const arguments& args, int code, const std::string& named) {
        const auto before = snapshot(root.folder().path());
        const auto result = root.run(args);
        INFO(result.describe());
        CHECK(result.exit_code == code);
        CHECK(result.err.find(named) != std::string::npos);
        CHECK(std::ranges::count(result.err, '\n') == 1);
        CHECK(result.out.empty());
        CHECK(snapshot(root.folder().path()) == before);
    }
};

constexpr const char* unknown_uuid = "00000000-0000-4000-8000-000000000000";

} // namespace

TEST_CASE_METHOD(bad_input_fixture, "encrypt refuses bad inputs, outputs and keys") {
    const auto path = file.string();
    refuse({"encrypt", "-i", (root.folder() / "missing").string(), "-k", key}, 10, "missing");
    refuse({"encrypt", "-i", root.folder().path().string(), "-k", key}, 10, root.folder().path().string());
    refuse({"encrypt", "-i", path, "-k", "not-a-uuid"}, 2, "not-a-uuid");
    refuse({"encrypt", "-i", path, "-k", key, "-o", "/nonexistent-folder"}, 11, "/nonexistent-folder");
    refuse({"encrypt", "-i", path, "-k", key, "-f", "../out"}, 2, "--file-name-override");
    refuse({"encrypt", "-i", path, "-k", key, "-f", "sealed.omegasafe"}, 11, "sealed.omegasafe");
    refuse({"encrypt", "-i", path, "-k", key, "-t", "0"}, 2, "--max-threads");
    refuse({"encrypt", "-i", path, "-k", key, "-t", "-1"}, 2, "--max-threads");
    refuse({"encrypt", "-i", path, "-k", key, "-t", "100000"}, 2, "--max-threads");
    refuse({"encrypt", "-i", path}, 2, "--key-uuid");
    refuse({"encrypt", "-i", path, "-k", key, "--no-such-flag"}, 2, "--no-such-flag");
    refuse({"encrypt", "-i", path, "-k", unknown_uuid}, 51,
        "The Alpha for key_uuid " + std::string{unknown_uuid} +
            " does not exist locally. You must obtain and import the Alpha key to the CLI by using 'import-key' "
            "command, to make the key actionable.");
    root.options.env["OMEGASAFE_KERNEL"] = "no-such-kernel";
    refuse({"encrypt", "-i", path, "-k", key}, 2, "no-such-kernel");
}

TEST_CASE_METHOD(bad_input_fixture, "encrypt refuses a file larger than the key's maximum") {
    const auto huge = root.folder() / "huge";
    write_text(huge, "");
    fs::resize_file(huge, 60'000'000); // 0.10 MB and 2 rotors hold 59,319,000
    refuse({"encrypt", "-i", huge.string(), "-k", key}, 72, "59");
    fs::resize_file(huge, 59'319'000 - 1024); // exactly full: the random suffix shrinks to nothing
    REQUIRE(root.run({"encrypt", "-i", huge.string(), "-k", key}).exit_code == 0);
}

TEST_CASE_METHOD(bad_input_fixture, "unreadable input and read-only target are refused") {
    if (::geteuid() == 0) {
        // root reads everything: a read-only mount stands in for missing rights.
        const auto mounted = root.folder() / "mounted";
        fs::create_directory(mounted);
        if (::mount("none", mounted.c_str(), "tmpfs", MS_RDONLY, "") != 0) {
            WARN("no rights to mount here: the read-only target is not tested");
            return;
        }
        const auto result = root.run({"encrypt", "-i", file.string(), "-k", key, "-o", mounted.string()});
        ::umount(mounted.c_str());
        INFO(result.describe());
        CHECK(result.exit_code == 11);
        return;
    }
    fs::permissions(file, fs::perms::none);
    refuse({"encrypt", "-i", file.string(), "-k", key}, 10, file.string());
}

TEST_CASE_METHOD(bad_input_fixture, "the limit for file sizes is an error like a full disk") {
    const auto large = root.make_file("large", 300'000);
    const auto limited = root.folder() / "limited";
    write_text(limited, "#!/bin/sh\nulimit -f 100\nexec " + omegasafe_binary().string() + " \"$@\"\n");
    fs::permissions(limited, fs::perms::owner_all);
    root.options.program = limited.string();
    const auto result =
        root.run({"encrypt", "-i", large.string(), "-k", key, "-o", root.folder().path().string(), "-f", "sealed"});
    INFO(result.describe());
    CHECK(result.exit_code == 12);
    CHECK(result.err.find("sealed") != std::string::npos);
    CHECK_FALSE(fs::exists(root.folder() / "sealed"));
}

TEST_CASE_METHOD(bad_input_fixture, "a full disk is one clear error and leaves nothing behind") {
    const auto small = root.folder() / "small";
    fs::create_directory(small);
    if (::geteuid() != 0 || ::mount("none", small.c_str(), "tmpfs", 0, "size=256k") != 0) {
        WARN("no rights to mount a small file system here: the full disk is not tested");
        return;
    }
    const auto big = root.make_file("big", 2'000'000);
    const auto result = root.run({"encrypt", "-i", big.string(), "-k", key, "-o", small.string()});
    const bool empty = fs::is_empty(small);
    const auto decrypted = root.run({"encrypt", "-i", big.string(), "-k", key, "-f", "big.omegasafe"});
    const auto back = root.run({"decrypt", "-i", (root.folder() / "big.omegasafe").string(), "-o", small.string()});
    const bool still_empty = fs::is_empty(small);
    ::umount(small.c_str());
    INFO(result.describe() << back.describe());
    CHECK(result.exit_code == 12);
    CHECK(empty);
    CHECK(decrypted.exit_code == 0);
    CHECK(back.exit_code == 12);
    CHECK(still_empty);
}

TEST_CASE_METHOD(bad_input_fixture, "decrypt refuses damaged, truncated, foreign and newer files") {
    fs::remove(file);
    const auto path = sealed.string();
    const auto good = read_text(sealed);
    refuse({"decrypt", "-i", (root.folder() / "missing").string()}, 10, "missing");
    write_text(root.folder() / "text", "hello, this is no container at all");
    refuse({"decrypt", "-i", (root.folder() / "text").string()}, 40, "text");
    write_text(root.folder() / "empty", "");
    refuse({"decrypt", "-i", (root.folder() / "empty").string()}, 40, "empty");

    for (const std::size_t cut : {std::size_t{1}, std::size_t{191}, good.size() / 2, good.size() - 1}) {
        write_text(sealed, good.substr(0, cut));
        refuse({"decrypt", "-i", path}, 40, path);
    }
    write_text(sealed, good + "x");
    refuse({"decrypt", "-i", path}, 40, path);
    for (std::size_t at = 0; at < good.size(); at += good.size() / 23) {
        auto damaged = good;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        write_text(sealed, damaged);
        const auto result = root.run({"decrypt", "-i", path});
        INFO("byte " << at << "\n" << result.describe());
        CHECK((result.exit_code == 40 || result.exit_code == 41));
        CHECK_FALSE(fs::exists(file));
    }
    write_text(sealed, good);
    REQUIRE(root.run({"decrypt", "-i", path}).exit_code == 0);
}

TEST_CASE_METHOD(bad_input_fixture, "a wrong or missing configuration password is told apart from damage") {
    root.options.env["OMEGASAFE_CONFIG_PASSWORD"] = "another password";
    refuse({"list-keys"}, 31, "omegasafe_keys.sfc");
    refuse({"encrypt", "-i", file.string(), "-k", key}, 31, "password");
    root.options.env.erase("OMEGASAFE_CONFIG_PASSWORD");
    const auto none = root.run({"list-keys"});
    INFO(none.describe());
    CHECK((none.exit_code == 30 || none.exit_code == 81));
    CHECK(none.err.find("OMEGASAFE_CONFIG_PASSWORD") != std::string::npos);
}

TEST_CASE_METHOD(bad_input_fixture, "damaged local containers are refused whole") {
    for (const auto* name : {"omegasafe_keys.sfc", "local_cache.sfc"}) {
        const auto path = root.path() / name;
        const auto good = read_text(path);
        auto damaged = good;
        damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);
        write_text(path, damaged);
        refuse({"encrypt", "-i", file.string(), "-k", key}, 40, name);
        write_text(path, good.substr(0, good.size() / 2));
        refuse({"encrypt", "-i", file.string(), "-k", key}, 40, name);
        write_text(path, good);
    }
}

TEST_CASE_METHOD(bad_input_fixture, "config roots: missing, half initialised, with bad values") {
    config_root fresh;
    const auto missing = fresh.run({"list-keys"});
    CHECK(missing.exit_code == 20);
    CHECK(missing.err.find("init") != std::string::npos);

    fs::rename(root.path() / "local_cache.sfc", root.folder() / "kept");
    refuse({"list-keys"}, 20, "local_cache.sfc");
    fs::rename(root.folder() / "kept", root.path() / "local_cache.sfc");

    const auto ini = root.path() / "config.ini";
    const auto good = read_text(ini);
    write_text(ini, good + "\n[Global settings - dynamic]\nOFFLINE_MODE = perhaps\n");
    refuse({"list-keys"}, 22, "OFFLINE_MODE");
    write_text(ini, good + "\n[Unknown section]\nA = 1\n");
    refuse({"list-keys"}, 22, "Unknown section");
    write_text(ini, good);
    root.options.env["OMEGASAFE_OFFLINE_MODE"] = "perhaps";
    const auto warned = root.run({"list-keys"});
    CHECK(warned.exit_code == 0);
    CHECK(warned.err.find("OMEGASAFE_OFFLINE_MODE") != std::string::npos);
}

TEST_CASE_METHOD(bad_input_fixture, "create-sfc-ecs and create-key refuse what cannot be") {
    refuse({"create-sfc-ecs", "-n", "local", "-p", (root.folder() / "new.sfc").string(), "-y"}, 62, "local");
    refuse({"create-sfc-ecs", "-n", "other", "-p", (root.folder() / "ecs.sfc").string(), "-y"}, 11, "ecs.sfc");
    refuse({"create-sfc-ecs", "-n", "other", "-p", "/nonexistent/x.sfc", "-y"}, 11, "/nonexistent");
    refuse({"create-sfc-ecs", "-n", "other", "-p", (root.folder() / "new.sfc").string()}, 2, "--confirm-sfc-ecs");
    refuse({"create-sfc-ecs", "-p", (root.folder() / "new.sfc").string(), "-y"}, 2, "--ecs-name");
    const auto declined = root.run({"create-sfc-ecs", "-n", "other", "-p", (root.folder() / "new.sfc").string(), "-x"});
    CHECK(declined.exit_code == 3);
    CHECK(declined.out == "Operation aborted.\n");
    CHECK_FALSE(fs::exists(root.folder() / "new.sfc"));

    const auto keyless = [&](const arguments& extra) {
        arguments args{"create-key", "-k", "name"};
        args.insert(args.end(), extra.begin(), extra.end());
        return root.run(args);
    };
    for (const auto& [extra, named] :
        std::vector<std::pair<arguments, std::string>>{{{"-n", "0.05", "-r", "0.1", "-c", "2"}, "--nucleus-size-mb"},
            {{"-n", "0.1", "-r", "1.1", "-c", "2"}, "--rotor-size-mb"},
            {{"-n", "0.1", "-r", "0.1", "-c", "5"}, "--number-of-rotors"},
            {{"-n", "0.1", "-r", "0.1"}, "--number-of-rotors"},
            {{"-n", "0.1", "-r", "0.1", "-c", "2", "-e", unknown_uuid}, unknown_uuid},
            {{"-n", "0.1", "-r", "0.1", "-c", "2", "-s", unknown_uuid}, "--storage-uuid"},
            {{"-n", "0.1", "-r", "0.1", "-c", "2", "-w", "0"}, "--max-workers"}}) {
        const auto before = snapshot(root.folder().path());
        const auto result = keyless(extra);
        INFO(result.describe());
        CHECK((result.exit_code == 2 || result.exit_code == 60 || result.exit_code == 67));
        CHECK(result.err.find(named) != std::string::npos);
        CHECK(snapshot(root.folder().path()) == before);
    }
    REQUIRE(
        root.run({"create-sfc-ecs", "-n", "second", "-p", (root.folder() / "2.sfc").string(), "-y"}).exit_code == 0);
    refuse({"create-key", "-k", "n", "-n", "0.1", "-r", "0.1", "-c", "2"}, 61, "--ecs-uuid");
}

TEST_CASE("a stage of create-key that fails leaves no key behind") {
    config_root root;
    root.initialise();
    root.create_ecs();
    fs::rename(root.folder() / "ecs.sfc", root.folder() / "away.sfc");
    const auto failed = root.run({"create-key", "-k", "n", "-n", "0.1", "-r", "0.1", "-c", "2"});
    INFO(failed.describe());
    CHECK(failed.exit_code == 63);
    fs::rename(root.folder() / "away.sfc", root.folder() / "ecs.sfc");
    const auto listed = root.run({"list-keys", "-j", "-l", "WARNING"});
    CHECK(listed.out.find("\"keys\": []") != std::string::npos);
}
