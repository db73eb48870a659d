// The real binary on file systems that lack what it would rather use (tests/support/preload/poor_file_system.cpp):
// FUSE, FAT and some network ones.
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/tree.hpp"

#include <csignal>
#include <thread>

using namespace omegasafe::test;

#ifndef __SANITIZE_ADDRESS__ // whose library wants to be the first

namespace {

struct poor_root : config_root {
    poor_root() {
        key = initialise_with_key();
        fs::create_directory(out);
        options.env["LD_PRELOAD"] = OMEGASAFE_POOR_FILE_SYSTEM;
        auto ln = options;
        ln.program = "ln";
        REQUIRE(omegasafe::test::run({out.string() + "/../ecs.sfc", out.string() + "/linked"}, ln).exit_code == 1);
    }

    std::vector<std::string> names_in(const fs::path& where) const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(where))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }
    /// Encrypted, and its plain file gone.
    fs::path encrypted(const std::string& name) {
        const auto plain = make_file(name, 200'000);
        contents = read_text(plain);
        const auto sealed = folder() / (name + ".omegasafe");
        succeed(*this, {"encrypt", "-i", plain.string(), "-k", key, "-f", sealed.filename().string()});
        fs::remove(plain);
        return sealed;
    }
    /// A decryption into `out` whose output is whole, and has no name yet.
    std::unique_ptr<process> stopped_decryption(const fs::path& sealed) const {
        auto held = options;
        const auto marker = folder() / "stopped";
        fs::remove(marker);
        held.env["OMEGASAFE_TEST_STOP_AT"] = marker.string();
        auto running =
            std::make_unique<process>(with_config_dir({"decrypt", "-i", sealed.string(), "-o", out.string()}), held);
        for (int i = 0; i < 6000 && !fs::exists(marker); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        REQUIRE(fs::exists(marker));
        REQUIRE(names_in(out).size() == 1);
        REQUIRE(names_in(out).front().starts_with("."));
        return running;
    }

    std::string key, contents;
    fs::path out = folder() / "out";
};

} // namespace

TEST_CASE_METHOD(poor_root, "files and trees are encrypted and decrypted where nothing but O_EXCL and rename works") {
    const auto sealed = encrypted("data");
    const arguments decrypt{"decrypt", "-i", sealed.string(), "-o", out.string()};
    succeed(*this, decrypt);
    CHECK(names_in(out) == std::vector<std::string>{"data"});
    CHECK(read_text(out / "data") == contents);
    write_text(out / "data", "mine");
    const auto refused = run(decrypt); // a name that is taken stays taken
    CHECK(refused.exit_code == 11);
    CHECK(read_text(out / "data") == "mine");
    succeed(*this, decrypt + arguments{"--overwrite"});
    CHECK(read_text(out / "data") == contents);
    CHECK(names_in(out) == std::vector<std::string>{"data"});

    const auto in = folder() / "in", tree = folder() / "tree", back = folder() / "back";
    fs::create_directories(in / "folder");
    for (const auto* name : {"one", "folder/two"})
        write_text(in / name, name);
    succeed(*this, {"encrypt-tree", "-i", in.string(), "-o", tree.string(), "-k", key});
    CHECK(names_in(tree).size() == 3);
    succeed(*this, {"decrypt-tree", "-i", tree.string(), "-o", back.string()});
    CHECK(tree_contents(back).size() == tree_contents(in).size());
    CHECK(read_text(back / "folder/two") == "folder/two");
}

TEST_CASE_METHOD(poor_root, "decrypt-tree --resume knows its own files where times have steps of two seconds") {
    const auto in = folder() / "in", tree = folder() / "tree", back = folder() / "back";
    fs::create_directory(in);
    for (const auto* name : {"one", "two", "three"})
        write_text(in / name, name);
    succeed(*this, {"encrypt-tree", "-i", in.string(), "-o", tree.string(), "-k", key});
    succeed(*this, {"decrypt-tree", "-i", tree.string(), "-o", back.string()});
    CHECK(fs::last_write_time(back / "one") != fs::last_write_time(in / "one"));
    const auto again = succeed(*this, {"decrypt-tree", "-i", tree.string(), "-o", back.string(), "--resume", "-j"});
    CHECK(json::parse(again.out)["resumed"] == 3);
    write_text(back / "two", "TWO"); // of the same size, and now
    const auto changed = run({"decrypt-tree", "-i", tree.string(), "-o", back.string(), "--resume", "-j"});
    INFO(changed.describe());
    CHECK(changed.exit_code == 4);
    CHECK(read_text(back / "two") == "TWO");
}

TEST_CASE_METHOD(poor_root, "no signal leaves plain text under a temporary name") {
    const auto sealed = encrypted("data");
    for (const auto signal : {SIGHUP, SIGINT, SIGPIPE, SIGTERM}) {
        const auto running = stopped_decryption(sealed);
        running->kill(signal);
        const auto result = running->wait();
        INFO("signal " << signal << ": " << result.describe());
        CHECK(result.exit_code != 0);
        CHECK(names_in(out).empty());
    }
}

TEST_CASE_METHOD(poor_root, "what a killed decryption left goes with the next that writes there") {
    const auto sealed = encrypted("data");
    const auto killed = stopped_decryption(sealed);
    killed->kill(SIGKILL);
    CHECK(killed->wait().signal == SIGKILL);
    REQUIRE(names_in(out).size() == 1);
    {
        const auto under_way = stopped_decryption(sealed); // finds one hidden file: its own
        succeed(*this, {"decrypt", "-i", sealed.string(), "-o", out.string()});
        CHECK(names_in(out).size() == 2); // what is being written stays
        under_way->kill(SIGTERM);
        under_way->wait();
    }
    CHECK(names_in(out) == std::vector<std::string>{"data"});
    CHECK(read_text(out / "data") == contents);
}

#endif
