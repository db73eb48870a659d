// encrypt-tree and decrypt-tree through the real binary: killed anywhere and gone on with; what scripts see.
// Fault model: SIGKILL at any instruction; what was written and renamed before stays.
#include "tests/support/config_root.hpp"
#include "tests/support/tree.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace omegasafe::test;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// What the log of one run says: files announced with their positions, and files that are durable and noted.
struct run_log {
    struct announcement {
        std::string file;
        std::uint64_t first, last;
    };
    std::vector<announcement> announced;
    std::vector<std::string> finished;

    run_log(const std::string& text, const fs::path& input) {
        static const std::regex line{
            "debug: (?:Encrypting (.*) with positions ([0-9]+) to ([0-9]+) of|Finished (.*)\\.)"};
        for (std::sregex_iterator i{text.begin(), text.end(), line}, end; i != end; ++i) {
            if ((*i)[4].matched)
                finished.push_back((*i)[4]);
            else
                announced.push_back({fs::path{(*i)[1].str()}.lexically_relative(input).string(), std::stoull((*i)[2]),
                    std::stoull((*i)[3])});
        }
    }
};

void require_disjoint(std::vector<run_log::announcement> all) {
    std::ranges::sort(all, {}, &run_log::announcement::first);
    for (std::size_t i = 1; i < all.size(); ++i) {
        INFO(all[i - 1].file << " and " << all[i].file << " at " << all[i].first);
        REQUIRE(all[i].first > all[i - 1].last);
    }
}

/// Folders of small files, some larger ones, one that streams on its own.
void make_tree(const fs::path& root) {
    std::mt19937 random{1};
    for (int i = 0; i < 1200; ++i) {
        const auto folder = root / std::to_string(i % 12) / std::to_string(i % 5);
        fs::create_directories(folder);
        write_text(
            folder / ("file " + std::to_string(i)), std::string(random() % 6000, static_cast<char>('a' + i % 26)));
    }
    fs::create_directories(root / "empty/er");
    write_text(root / "medium", std::string(900'000, 'm'));
    write_text(root / "large", std::string(4'000'000, 'l'));
}

arguments encrypt_tree(const fs::path& in, const fs::path& out, const std::string& key, arguments more = {}) {
    arguments all{"encrypt-tree", "-i", in.string(), "-o", out.string(), "-k", key};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// Waits until the journal has so many records more than now, or the tree is complete, but not for ever.
void wait_for_records(const fs::path& sealed, std::uintmax_t records) {
    const auto size = [journal = sealed / ".omegasafe-journal"] {
        std::error_code missing;
        const auto bytes = fs::file_size(journal, missing);
        return missing ? 0 : bytes;
    };
    const auto wanted = size() + records * 112;
    for (int i = 0; i < 60000 && size() < wanted && !fs::exists(sealed / "index.omegasafe"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Positions of an encrypted file, as it says itself.
std::uint64_t first_position(const config_root& root, const fs::path& sealed) {
    const auto shown = root.run({"inspect", "-j", "-l", "WARNING", "-i", sealed.string()});
    INFO(shown.describe());
    REQUIRE(shown.exit_code == 0);
    return json::parse(shown.out)["global_position_start"].get<std::uint64_t>();
}

} // namespace

TEST_CASE("a tree whose encryption is killed again and again is finished without repeating a file") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto in = root.folder() / "in", sealed = root.folder() / "sealed", out = root.folder() / "out";
    make_tree(in);
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};

    std::vector<run_log::announcement> announced;
    std::set<std::string> finished;
    const auto take_in = [&](const run_log& log) {
        for (const auto& file : log.announced) {
            INFO(file.file);
            REQUIRE_FALSE(finished.contains(file.file)); // by an earlier run
        }
        announced.insert(announced.end(), log.announced.begin(), log.announced.end());
        finished.insert(log.finished.begin(), log.finished.end());
    };
    auto to_file = root.options; // a pipe that nobody reads yet would hold the program up
    to_file.program = "/bin/sh";
    to_file.directory = root.folder().path();
    int killed = 0;
    for (int round = 0; round < 6; ++round) {
        // Now early and two groups at a time, now one after another and after the first is noted as done.
        const bool late = round % 2 == 0;
        const auto log = root.folder() / "log";
        write_text(log, ""); // the shell may be killed before it opens the file
        process running({"-c", "exec \"$@\" > log", "sh", omegasafe_binary().string(), "encrypt-tree", "-d",
                            root.path().string(), "-i", in.string(), "-o", sealed.string(), "-k", key, "--resume", "-l",
                            "DEBUG", "--jobs", late ? "1" : "2"},
            to_file);
        if (late)
            wait_for_records(sealed, 2 * 512);
        // The rest of the tree takes few milliseconds more.
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % (late ? 4 : 100)));
        running.kill(SIGKILL);
        const auto result = running.wait();
        INFO(result.describe());
        REQUIRE((result.signal == SIGKILL || result.exit_code == 0));
        killed += result.signal == SIGKILL;
        take_in({read_text(log), in});
    }
    CHECK(killed >= 1);
    CHECK(finished.size() >= 512); // there was something not to repeat
    const auto last = root.run(encrypt_tree(in, sealed, key, {"--resume", "-l", "DEBUG"}));
    INFO(last.describe());
    REQUIRE(last.exit_code == 0);
    take_in({last.out, in});
    require_disjoint(announced);

    // As many encrypted files as there are files, and the index: nothing unfinished is left.
    REQUIRE(std::distance(fs::directory_iterator(sealed), fs::directory_iterator{}) == 1200 + 2 + 1);
    int looked_at = 0;
    for (const auto& entry : fs::directory_iterator(sealed))
        if (looked_at++ % 150 == 0) {
            const auto first = first_position(root, entry.path());
            REQUIRE(std::ranges::count(announced, first, &run_log::announcement::first) == 1);
        }

    const auto back = root.run({"decrypt-tree", "-i", sealed.string(), "-o", out.string()});
    INFO(back.describe());
    REQUIRE(back.exit_code == 0);
    REQUIRE(tree_contents(out) == tree_contents(in));
}

TEST_CASE("a decryption that is killed goes on with --resume") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto in = root.folder() / "in", sealed = root.folder() / "sealed", out = root.folder() / "out";
    make_tree(in);
    set_attributes(in / "3/3", 0555, 981'173'106'123'456'789);
    REQUIRE(root.run(encrypt_tree(in, sealed, key)).exit_code == 0);
    const arguments decrypt{"decrypt-tree", "-i", sealed.string(), "-o", out.string(), "--resume"};
    for (int milliseconds = 20; milliseconds < 200; milliseconds += 50) {
        process running(root.with_config_dir(decrypt), root.options);
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        running.kill(SIGKILL);
        running.wait();
    }
    const auto last = root.run(decrypt);
    INFO(last.describe());
    REQUIRE(last.exit_code == 0);
    REQUIRE(tree_contents(out) == tree_contents(in)); // and no temporary files
}

TEST_CASE("a partial failure names its files and ends with 4, and JSON says it all") {
    config_root root;
    root.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "layer-pass-1";
    const auto key = root.initialise_with_key();
    const auto in = root.folder() / "in", sealed = root.folder() / "sealed", out = root.folder() / "out";
    fs::create_directories(in / "a");
    write_text(in / "a/good", "12345");
    write_text(in / "bad\x1b[31mname", "x");
    fs::create_symlink("good", in / "a/link");

    const auto sent = root.run(encrypt_tree(in, sealed, key, {"--json"}));
    INFO(sent.describe());
    REQUIRE(sent.exit_code == 4);
    REQUIRE(sent.err.find("omegasafe: error: bad\\x1b[31mname: ") != std::string::npos);
    REQUIRE(sent.err.find("omegasafe: warning: a/link: skipped. It is a symbolic link.") != std::string::npos);
    const auto payload = json::parse(sent.out);
    CHECK(payload["schema_version"] == 1);
    CHECK(payload["output_dir"] == sealed.string());
    CHECK((payload["encrypted"] == 1 && payload["failed"] == 1 && payload["skipped"] == 1 && payload["resumed"] == 0));
    CHECK(payload["bytes"] == 5);
    CHECK((payload["error"]["code"] == "partly_failed" && payload["error"]["exit_code"] == 4));
    REQUIRE(payload["files"].size() == 3);
    const auto& good = payload["files"][0];
    CHECK(good["path"] == "a/good");
    CHECK(good["status"] == "encrypted");
    CHECK(good["bytes"] == 5);
    CHECK((good["error_code"].is_null() && good["message"].is_null()));
    CHECK(fs::exists(sealed / good["encrypted_name"].get<std::string>()));
    CHECK(payload["files"][1]["status"] == "skipped");
    CHECK(payload["files"][2]["error_code"] == "usage");

    const auto refused = root.run(encrypt_tree(in, sealed, key));
    REQUIRE(refused.exit_code == 11);
    REQUIRE(refused.err.find("--resume") != std::string::npos);
    REQUIRE(root.run(encrypt_tree(in, sealed, key, {"--resume", "--exclude", "bad*"})).exit_code == 0);
    const auto again = root.run(encrypt_tree(in, sealed, key, {"--resume", "--exclude", "bad*"}));
    REQUIRE(again.exit_code == 0);
    REQUIRE(again.out.find("complete already") != std::string::npos);

    const auto back = root.run({"decrypt-tree", "-i", sealed.string(), "-o", out.string()});
    INFO(back.describe());
    REQUIRE(back.exit_code == 0);
    REQUIRE(back.out.find("1 files decrypted, 0 failed") != std::string::npos);
    REQUIRE(read_text(out / "a/good") == "12345");
    const auto none = root.run({"decrypt-tree", "-i", in.string(), "-o", out.string()});
    REQUIRE(none.exit_code == 10);
    REQUIRE(none.err.find("index.omegasafe") != std::string::npos);
}

TEST_CASE("no name and no folder of the tree shows in what encrypt-tree leaves") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto in = root.folder() / "in", sealed = root.folder() / "sealed";
    fs::create_directories(in / "confidential-folder");
    for (int i = 0; i < 5; ++i)
        write_text(in / "confidential-folder" / ("confidential-" + std::to_string(i)), "confidential");
    write_text(in / "bad\nname", "x"); // so that the journal stays
    REQUIRE(root.run(encrypt_tree(in, sealed, key)).exit_code == 4);
    REQUIRE(fs::exists(sealed / ".omegasafe-journal"));
    for (const auto& entry : fs::directory_iterator(sealed)) {
        INFO(entry.path());
        CHECK(entry.path().filename().string().find("confidential") == std::string::npos);
        CHECK(read_text(entry.path()).find("confidential") == std::string::npos);
        struct stat status {};
        REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}
