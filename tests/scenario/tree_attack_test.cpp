// Somebody who owns a folder of a tree puts links there under way, at each place where the run makes a system call that
// tests can see: neither reading nor writing is redirected.
#include "tests/scenario/device.hpp"

#include "actors/batch.hpp"
#include "storage/files/fail_points.hpp"
#include "tests/support/tree.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

/// Attacks once, at the `number`-th call from now on; `no_openat2` plays a kernel without it.
struct attack_at {
    attack_at(int number, std::function<void()> attack, bool no_openat2) {
        left = number;
        todo = std::move(attack);
        old_kernel = no_openat2;
        storage::fail_point_hook_in_use = [](const char* name) {
            if (--left == 0)
                todo();
            return old_kernel && std::string_view{name} == "openat2" ? ENOSYS : 0;
        };
    }
    ~attack_at() { storage::fail_point_hook_in_use = nullptr; }
    bool happened() const { return left <= 0; }
    static inline std::atomic<int> left = 0;
    static inline std::function<void()> todo;
    static inline bool old_kernel = false;
};

const std::string plain(3000, 'p'), secret(3000, 's');

struct attacked_tree : device {
    attacked_tree() {
        create_key(folder / "ecs.sfc");
        lay_out();
    }

    /// The tree; and beside it what the attacker is after, which looks the same.
    void lay_out() const {
        for (const auto* made : {"in", "elsewhere", "sealed", "out", "aside"})
            fs::remove_all(folder / made);
        for (const auto* made : {"in/a", "elsewhere"}) {
            fs::create_directories(folder / made);
            write_text(folder / made / "file", made == std::string{"elsewhere"} ? secret : plain);
            set_attributes(folder / made / "file", 0600, 1'000'000'000);
        }
        ::chmod((folder / "elsewhere").c_str(), 0711);
        ::chmod((folder / "in/a").c_str(), 0755);
    }
    void run(const auto& request) {
        const auto batch = actors::spawn_batch(runtime->system(), runtime->supervisor(), {});
        try {
            ask<tree_report_ptr>(batch, request);
        } catch (const failure&) { // the attack may be seen before the first file
        }
    }
    void encrypt() { run(encrypt_tree{folder / "in", folder / "sealed", key_uuid, {}, 1, false}); }
    void decrypt() { run(decrypt_tree{folder / "sealed", folder / "out", {}, 1, false, false}); }

    void put_link_for(const std::string& name, const std::string& target) const {
        if (!fs::exists(folder / name))
            return;
        fs::rename(folder / name, folder / "aside");
        fs::create_symlink(folder / target, folder / name);
    }
};

} // namespace

TEST_CASE_METHOD(attacked_tree, "what lies behind links that appear under way is not encrypted", "[sfc]") {
    const bool old_kernel = GENERATE(false, true);
    const std::function<void()> attacks[] = {
        [&] { put_link_for("in/a/file", "elsewhere/file"); },
        [&] { put_link_for("in/a", "elsewhere"); },
        [&] {
            fs::remove(folder / "in/a/file");
            fs::create_hard_link(folder / "elsewhere/file", folder / "in/a/file");
        },
    };
    for (const auto& attack : attacks) {
        bool happened = true;
        bool walked = false; // a hard link that was there before the walk is a file of the tree
        for (int number = 1; happened; ++number) {
            lay_out();
            {
                const attack_at under_way(number, attack, old_kernel);
                encrypt();
                happened = under_way.happened();
            }
            decrypt();
            INFO("call " << number);
            const bool is_there = fs::exists(folder / "out/a/file");
            walked = walked || !is_there || read_text(folder / "out/a/file") == plain;
            if (is_there && (walked || &attack != &attacks[2]))
                REQUIRE(read_text(folder / "out/a/file") == plain);
            REQUIRE(number < 1000);
        }
    }
}

TEST_CASE_METHOD(
    attacked_tree, "nothing is written behind links that appear under way, nor its mode or time changed", "[sfc]") {
    encrypt();
    fs::rename(folder / "sealed", folder / "kept");
    const bool old_kernel = GENERATE(false, true);
    bool happened = true;
    int number = 1;
    for (; happened; ++number) {
        lay_out();
        fs::copy(folder / "kept", folder / "sealed");
        fs::create_directories(folder / "out/a");
        fs::remove(folder / "elsewhere/file");
        struct stat looked {
        }, looks{};
        REQUIRE(::lstat((folder / "elsewhere").c_str(), &looked) == 0);
        {
            const attack_at under_way(
                number, [&] { put_link_for("out/a", "elsewhere"); }, old_kernel);
            decrypt();
            happened = under_way.happened();
        }
        INFO("call " << number);
        REQUIRE(fs::is_empty(folder / "elsewhere"));
        REQUIRE(::lstat((folder / "elsewhere").c_str(), &looks) == 0);
        REQUIRE(looks.st_mode == looked.st_mode);
        REQUIRE(looks.st_mtim.tv_nsec == looked.st_mtim.tv_nsec);
        REQUIRE(number < 1000);
    }
    CHECK(number > 5); // the hook was asked
    CHECK(read_text(folder / "out/a/file") == plain);
}
